"""Texts that repeat: the page of one series, and what is done with it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from texting import queries
from texting.conversations import NotPossible
from texting.models import TextSeries
from texting.repeat_forms import SeriesForm
from texting.scheduled import reading, repeating, series_reading
from texting.scheduled.checking import BadTime, OutsideThen
from texting.sending import BadText, Refused

NEXT = 5


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def series_page(request: MemberRequest, series_id: UUID) -> HttpResponse:
    """What it is, when it leaves next, and what became of each of its texts."""
    series = series_reading.access_series(request.member, series_id)
    thread = queries.access_conversation(request.member, series.conversation_id)
    page, rows = reading.of_series(request.member, series.pk, number_of(request.GET.get("page")))
    shown = series_reading.shown(request.member, series, thread, NEXT, in_list=False)
    context = {"series": shown, "page": page, "rows": rows}
    return render(request, "texting/scheduled/series.html", context)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_series(request: MemberRequest, series_id: UUID) -> HttpResponse:
    """The dialog with words and pattern, and changing them."""
    series = series_reading.access_series(request.member, series_id)
    words, problem = series_reading.words_to_edit(request.member, series), ""
    form = SeriesForm(request.POST if request.method == "POST" else None, series=series)
    if form.is_bound and form.is_valid():
        try:
            repeating.change(
                member=request.member,
                series=series,
                revision=number_of(request.POST.get("revision"), least=0),
                repeats=form.repeats,
                body=None if words is None else request.POST.get("body", ""),
            )
        except (BadTime, BadText, NotPossible, OutsideThen) as error:
            problem = str(error)
        except Refused as refused:
            problem = " ".join(f"{one.text} {one.what_to_do}".strip() for one in refused.outcome.objections)
        else:
            return _done(request, series, _("Changed, from its next text on."))
    body = request.POST.get("body") if form.is_bound else words
    context = {"form": form, "series": series, "may_edit": words is not None, "problem": problem, "body": body or ""}
    return render(request, "texting/scheduled/_edit_series.html", context, status=422 if form.is_bound else 200)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def pause_series(request: MemberRequest, series_id: UUID) -> HttpResponse:
    """Nothing of it leaves until somebody resumes it."""
    return _act(request, series_id, repeating.pause, _("Paused. Nothing of it leaves until somebody resumes it."))


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def resume_series(request: MemberRequest, series_id: UUID) -> HttpResponse:
    """It goes on with its next day."""
    return _act(request, series_id, repeating.resume, _("Resumed. It goes on with its next day."))


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def cancel_series(request: MemberRequest, series_id: UUID) -> HttpResponse:
    """Nothing more of it leaves; the toast takes that back."""
    undo = reverse("restore_series", args=[series_id])
    return _act(request, series_id, repeating.cancel, _("Canceled. Nothing more of it leaves."), undo=undo)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def restore_series(request: MemberRequest, series_id: UUID) -> HttpResponse:
    """Take a cancellation back."""
    return _act(request, series_id, repeating.restore, _("It repeats again."))


def number_of(value: str | None, *, least: int = 1) -> int:
    """A page, or a revision; whatever is none is the first."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else least


def _act(
    request: MemberRequest, series_id: UUID, act: Callable[..., None], sentence: str, *, undo: str = ""
) -> HttpResponse:
    series = series_reading.access_series(request.member, series_id)
    try:
        act(member=request.member, series=series)
    except (BadTime, NotPossible) as error:
        return _done(request, series, str(error), tone="warning")
    return _done(request, series, sentence, undo=undo)


def _done(
    request: MemberRequest, series: TextSeries, sentence: str, *, tone: str = "success", undo: str = ""
) -> HttpResponse:
    """Say so and fetch list and thread anew; without scripts, its page."""
    if not request.htmx:
        (messages.warning if tone == "warning" else messages.success)(request, sentence)
        return redirect("series", series_id=series.pk)
    response = HttpResponse(status=204)
    trigger_client_event(response, "toast", {"text": sentence, "tone": tone, "undo": undo})
    trigger_client_event(response, "conversation-changed", {"conversation": str(series.conversation_id)})
    trigger_client_event(response, "live:attention")
    return trigger_client_event(response, "close-sheet")
