"""An announcement that begins later: by our clock, or at the same hour by the clock of each recipient.

When its time has come nothing that was found before counts: the audience is gathered anew and the gate is asked about
everybody, also about whoever was left out before. What people agreed to holds then as well, or it does not begin: one
person's word for as many as one may tell alone; a second person's, who still may give it, for the words that they read
and where they saw ten elevenths of those it would go to. So who has opted out meanwhile gets nothing, who has agreed
meanwhile gets it, and an audience that has grown into something else, or become another one, is looked at by a person.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from texting.announcements import running, telling
from texting.announcements.doorbell import ring
from texting.announcements.rules import takes_two
from texting.announcements.texts import require_fields, unseen_words
from texting.announcements.their_time import first_moment
from texting.announcements.writing import (
    PROMISED,
    TROUBLES,
    CannotAnnounce,
    changed_meanwhile,
    forget_troubles,
    lock,
    promise_nothing,
    require_sender,
)
from texting.models import Announcement, AnnouncementRecipient
from texting.scheduled.local_times import on_the_wall, place

State, Why, RowState = Announcement.State, Announcement.Why, AnnouncementRecipient.State
FARTHEST = timedelta(days=366)
FIRST_YEAR = 2000  # what comes before can only have passed


class BadBeginning(CannotAnnounce):
    """It cannot begin at that time; the message says why."""


def plan(*, member: Membership, row: Announcement, at: datetime | None = None, wall: datetime | None = None) -> None:
    """Have it begin at a moment (`at`, aware), or when it is `wall` (naive) by the clock of each recipient.

    One that is planned, or waits for approval, gets another time by that: a second person who agreed to the time
    before is asked again. Raises BadBeginning; CannotAnnounce; MissingPermission.
    """
    require_sender(member)
    mine = lock(row, State.CHECKED, State.ASKED, State.PLANNED)
    running.require_line(member, mine)
    promise_nothing(mine)
    given = wall or at
    if given is None:
        raise BadBeginning(_("Choose a date and a time."))
    try:
        if wall is not None:
            wall = wall.replace(tzinfo=None, second=0, microsecond=0)
            clocks = list(mine.report.get("clocks", {}))
            mine.begins_at, where = first_moment(clocks, wall, member.organization.time_zone)
            mine.begins_theirs = wall.isoformat(timespec="minutes")
        else:
            mine.begins_at, where = given.astimezone(UTC), ""
    except OverflowError:  # one end of the calendar or the other, by the clock of somebody
        raise BadBeginning(_passed() if given.year < FIRST_YEAR else _too_far()) from None
    _refuse_bad(mine.begins_at, where)
    people = running.whom(mine)
    require_fields(member, mine)
    if takes_two(mine, member, at=mine.begins_at):
        running.ask(mine, member, people)
        return
    mine.state, mine.started_by, mine.why = State.PLANNED, member, ""
    forget_troubles(mine)
    mine.save(update_fields=["state", "started_by", "why", *TROUBLES, *PROMISED])
    _record(AuditKind.ANNOUNCEMENT_PLANNED, mine, member, people=people)


def _refuse_bad(begins_at: datetime, where: str) -> None:
    now = timezone.now()
    if begins_at <= now and where:
        said = _("In %(place)s it is later than that already. Choose a later time.")
        raise BadBeginning(said % {"place": place(where.partition(",")[0])})
    if begins_at <= now:
        raise BadBeginning(_passed())
    if begins_at - now > FARTHEST:
        raise BadBeginning(_too_far())


def _passed() -> str:
    return _("That time has passed. Choose a later one, or start it now.")


def _too_far() -> str:
    return _("That is more than a year ahead. Choose an earlier time.")


def _record(event: AuditEventKind, mine: Announcement, member: Membership | None, **more: object) -> None:
    at = mine.begins_at.isoformat() if mine.begins_at else ""
    details: dict[str, Any] = {"begins_at": at, "theirs": mine.begins_theirs, **more}
    audit.record(event=event, actor=member, object=mine, **details)


def unplan(*, member: Membership, row: Announcement) -> None:
    """It does not begin then; its check stays, and goes on where its time has come and all are being looked at.

    Raises CannotAnnounce; MissingPermission.
    """
    require_sender(member)
    mine = lock(row, State.PLANNED, State.CHECKING)
    if mine.begins_at is None:
        raise CannotAnnounce(changed_meanwhile())
    _record(AuditKind.ANNOUNCEMENT_UNPLANNED, mine, member)
    running.ask_no_more(mine)


# --- When its time has come: the caller is a worker that holds the row ---


def look_again(mine: Announcement) -> bool:
    """Begin to look at everybody anew, if it is time. Returns whether there is more to do at once."""
    now = timezone.now()
    if mine.begins_at is None or mine.begins_at > now:
        return False
    if now - mine.begins_at > running.TOO_LATE:
        stop(mine, Why.LATE)
        return False
    if not mine.line.is_active:
        stop(mine, Why.LINE_OFF)
        return False
    asker = mine.started_by
    if asker is not None and unseen_words(mine, asker, newest=True):
        stop(mine, Why.FIELDS)
        return False
    running.look_anew(mine)
    return True


def begin(mine: Announcement) -> None:
    """Everybody was looked at anew: it begins, if what people agreed to holds for what was found."""
    asker = mine.started_by
    people = AnnouncementRecipient.objects.filter(announcement=mine, state=RowState.READY).count()
    if mine.begins_at is not None and timezone.now() - mine.begins_at > running.TOO_LATE:
        stop(mine, Why.LATE)  # whoever looked died, and nobody went on for hours
    elif asker is None or not people:
        stop(mine, Why.NOBODY)
    elif (why := _speaks_against(mine, asker, people)) is not None:
        running.ask(mine, asker, people)
        mine.why = why
        mine.save(update_fields=["why"])
    else:
        running.go(mine, asker)
        audit.record(event=AuditKind.ANNOUNCEMENT_STARTED, actor=asker, object=mine, people=people, planned=True)
        ring(mine)


def _speaks_against(mine: Announcement, asker: Membership, people: int) -> Announcement.Why | None:
    """Why a second person has to look at it, or to look at it again."""
    if not takes_two(mine, asker, at=timezone.now()):
        return None
    by = mine.approved_by
    if by is not None and not (by.is_active and by.user.is_active and by.may(Permission.ANNOUNCEMENTS_APPROVE)):
        return Why.UNAPPROVED
    if by is None or people * 10 > mine.approved_for * 11:
        return Why.MORE
    ready = AnnouncementRecipient.objects.filter(announcement=mine, state=RowState.READY)
    if people * 10 > ready.filter(is_agreed=True).count() * 11:
        return Why.OTHERS
    return None if mine.words_version == mine.approved_version else Why.WORDS


def stop(mine: Announcement, why: Announcement.Why) -> None:
    """It does not begin, and says why; a person looks at it, checks it again, plans or starts it."""
    _record(AuditKind.ANNOUNCEMENT_NOT_BEGUN, mine, None, why=why.value)
    asker, mine.started_by = mine.started_by, None
    mine.state, mine.why = State.CHECKED, why
    promise_nothing(mine)
    mine.save(update_fields=["state", "why", "started_by", *PROMISED])
    telling.stopped(mine, asker)


def begins_words(mine: Announcement, ours: str) -> str:
    """When it begins, for people: "Sat, Nov 28, 9:00 am in New York". "" where it has no time. `ours`: our zone."""
    if mine.begins_at is None:
        return ""
    if mine.begins_theirs:
        wall = datetime.fromisoformat(mine.begins_theirs).replace(tzinfo=ZoneInfo(ours))
        return _("%(time)s by the clock of each customer") % {"time": on_the_wall(wall, ZoneInfo(ours))}
    return _("%(time)s in %(place)s") % {"time": on_the_wall(mine.begins_at, ZoneInfo(ours)), "place": place(ours)}
