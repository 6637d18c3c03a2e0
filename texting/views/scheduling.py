"""Sending later: the dialog that asks when, and keeping the text until then."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from texting.composing import composer
from texting.conversations import NotPossible, OriginGone
from texting.gate import OutsideHours
from texting.models import Conversation, ScheduledText
from texting.repeat_forms import LaterForm
from texting.scheduled import following, planning, repeating
from texting.scheduled.checking import BadTime, OutsideThen
from texting.scheduled.local_times import on_the_wall, place
from texting.scheduled.saying import in_words
from texting.scheduled.series import pattern_of
from texting.scheduled.their_clock import zones_for
from texting.scheduled_forms import WhenForm
from texting.sending import BadText, Refused
from texting.views.frames import find
from texting.views.writing import files_of, message_id_of, written


@requires(Permission.MESSAGES_SEND)
@require_http_methods(["GET", "HEAD", "POST"])
def send_later(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Ask when; keep what the composer holds. 422 with the dialog, or with what speaks against the text."""
    found = find(request, conversation_id)
    form = _later_form(request, found)
    if not form.is_valid():
        return _dialog(request, found, form)
    try:
        said = _schedule(request, found, form)
    except (BadTime, OutsideThen) as error:
        say(form, error)
        return _dialog(request, found, form)
    except OriginGone as gone:
        response = render(request, "texting/_composer_error.html", {"error": str(gone)}, status=422)
        return trigger_client_event(response, "origin-gone", {})
    except (BadText, NotPossible) as error:
        return render(request, "texting/_composer_error.html", {"error": str(error)}, status=422)
    except Refused as refused:
        composing = composer(member=request.member, conversation=found, outcome=refused.outcome)
        return render(request, "texting/_permission.html", {"composer": composing, "conversation": found}, status=422)
    response = written(request, found.pk)
    return trigger_client_event(response, "toast", {"text": said, "tone": "success"})


def when_form(request: MemberRequest, thread: Conversation, given: ScheduledText | None = None) -> WhenForm:
    """The question when, with the zones that this member may choose in."""
    return WhenForm(
        request.POST if request.method == "POST" else None,
        zones=zones_for(request.member, thread.contact),
        now=timezone.now(),
        given=given,
    )


def say(form: WhenForm, error: BadTime | OutsideThen) -> None:
    """Put it where the time was chosen; outside their hours the form asks what then."""
    if isinstance(error, BadTime):
        form.add_error("wall" if form.cleaned_data["choice"] is None else "choice", str(error))
        return
    when = form.cleaned_data.get("when")
    zone = when.zone if when is not None else next(iter(form.zones.values()))
    form.asks_hours = True
    form.opens = on_the_wall(error.opens_at, zone.info)


def scheduled_words(row: ScheduledText) -> str:
    """What is said when it was kept."""
    words = {"time": on_the_wall(row.send_at, ZoneInfo(row.zone)), "place": place(row.zone)}
    return _("Scheduled for %(time)s in %(place)s.") % words


def _schedule(request: MemberRequest, thread: Conversation, form: LaterForm) -> str:
    """Keep it, once, again and again, or by a date. What is said then."""
    data = form.cleaned_data
    wanted: dict[str, Any] = {
        "member": request.member,
        "conversation": thread,
        "body": request.POST.get("body", ""),
        "message_id": message_id_of(request),
        "origin": request.POST.get("origin", ""),
    }
    files = files_of(request)
    if (relation := data.get("relation")) is not None:
        hours = OutsideHours(data["outside_hours"]) if data.get("outside_hours") else OutsideHours.ASK
        return scheduled_words(following.schedule(relation=relation, files=files, outside_hours=hours, **wanted))
    when = data["when"]
    if (repeats := data.get("repeats")) is not None:
        if files:
            raise NotPossible(_("A text that repeats carries no files. Send these once, and repeat the words."))
        series = repeating.begin(repeats=repeats, zone=when.zone, outside_hours=when.outside_hours, **wanted)
        return _("It repeats: %(pattern)s.") % {"pattern": in_words(pattern_of(series), series.times)}
    return scheduled_words(planning.schedule(when=when, files=files, **wanted))


def _later_form(request: MemberRequest, thread: Conversation) -> LaterForm:
    return LaterForm(
        request.POST if request.method == "POST" else None,
        zones=zones_for(request.member, thread.contact),
        now=timezone.now(),
        dates=following.dates_of(request.member, thread.contact),
    )


def _dialog(request: MemberRequest, thread: Conversation, form: WhenForm) -> HttpResponse:
    context = {"form": form, "conversation": thread}
    return render(request, "texting/scheduled/_later.html", context, status=422 if form.is_bound else 200)
