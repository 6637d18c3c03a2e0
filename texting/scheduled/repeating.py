"""Texts that leave again and again: beginning a series, changing, pausing and ending it, and making its next text.

A series sends nothing. It makes one `ScheduledText` at a time, which everything that is true of those is true of: it
can be changed, skipped and sent at once, it passes the gate when it leaves, and says why where it does not. When it has
left or was stopped, the clock makes the next one; that a day has one text only, a unique key says. What is in the past
by then is passed over, never made up for.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from tenancy.ids import new_id
from texting import gate, sending
from texting.conversations import NotPossible, refuse_if_with_somebody_else
from texting.gate import OutsideHours
from texting.models import Conversation, ScheduledText, TextSeries
from texting.origins import origin_for
from texting.purposes import Purpose
from texting.queries.access import visible_lines
from texting.scheduled import planning
from texting.scheduled.checking import BadTime, When, hours_of, kept_before, refuse_what_never_passes
from texting.scheduled.following import zone_now
from texting.scheduled.recurring import MOST_GAP, MOST_TIMES, Every, Occurrence, Pattern, following
from texting.scheduled.series import LIVING, Going, end, halt, pattern_of, plan, waiting, zone_of
from texting.scheduled.states import ALIVE, State, move, show
from texting.scheduled.their_clock import Zone


@dataclass(frozen=True)
class Repeats:
    """A pattern, and how many texts at most; None: as many as it has days."""

    pattern: Pattern
    times: int | None = None


def begin(
    *,
    member: Membership,
    conversation: Conversation,
    body: str,
    repeats: Repeats,
    zone: Zone,
    message_id: UUID,
    origin: str = "",
    outside_hours: OutsideHours = OutsideHours.ASK,
) -> TextSeries:
    """Keep a text that repeats, and its first one (`message_id`: the same again keeps it once).

    Raises BadTime, and whatever `planning.schedule` does.
    """
    _refuse_nonsense(repeats)
    first = _next(repeats.pattern, zone)
    kept = kept_before(message_id, conversation)
    if kept is not None and kept.series_id is None:
        raise NotPossible(_("This text is scheduled already, and leaves once. Write it anew."))
    row = planning.schedule(
        member=member,
        conversation=conversation,
        body=body,
        when=When(first.at, zone, outside_hours),
        message_id=message_id,
        origin=origin,
    )
    if row.series_id is not None:
        return TextSeries.objects.get(pk=row.series_id)
    now = timezone.now()
    series = TextSeries(
        conversation=conversation,
        contact_id=row.contact_id,
        line_id=row.line_id,
        author=member,
        body=sending.cleaned(body),
        sealed_at=now,
        purpose=row.purpose,
        origin=row.origin,
        outside_hours=row.outside_hours,
        zone=zone.name,
        zone_from=zone.known_from,
        made=1,
        last_day=first.day,
        made_at=now,
    )
    _write(series, repeats)
    series.save(force_insert=True)
    row.series_id, row.occurs_on = series.pk, first.day
    row.save(update_fields=["series_id", "occurs_on"])
    audit.record(event=AuditKind.MESSAGE_SCHEDULED, actor=member, object=series, every=series.every)
    show([row])
    return series


def change(
    *, member: Membership, series: TextSeries, revision: int, repeats: Repeats, body: str | None = None
) -> TextSeries:
    """Other words, another pattern, or both, from its next text on. Whoever changes the words sends it from then on.

    Raises as `begin` does, and NotPossible when it is over or was changed meanwhile.
    """
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(series)
    if mine.revision != revision or mine.state not in LIVING:
        raise NotPossible(_changed(mine))
    _refuse_nonsense(repeats)
    place = _place(mine)
    refuse_if_with_somebody_else(member, contact_id=mine.contact_id, line=place.line)
    before = _words(mine)
    written = before if body is None else sending.cleaned(body)
    if repeats.times is not None and repeats.times <= mine.made - bool(waiting(mine)):
        raise BadTime(_("It has left that often already. Give a greater number, or cancel it."))
    zone = zone_now(mine.contact_id, zone_of(mine))
    occurrence = _next(repeats.pattern, zone)
    outside = OutsideHours(mine.outside_hours)
    if repeats.pattern.at != mine.at and outside is OutsideHours.SEND:
        outside = OutsideHours.WAIT  # that it leaves all the same was said of the other time
    hours_of(When(occurrence.at, zone, outside), place, Purpose(mine.purpose))
    draft = gate.Draft(place, written, Purpose(mine.purpose), member, outside_hours=OutsideHours.SEND)
    refuse_what_never_passes(draft, new_id())
    _write(mine, repeats)
    if written != before or not _may_still(mine):
        _give_to(mine, member)
    mine.body, mine.sealed_at, mine.revision = written, timezone.now(), mine.revision + 1
    mine.outside_hours = outside.value
    mine.save()
    plan(mine, again=True)
    audit.record(event=AuditKind.MESSAGE_RESCHEDULED, actor=member, object=mine, every=mine.every)
    return mine


def pause(*, member: Membership, series: TextSeries) -> None:
    """Nothing of it leaves until somebody resumes it. Twice is once."""
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(series)
    if mine.state == Going.PAUSED:
        return
    if mine.state != Going.ACTIVE:
        raise NotPossible(_changed(mine))
    halt(mine)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_PAUSED, actor=member, object=mine)


def resume(*, member: Membership, series: TextSeries) -> None:
    """It goes on with its next day; what was in between is not made up for. One of a leaver goes on as this member's.

    Raises NotPossible, BadTime when no day is left.
    """
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(series)
    if mine.state == Going.ACTIVE:
        return
    if mine.state != Going.PAUSED:
        raise NotPossible(_changed(mine))
    _words(mine)
    _go_on(mine, member)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_RESUMED, actor=member, object=mine)


def cancel(*, member: Membership, series: TextSeries) -> None:
    """Nothing more of it leaves; until its words end it can be restored. Twice is once."""
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(series)
    if mine.state == Going.CANCELED:
        return
    if mine.state not in LIVING:
        raise NotPossible(_changed(mine))
    end(mine, Going.CANCELED)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_CANCELED, actor=member, object=mine)


def restore(*, member: Membership, series: TextSeries) -> None:
    """Take a cancellation back."""
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(series)
    if mine.state != Going.CANCELED:
        raise NotPossible(_changed(mine))
    _words(mine)
    _go_on(mine, member)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_RESTORED, actor=member, object=mine)


def _go_on(series: TextSeries, member: Membership) -> None:
    if not _may_still(series):
        _give_to(series, member)
    _next(pattern_of(series), zone_now(series.contact_id, zone_of(series)))
    rows = ScheduledText.objects.select_for_update(of=("self",), no_key=True)
    back = Q(state__in=ALIVE)
    if series.ended_at is not None:  # what was canceled with it comes back with it; what somebody skipped does not
        back |= Q(state=State.CANCELED, ended_at__gte=series.ended_at)
    kept = rows.filter(back, series_id=series.pk, occurs_on=series.last_day).first()
    series.state, series.why, series.ended_at = Going.ACTIVE, "", None
    series.revision += 1
    series.save(update_fields=["state", "why", "ended_at", "revision", "author", "origin"])
    ScheduledText.objects.filter(series_id=series.pk, state=State.STOPPED, seen_at=None).update(seen_at=timezone.now())
    if kept is not None:
        move(kept, State.WAITING)
        plan(series, again=True)
    else:
        plan(series)


def _give_to(series: TextSeries, member: Membership) -> None:
    """From now on it is this member's. The caller saves the row."""
    series.author, series.origin = member, origin_for(member, series.line, series.origin)


def _next(pattern: Pattern, zone: Zone) -> Occurrence:
    found = following(pattern, zone.info, after=timezone.now())
    if found is None:
        raise BadTime(_("No day is left. Choose a later end, or other days."))
    return found


def _refuse_nonsense(repeats: Repeats) -> None:
    pattern = repeats.pattern
    if not 1 <= pattern.gap <= MOST_GAP:
        raise BadTime(_("Write a number from 1 to %(most)d.") % {"most": MOST_GAP})
    if pattern.every == Every.WEEK and not set(pattern.weekdays) <= set(range(7)):
        raise BadTime(_("Choose days of the week."))
    if pattern.every == Every.WEEK and not pattern.weekdays:
        raise BadTime(_("Choose at least one day of the week."))
    if repeats.times is not None and not 1 <= repeats.times <= MOST_TIMES:
        raise BadTime(_("Write how many texts, from 1 to %(most)d.") % {"most": MOST_TIMES})


def _write(series: TextSeries, repeats: Repeats) -> None:
    pattern = repeats.pattern
    series.every, series.gap, series.weekdays = pattern.every.value, pattern.gap, sorted(set(pattern.weekdays))
    series.day, series.at, series.starts = pattern.day, pattern.at, pattern.starts
    series.until, series.times = pattern.until, repeats.times


def _may_still(series: TextSeries) -> bool:
    """Whether it may still leave in its author's name: who is gone, or texts from that line no more, sends none."""
    author = Membership.objects.select_related("user").get(pk=series.author_id)
    if not (author.is_active and author.user.is_active and author.may(Permission.MESSAGES_SEND)):
        return False
    return visible_lines(author).filter(pk=series.line_id).exists()


def _words(series: TextSeries) -> str:
    words = readable(series, "body", None)
    if words is None:
        raise NotPossible(_("Its words were removed. Write it anew."))
    return words


def _place(series: TextSeries) -> Conversation:
    return Conversation.objects.select_related("contact", "line__team").get(pk=series.conversation_id)


def _locked(series: TextSeries) -> TextSeries:
    return TextSeries.objects.select_for_update(of=("self",), no_key=True).get(pk=series.pk)


def _changed(series: TextSeries) -> str:
    if series.state in LIVING:
        return _("A colleague has changed it meanwhile. Look at it again.")
    return _("It is too late for that: %(state)s.") % {"state": Going(series.state).label}
