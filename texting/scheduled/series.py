"""What is true of a series of texts whoever looks: its pattern, its next times, its text that waits; and the clock's
part, which makes the next text when there is none. Rows are locked by whoever calls, the series before its texts.
"""

from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.crash_points import crash_here
from tenancy.encryption import readable
from tenancy.ids import new_id
from texting.models import Conversation, ScheduledText, TextSeries
from texting.scheduled.following import zone_now
from texting.scheduled.recurring import Every, Occurrence, Pattern, coming
from texting.scheduled.states import ALIVE, State, Why, move, show
from texting.scheduled.their_clock import Zone, ZoneFrom

Going = TextSeries.State
LIVING = (Going.ACTIVE, Going.PAUSED)
TOGETHER = 20
IN_A_ROW = 3
"""So many texts in a row that did not leave pause a series: whatever is wrong is wrong every time."""
AT_ONCE = (Why.AUTHOR, Why.WORDS)
"""What will be as wrong the next time."""


def keep_up() -> int:
    """Make the next text of some of the organization's series that have none. Returns how many were looked at.

    One that somebody paused by itself and whose time has passed since is none: the others go on without it.
    """
    ahead = Q(state=State.WAITING) | Q(state=State.PAUSED, send_at__gt=timezone.now())
    alive = ScheduledText.objects.filter(ahead, series_id=OuterRef("pk"))
    rows = TextSeries.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    found = list(rows.filter(~Exists(alive), state=Going.ACTIVE).order_by("id")[:TOGETHER])
    for series in found:
        _go_further(series)
    if found:
        crash_here("before_repeated_commit")
    return len(found)


def halt(series: TextSeries, why: Why | None = None) -> None:
    """Pause it, whose row is locked, with its texts that wait."""
    series.state, series.why = Going.PAUSED, why or ""
    series.revision += 1
    series.save(update_fields=["state", "why", "revision"])
    for row in _alive(series):
        if row.state == State.WAITING:
            move(row, State.PAUSED, why=why)


def end(
    series: TextSeries, state: TextSeries.State = Going.ENDED, why: Why | None = None, *, alone: bool = False
) -> None:
    """End it, whose row is locked, with its texts that wait; `alone`: without looking for those."""
    series.state, series.why, series.ended_at = state, why or "", timezone.now()
    series.revision += 1
    series.save(update_fields=["state", "why", "ended_at", "revision"])
    for row in () if alone else _alive(series):
        move(row, State.CANCELED)


def pattern_of(series: TextSeries) -> Pattern:
    """Its pattern as a value."""
    return Pattern(
        Every(series.every),
        series.at,
        series.starts,
        series.gap,
        tuple(series.weekdays),
        series.day,
        series.until,
    )


def next_times(series: TextSeries, most: int) -> list[Occurrence]:
    """When its next texts are due, as things stand; none of one that is over."""
    if series.state not in LIVING:
        return []
    waits = ScheduledText.objects.filter(series_id=series.pk, state__in=ALIVE).exists()
    left = most if series.times is None else min(most, series.times - series.made + waits)
    found = coming(pattern_of(series), ZoneInfo(series.zone), after=timezone.now())
    return list(islice(found, max(left, 0)))


def _go_further(series: TextSeries) -> None:
    """After a text of it has left, or did not."""
    if (why := _why_not(series)) is not None:
        halt(series, why)
        audit.record(event=AuditKind.MESSAGE_SCHEDULE_PAUSED, object=series, why=why.value)
        return
    plan(series)


def _why_not(series: TextSeries) -> Why | None:
    """What stopped its latest texts, when it would stop the next one as well."""
    rows = ScheduledText.objects.filter(series_id=series.pk, state__in=[State.STOPPED, State.SENT, State.HELD])
    lately = list(rows.order_by("-occurs_on").values_list("state", "why", "seen_at")[:IN_A_ROW])
    if lately and lately[0][0] == State.STOPPED and lately[0][1] in AT_ONCE and lately[0][2] is None:
        return Why(lately[0][1])
    stopped = [Why(why) for state, why, seen_at in lately if state == State.STOPPED and seen_at is None]
    return stopped[0] if len(stopped) == IN_A_ROW else None


def plan(series: TextSeries, *, again: bool = False) -> None:
    """Make its next text, or end it where there is none. `again`: give the one that waits its time and words anew."""
    words = readable(series, "body", None)
    if words is None:
        end(series, why=Why.WORDS)
        return
    zone = zone_now(series.contact_id, zone_of(series))
    row = waiting(series) if again else None
    made = series.made - bool(row)
    found = _free_day(series, row, zone)
    if found is None or (series.times is not None and made >= series.times):
        end(series)
        return
    series.zone, series.zone_from, series.last_day = zone.name, zone.known_from, found.day
    series.conversation = _latest(series)
    series.body, series.sealed_at, series.made = words, timezone.now(), made + 1
    series.save()
    if row is None:
        row = ScheduledText(message_id=new_id(), series_id=series.pk, made_at=timezone.now())
        row.state = State.PAUSED if series.state == Going.PAUSED else State.WAITING
    row.conversation_id, row.contact_id, row.line_id = series.conversation_id, series.contact_id, series.line_id
    row.author_id, row.body, row.occurs_on = series.author_id, words, found.day
    row.purpose, row.origin, row.outside_hours = series.purpose, series.origin, series.outside_hours
    row.send_at = row.look_at = found.at
    row.zone, row.zone_from, row.tries = zone.name, zone.known_from, 0
    row.revision += 1
    row.save()
    show([row])


def waiting(series: TextSeries) -> ScheduledText | None:
    """Its next text that waits, or is paused, locked."""
    return _alive(series).first()


def _alive(series: TextSeries) -> QuerySet[ScheduledText]:
    """Those that wait or are paused, locked: a skipped one that was taken back waits beside the next one."""
    rows = ScheduledText.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(series_id=series.pk, state__in=ALIVE).order_by("occurs_on")


def _free_day(series: TextSeries, row: ScheduledText | None, zone: Zone) -> Occurrence | None:
    """The next of its days that has no text yet, but for this one: a day's text may have left early, or be skipped."""
    now = timezone.now()
    texts = ScheduledText.objects.filter(series_id=series.pk, occurs_on__gte=now.date() - timedelta(days=2))
    taken = set((texts.exclude(pk=row.pk) if row else texts).values_list("occurs_on", flat=True))
    return next((one for one in coming(pattern_of(series), zone.info, after=now) if one.day not in taken), None)


def _latest(series: TextSeries) -> Conversation:
    """The conversation in which the thread goes on."""
    rows = Conversation.objects.filter(contact=series.contact_id, line=series.line_id)
    return rows.order_by("-last_activity_at", "-id").first() or series.conversation


def zone_of(series: TextSeries) -> Zone:
    """By whose clock it goes, and how that is known."""
    return Zone(series.zone, ZoneFrom(series.zone_from))
