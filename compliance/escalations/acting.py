"""What members do with an open escalation: take it, pass it on, offer another channel, note the first contact.

Each act locks the row and looks whether it is still open, so of two members who press a button one is told who was
faster. An act of whoever may handle escalations needs no ownership: the customer waits, whoever has time acts.
"""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.noting import note
from compliance.escalations.people import able_to_handle
from compliance.models import Escalation, EscalationEvent, EscalationStep
from texting.notifications import noting

Kind, State, Channel = EscalationEvent.Kind, Escalation.State, Escalation.Channel
LONGEST_WORDS = 2000
OFFERED = (Channel.PHONE, Channel.EMAIL)


def lock_open(escalation: Escalation) -> Escalation:
    """The row as it is, locked. Raises CannotAct when it is closed."""
    rows = Escalation.objects.select_for_update(of=("self",), no_key=True)
    mine = rows.select_related("closed_by__user", "owner__user").get(pk=escalation.pk)
    if mine.state == State.CLOSED:
        who = mine.closed_by.user.name if mine.closed_by else ""
        raise CannotAct(_("%(who)s has closed this already.") % {"who": who})
    return mine


def take(*, member: Membership, escalation: Escalation) -> None:
    """It is the member's from now on, whoever had it. Raises CannotAct, MissingPermission."""
    assign(member=member, escalation=escalation, to=member.pk)


def assign(*, member: Membership, escalation: Escalation, to: UUID | None) -> None:
    """Give it to somebody who reads the conversation, texts and handles escalations; None: to nobody.

    Raises CannotAct, MissingPermission.
    """
    require(member, Permission.ESCALATIONS_HANDLE)
    mine = lock_open(escalation)
    if mine.owner_id == to:
        return
    if to is not None and to != member.pk and to not in {one.pk for one in able_to_handle(mine.line_id)}:
        raise CannotAct(_("This colleague may not handle escalations of this line."))
    mine.owner_id = to
    mine.save(update_fields=["owner"])
    kind = Kind.TAKEN if to == member.pk else Kind.ASSIGNED if to else Kind.RETURNED
    note(mine, kind, actor=member, facts={"owner": str(to or "")})
    noting.escalation_given(to=to, actor=member, conversation_id=mine.conversation_id)


def offer(*, member: Membership, escalation: Escalation, channel: str) -> None:
    """E-mail or phone is to be tried from now on. Raises CannotAct, MissingPermission."""
    require(member, Permission.ESCALATIONS_HANDLE)
    if channel not in OFFERED:
        raise CannotAct(_("Choose phone or e-mail."))
    mine = lock_open(escalation)
    if mine.channel != channel:
        mine.channel = channel
        mine.save(update_fields=["channel"])
        note(mine, Kind.CHANNEL, actor=member, facts={"channel": channel})


def note_contact(*, member: Membership, escalation: Escalation, channel: str, at: datetime, words: str = "") -> None:
    """The customer was reached on another channel at that moment (aware). The first one stops the clock.

    Raises CannotAct, MissingPermission.
    """
    require(member, Permission.ESCALATIONS_HANDLE)
    mine = lock_open(escalation)
    reached(mine, member, channel, checked_moment(mine, at))
    note(mine, Kind.CONTACTED, actor=member, facts={"channel": channel}, words=checked_words(words, needed=False))


def reached(mine: Escalation, member: Membership, channel: str, at: datetime) -> None:
    """Keep the first contact on the locked row; one that came after the time was over is too late, too."""
    if channel not in Channel.values:
        raise CannotAct(_("Choose the channel."))
    drop_steps(mine)
    if mine.contacted_at is not None:
        return
    mine.contacted_at, mine.contact_channel = at, channel
    late = mine.breached_at is None and mine.due_at is not None and at > mine.due_at
    if late:
        mine.breached_at = mine.due_at
    mine.save(update_fields=["contacted_at", "contact_channel", "breached_at"])
    if late:
        note(mine, Kind.BREACHED, facts={"due": mine.due_at.isoformat() if mine.due_at else ""})


def not_reached(mine: Escalation, at: datetime) -> None:
    """What was the first contact at that moment did not reach them after all: the locked row's clock goes on."""
    if mine.state != State.OPEN or mine.contacted_at != at:
        return
    mine.contacted_at, mine.contact_channel = None, ""
    mine.save(update_fields=["contacted_at", "contact_channel"])
    dropped = EscalationStep.objects.filter(escalation=mine, state=EscalationStep.State.DROPPED)
    if mine.breached_at is not None:
        dropped = dropped.exclude(kind=EscalationStep.Kind.BREACH)
    dropped.update(state=EscalationStep.State.WAITING, done_at=None)


def drop_steps(mine: Escalation) -> None:
    """Nothing is due any more."""
    EscalationStep.objects.filter(escalation=mine, state=EscalationStep.State.WAITING).update(
        state=EscalationStep.State.DROPPED, done_at=timezone.now()
    )


def checked_moment(mine: Escalation, at: datetime) -> datetime:
    """The moment, if it lies between the opening (a form's minutes have no seconds) and now. Raises CannotAct."""
    if not mine.opened_at.replace(second=0, microsecond=0) <= at <= timezone.now():
        raise CannotAct(_("That moment lies before it came up, or in the future. Check date and time."))
    return max(at, mine.opened_at)


def checked_words(words: str, *, needed: bool) -> str:
    """What a member wrote, without white space around. Raises CannotAct when it is missing or too long."""
    text = words.replace("\r\n", "\n").replace("\x00", "").strip()
    if needed and not text:
        raise CannotAct(_("Write in a few words what came of it."))
    if len(text) > LONGEST_WORDS:
        raise CannotAct(_("Write at most %(most)d characters.") % {"most": LONGEST_WORDS})
    return text
