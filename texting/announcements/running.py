"""What a member does with a whole announcement: check it, start it or have that approved, hold it, go on, end it."""

from datetime import timedelta

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from texting import outbox
from texting.announcements import audiences, once, telling
from texting.announcements.doorbell import ring
from texting.announcements.policy import AGAIN, PAUSED
from texting.announcements.rules import takes_two
from texting.announcements.second_person import concerned, is_by_key, is_concerned
from texting.announcements.seen import require_read
from texting.announcements.texts import NOT_MADE, bind, require_fields, unseen, version_of
from texting.announcements.writing import (
    OPEN,
    PROMISED,
    TROUBLES,
    CannotAnnounce,
    forget_recipients,
    forget_troubles,
    lock,
    promise_nothing,
    require_sender,
)
from texting.models import Announcement, AnnouncementRecipient, Message, OutboxEntry
from texting.purposes import Purpose, terms_of
from texting.queries import visible_lines
from texting.statuses import ErrorKind, MessageStatus

State, Why, RowState = Announcement.State, Announcement.Why, AnnouncementRecipient.State
GOOD_FOR = timedelta(hours=24)
"""So long after the check it may be started: later too much of it is no longer true."""
TOO_LATE = timedelta(hours=2)
"""So long after its time it may begin: later it is of yesterday, and a person decides."""
PASSING = (
    *(kind.value for kind in (ErrorKind.UNREACHABLE, ErrorKind.TRANSIENT, ErrorKind.RATE_LIMITED)),
    *(kind.value for kind in (ErrorKind.AUTH, ErrorKind.ACCOUNT, ErrorKind.UNKNOWN)),
    *("expired", "carrier.day", "broken", "line.active", "author.active"),
    once.TWICE,  # where no other number of theirs got it either
    NOT_MADE,  # somebody has given the contact what was missing
)
"""Why a text did not arrive that may arrive another day. What a customer or their number speaks against is not here."""
ARRIVED = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
_FAR = timedelta(days=3650)


def check(*, member: Membership, row: Announcement) -> None:
    """Have every recipient looked at, anew if need be. Raises CannotAnnounce; MissingPermission."""
    require_sender(member)
    mine = lock(row, *OPEN)
    require_line(member, mine)
    require_fields(member, mine, newest=True)
    promise_nothing(mine)
    mine.made_by = member
    look_anew(mine)
    audit.record(event=AuditKind.ANNOUNCEMENT_CHECKED, actor=member, object=mine)
    ring(mine)


def look_anew(mine: Announcement) -> None:
    """What was found before is forgotten, and a worker looks at everybody; the caller holds the row.

    Of one that was approved it is kept whom that was for, to be compared with whom it would go to.
    """
    ready = Q(state=RowState.READY)
    if not audiences.read(mine.audience).listed:
        forget_recipients(mine, ~ready if mine.approved_by_id else None)
        mine.is_gathered = False
    agreed = ExpressionWrapper(ready, BooleanField()) if mine.approved_by_id else Value(value=False)
    rows = AnnouncementRecipient.objects.filter(announcement=mine)
    rows.update(state=RowState.UNREAD, is_agreed=agreed, reason="", segments=0, price_micros=0, due_at=None)
    mine.report = {name: mine.report[name] for name in ("list", "rows") if name in mine.report}
    mine.state, mine.why, mine.checked_at = State.CHECKING, "", None
    forget_troubles(mine)
    bind(mine)
    looked = ["state", "why", "checked_at", "is_gathered", "report", "made_by", "words_version"]
    mine.save(update_fields=[*looked, *TROUBLES, *PROMISED])


def start(*, member: Membership, row: Announcement, seen: str | None = None) -> None:
    """Let it begin, or ask for a second person where it goes to many. `seen`: what they have read (`seen.mark_of`).

    Raises CannotAnnounce; MissingPermission.
    """
    require_sender(member)
    mine = lock(row, State.CHECKED)
    require_read(mine, seen)
    require_line(member, mine)
    people = whom(mine)
    require_fields(member, mine)
    if takes_two(mine, member, at=timezone.now()):
        ask(mine, member, people)
        return
    go(mine, member)
    audit.record(event=AuditKind.ANNOUNCEMENT_STARTED, actor=member, object=mine, people=people)
    ring(mine)


def ask(mine: Announcement, member: Membership, people: int) -> None:
    """It waits for somebody else than this member; the caller holds the row."""
    mine.state, mine.started_by, mine.why = State.ASKED, member, ""
    mine.approved_by, mine.approved_for, mine.approved_version = None, 0, ""
    forget_troubles(mine)
    mine.save(update_fields=["state", "started_by", "why", *TROUBLES, *PROMISED])
    audit.record(event=AuditKind.ANNOUNCEMENT_ASKED, actor=member, object=mine, people=people)
    telling.waits(mine)


def approve(*, member: Membership, row: Announcement, seen: str | None = None) -> None:
    """Let what somebody else asked for begin, as theirs, now or when its time comes. `seen`: as in `start`.

    Raises CannotAnnounce; MissingPermission.
    """
    require(member, Permission.ANNOUNCEMENTS_APPROVE)
    mine = lock(row, State.ASKED)
    require_read(mine, seen)
    asked_by = mine.started_by
    if is_by_key(mine, member.pk):
        raise CannotAnnounce(
            _("You made a key of the program that wrote or asked for it. Somebody else has to approve it.")
        )
    if asked_by is None or is_concerned(mine, member.pk):
        raise CannotAnnounce(_("Somebody who neither wrote it nor asked for it has to approve it."))
    if not mine.line.is_active:
        raise CannotAnnounce(_("Its line is switched off. Send it back, so that another one is chosen."))
    people = whom(mine)
    if unseen(mine, asked_by, mine.words_version):
        raise CannotAnnounce(
            _("Whoever asks for it may not see a field of its template any more. Send it back; somebody else can ask.")
        )
    mine.approved_by, mine.approved_for, mine.approved_version = member, people, mine.words_version
    if is_looked_at_again(mine):
        if mine.begins_at is not None and timezone.now() - mine.begins_at > TOO_LATE:
            raise CannotAnnounce(_("Its time has passed. Send it back, so that another one is chosen."))
        mine.state, mine.why = State.PLANNED, ""
        forget_troubles(mine)
        mine.save(update_fields=["state", "why", *TROUBLES, *PROMISED])
    else:
        go(mine, asked_by)
    audit.record(event=AuditKind.ANNOUNCEMENT_APPROVED, actor=member, object=mine, people=people)
    telling.decided(mine, asker=asked_by, by=member, approved=True)
    ring(mine)


def send_back(*, member: Membership, row: Announcement) -> None:
    """Not like this, or not now: it is as it was before somebody asked. Who asked may take it back, too.

    Raises CannotAnnounce; MissingPermission.
    """
    mine = lock(row, State.ASKED)
    if mine.started_by_id != member.pk:
        require(member, Permission.ANNOUNCEMENTS_APPROVE)
    asker = mine.started_by
    ask_no_more(mine)
    audit.record(event=AuditKind.ANNOUNCEMENT_SENT_BACK, actor=member, object=mine)
    telling.decided(mine, asker=asker, by=member, approved=False)


def ask_no_more(mine: Announcement) -> None:
    """Nobody asks for it any more, and what is being looked at is looked at to the end; the caller holds the row."""
    mine.started_by = None
    if mine.state != State.CHECKING:
        mine.state = State.CHECKED
    promise_nothing(mine)
    mine.save(update_fields=["state", "started_by", *PROMISED])


def to_approve(member: Membership) -> int:
    """How many wait for this member, for the rail."""
    if not member.may(Permission.ANNOUNCEMENTS_APPROVE):
        return 0
    asked = Announcement.objects.filter(state=State.ASKED, line_id__in=visible_lines(member).order_by().values("pk"))
    found = list(asked.only("made_by", "started_by", "writers", "made_at"))
    return sum(member.pk not in members for members in concerned(found).values())


def whom(mine: Announcement) -> int:
    """How many get it as checked. Raises CannotAnnounce where that is nobody, or too old.

    What begins later is looked at again then, so an old check is good enough to plan it on.
    """
    if mine.checked_at is None or (not is_looked_at_again(mine) and timezone.now() - mine.checked_at > GOOD_FOR):
        raise CannotAnnounce(_("It was checked more than a day ago. Check it again."))
    if version_of(mine) != mine.words_version:
        raise CannotAnnounce(_("Its template was changed after it was checked. Check it again to send the new words."))
    people = AnnouncementRecipient.objects.filter(announcement=mine, state=RowState.READY).count()
    if not people:
        raise CannotAnnounce(_("Nobody would get it. Read why, then change the words or the audience."))
    return people


def is_looked_at_again(mine: Announcement) -> bool:
    """Whether its time is still to come, or has come while somebody was asked."""
    return mine.begins_at is not None and mine.checked_at is not None and mine.checked_at < mine.begins_at


def pause(*, member: Membership, row: Announcement) -> None:
    """Nothing more leaves until somebody goes on, but what a worker holds this second. Raises CannotAnnounce."""
    require_sender(member)
    mine = lock(row, State.RUNNING)
    hold(mine)
    audit.record(event=AuditKind.ANNOUNCEMENT_PAUSED, actor=member, object=mine)


def hold(mine: Announcement, why: Announcement.Why | None = None) -> None:
    """Pause it, whoever says so; the caller holds the row. What waits in the outbox is due in years."""
    mine.state, mine.why = State.PAUSED, why or ""
    mine.save(update_fields=["state", "why"])
    far = Now() + _FAR
    waiting(mine).update(due_at=far, held_until=far, expires_at=far + _life(mine))


def resume(*, member: Membership, row: Announcement) -> None:
    """Go on where it was, as this member's. Raises CannotAnnounce; MissingPermission."""
    require_sender(member)
    mine = lock(row, State.PAUSED)
    require_line(member, mine)
    require_fields(member, mine)
    go(mine, member)
    _let_leave(mine, waiting(mine))
    audit.record(event=AuditKind.ANNOUNCEMENT_RESUMED, actor=member, object=mine)
    ring(mine)


def _let_leave(mine: Announcement, entries: QuerySet[OutboxEntry]) -> None:
    held = Message.objects.filter(pk=OuterRef("message_id"), held_until__gt=Now()).exclude(provider_code=PAUSED)
    morning = Subquery(held.order_by().values("held_until")[:1])  # of those whose hours have not come
    leaves = Coalesce(morning, Now())
    if entries.update(due_at=leaves, held_until=morning, expires_at=leaves + _life(mine)):
        outbox.ring_after_commit(mine.line_id)


def let_leave_what_was_kept_back(mine: Announcement) -> None:
    """Texts that a worker held when somebody went on, and put off since, because it had read "paused" before.

    Only just after somebody went on: what was put off longer ago is due by now. The caller holds the row.
    """
    if mine.judged_from is None or timezone.now() - mine.judged_from > AGAIN:
        return
    kept = Message.objects.filter(announcement=mine, provider_code=PAUSED).order_by().values("pk")
    _let_leave(mine, waiting(mine).filter(message_id__in=kept, held_until__gt=Now()))


def retry(*, member: Membership, row: Announcement) -> None:
    """Try those again whose reason may have passed. Raises CannotAnnounce; MissingPermission."""
    require_sender(member)
    mine = lock(row, State.FINISHED)
    require_line(member, mine)
    require_fields(member, mine)
    people = passing(mine).update(state=RowState.READY, reason="", message_id=None, due_at=None, moved_at=Now())
    if not people:
        raise CannotAnnounce(_("There is nobody for whom another try could help."))
    mine.ended_at = None
    go(mine, member)
    audit.record(event=AuditKind.ANNOUNCEMENT_RETRIED, actor=member, object=mine, people=people)
    ring(mine)


def passing(row: Announcement) -> QuerySet[AnnouncementRecipient]:
    """Who did not get it for a reason that may have passed; nobody whose text may have arrived after all."""
    lost = AnnouncementRecipient.objects.filter(announcement=row, state__in=[RowState.FAILED, RowState.REFUSED])
    texts = Message.objects.filter(announcement=row).order_by()
    came = texts.filter(status__in=ARRIVED).values("pk")  # not yet written down
    by_hand = texts.exclude(settlement="").values("pk")  # a colleague has sent it again, or told them another way
    lost = lost.filter(reason__in=PASSING).exclude(message_id__in=came).exclude(message_id__in=by_hand)
    return lost.filter(~Q(reason=once.TWICE) | Q(pk__in=once.by_no_other_number(row, once.TOLD)))


def cancel(*, member: Membership, row: Announcement) -> None:
    """End it for good: what waits is taken back, what has left has left. Raises CannotAnnounce; MissingPermission."""
    require_sender(member)
    mine = lock(row, State.RUNNING, State.PAUSED)
    mine.state = State.CANCELED
    forget_troubles(mine)
    mine.save(update_fields=["state", *TROUBLES])
    audit.record(event=AuditKind.ANNOUNCEMENT_CANCELED, actor=member, object=mine)
    ring(mine)


def waiting(row: Announcement) -> QuerySet[OutboxEntry]:
    """Its texts that no worker holds and that have not left."""
    queued = AnnouncementRecipient.objects.filter(announcement=row, state=RowState.QUEUED)
    return OutboxEntry.objects.filter(
        message_id__in=queued.order_by().values("message_id"), state=OutboxEntry.State.READY, resends=0
    )


def go(mine: Announcement, member: Membership) -> None:
    """From now on it is this member's; the caller holds the row. Whoever goes on although too many opted out or were
    refused has read that, and from then on it is counted anew. Any other pause changes nothing about the count.
    """
    now = timezone.now()
    if mine.why in {Why.OPT_OUTS, Why.FILTERED}:
        mine.rated_from = now
    mine.state, mine.why, mine.started_by, mine.judged_from = State.RUNNING, "", member, now
    forget_troubles(mine)
    mine.started_at = mine.started_at or now
    kept = ["state", "why", "started_by", "started_at", "judged_from", "rated_from", "ended_at"]
    mine.save(update_fields=[*kept, *TROUBLES, *PROMISED])


def _life(row: Announcement) -> timedelta:
    return terms_of(Purpose(row.purpose), many=True).life


def require_line(member: Membership, row: Announcement) -> None:
    """Raises CannotAnnounce where this member may not send from it."""
    if not row.line.is_active or not visible_lines(member).filter(pk=row.line_id).exists():
        raise CannotAnnounce(_("Its line is switched off, or not yours to use. Choose another."))
