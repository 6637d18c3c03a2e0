"""Scheduled texts: the list, and what is done with one, there or in its thread."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.csv_cells import csv_file
from accounts.languages import current
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from tenancy import audit
from tenancy.audit import AuditKind
from texting import queries
from texting.conversations import NotPossible
from texting.models import ScheduledText
from texting.scheduled import leaving_now, planning, reading, series_reading
from texting.scheduled.checking import BadTime, OutsideThen
from texting.scheduled.reading import TABS
from texting.scheduled_forms import ScheduledFilter
from texting.sending import BadText, Held, Refused
from texting.views.repeating import number_of
from texting.views.scheduling import say, scheduled_words, when_form

COLUMNS = (
    "scheduled text",
    "state",
    "send at (UTC)",
    "send at, their time",
    "zone",
    "customer",
    "line",
    "by",
    "why not",
)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def scheduled(request: MemberRequest) -> HttpResponse:
    """The list; the page fetches itself anew."""
    form = _filter(request)
    wanted = form.wanted()
    query = {name: request.GET[name] for name in ("line", "by") if request.GET.get(name)}
    address = reverse("scheduled")
    mine = reading.stopped_count(request.member)
    tabs = [
        (
            label,
            f"{address}?{urlencode({**query, 'state': tab.value})}",
            tab is wanted.tab,
            str(mine or "") if tab is reading.Tab.STOPPED else "",
        )
        for tab, (label, _states) in TABS.items()
    ]
    repeats = wanted.tab is reading.Tab.REPEATING
    listed = series_reading.listed if repeats else reading.listed
    page, rows = listed(request.member, wanted, number_of(request.GET.get("page")))
    context = {
        "rows": rows,
        "repeats": repeats,
        "page": page,
        "tabs": tabs,
        "form": form,
        "narrowed": bool(query),
        "state": wanted.tab.value,
        "query": urlencode({**query, "state": wanted.tab.value}),
    }
    return render(request, "texting/scheduled/list.html", context)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """What the filter shows, without what the texts say (RFC 4180, UTF-8). Itself in the log."""
    wanted = _filter(request).wanted()
    count = reading.counted(request.member, wanted)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_EXPORTED, actor=request.member, count=count)
    name = f"scheduled-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return csv_file(name, COLUMNS, _pieces(request.member, wanted, current()))


def _pieces(member: Membership, wanted: reading.Wanted, language: str) -> Iterator[list[tuple[object, ...]]]:
    """In the language of whoever asked for the file, which is not the present one any more while it leaves."""
    rows = reading.exported(member, wanted)
    while True:
        with translation.override(language):
            piece = next(rows, None)
            if piece is None:
                return
            cells = [_cells(row) for row in piece]
        yield cells


def _cells(row: reading.ScheduledRow) -> tuple[object, ...]:
    return (
        str(row.id),
        row.state_label,
        f"{row.send_at:%Y-%m-%d %H:%M}",
        row.leaves,
        row.where,
        row.customer.name,
        row.line,
        row.author,
        row.why,
    )


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_scheduled(request: MemberRequest, scheduled_id: UUID) -> HttpResponse:
    """The dialog with words and time, and changing them."""
    row = reading.access_scheduled(request.member, scheduled_id)
    thread = queries.access_conversation(request.member, row.conversation_id)
    form, problem = when_form(request, thread, row), ""
    words = reading.words_to_edit(request.member, row)
    may_edit = words is not None
    if form.is_bound and form.is_valid():
        try:
            changed = planning.change(
                member=request.member,
                row=row,
                revision=number_of(request.POST.get("revision"), least=0),
                body=request.POST.get("body", "") if may_edit else None,
                when=form.cleaned_data["when"],
            )
        except (BadTime, OutsideThen) as error:
            say(form, error)
        except (BadText, NotPossible) as error:
            problem = str(error)
        except Refused as refused:
            problem = _reasons(refused)
        else:
            return _done(request, row, scheduled_words(changed))
    body = request.POST.get("body") if form.is_bound else words
    context = {"form": form, "row": row, "conversation": thread, "may_edit": may_edit, "problem": problem}
    status = 422 if form.is_bound else 200
    return render(request, "texting/scheduled/_edit.html", context | {"body": body or ""}, status=status)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def cancel_scheduled(request: MemberRequest, scheduled_id: UUID) -> HttpResponse:
    """It does not leave; the toast takes that back."""
    undo = reverse("restore_scheduled", args=[scheduled_id])
    return _act(request, scheduled_id, planning.cancel, _("Canceled. It will not leave."), undo=undo)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def restore_scheduled(request: MemberRequest, scheduled_id: UUID) -> HttpResponse:
    """Take a cancellation back."""
    return _act(request, scheduled_id, planning.restore, _("It is scheduled again."))


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def pause_scheduled(request: MemberRequest, scheduled_id: UUID) -> HttpResponse:
    """It waits for a person."""
    return _act(request, scheduled_id, planning.pause, _("Paused. It waits until somebody resumes it."))


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def resume_scheduled(request: MemberRequest, scheduled_id: UUID) -> HttpResponse:
    """It waits for its time again."""
    return _act(request, scheduled_id, planning.resume, _("Resumed. It leaves at its time."))


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def put_away_scheduled(request: MemberRequest, scheduled_id: UUID) -> HttpResponse:
    """Somebody has read why it did not leave."""
    return _act(request, scheduled_id, planning.put_away, _("Put away."))


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def send_scheduled_now(request: MemberRequest, scheduled_id: UUID) -> HttpResponse:
    """It leaves at once, as this member's."""
    row = reading.access_scheduled(request.member, scheduled_id)
    try:
        leaving_now.send_now(member=request.member, row=row)
    except Held:
        return _done(request, row, _("It waits for a colleague's decision."), tone="info")
    except Refused as refused:
        return _done(request, row, _reasons(refused), tone="warning")
    except NotPossible as error:
        return _done(request, row, str(error), tone="warning")
    return _done(request, row, _("The text is on its way."))


def _act(
    request: MemberRequest, row_id: UUID, act: Callable[..., None], sentence: str, *, undo: str = ""
) -> HttpResponse:
    row = reading.access_scheduled(request.member, row_id)
    try:
        act(member=request.member, row=row)
    except NotPossible as error:
        return _done(request, row, str(error), tone="warning")
    return _done(request, row, sentence, undo=undo)


def _done(
    request: MemberRequest, row: ScheduledText, sentence: str, *, tone: str = "success", undo: str = ""
) -> HttpResponse:
    """Say so and fetch list and thread anew; without scripts, the list."""
    if not request.htmx:
        (messages.warning if tone == "warning" else messages.success)(request, sentence)
        return redirect("scheduled")
    response = HttpResponse(status=204)
    trigger_client_event(response, "toast", {"text": sentence, "tone": tone, "undo": undo})
    trigger_client_event(response, "conversation-changed", {"conversation": str(row.conversation_id)})
    trigger_client_event(response, "live:attention")
    return trigger_client_event(response, "close-sheet")


def _reasons(refused: Refused) -> str:
    return " ".join(f"{reason.text} {reason.what_to_do}".strip() for reason in refused.outcome.objections)


def _filter(request: MemberRequest) -> ScheduledFilter:
    lines = reading.line_choices(queries.visible_lines(request.member).order_by("name"))
    authors = [(str(one.pk), one.user.name) for one in reading.authors(request.member)]
    return ScheduledFilter(request.GET, lines=lines, authors=authors)
