"""What becomes of a text that waits: a colleague approves or refuses it, its author takes it back, or it expires.

Each takes the row's lock and looks at the state again, so that of two who press at once one wins and the other is told.
An approved text passes the gate again, with the permission and the hours of that moment, and keeps the id that it was
written with: it leaves once at most.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.content_types.notified import NAME
from compliance.content_types.telling import show
from compliance.models import HeldText
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from texting import conversations, sending
from texting.attachments import binding, storing
from texting.gate import OutsideHours
from texting.models import Conversation, Draft, Message
from texting.notifications import things
from texting.purposes import Purpose
from texting.queries import unsent_files
from texting.sending import BadText, Refused

State = HeldText.State
LONGEST_REASON = 500
_OUTCOMES = {State.SENT: things.APPROVED, State.REFUSED: things.REFUSED, State.EXPIRED: things.EXPIRED}
"""What a text's author is told of."""


class CannotDecide(ValueError):
    """It is decided already, or cannot be decided so; the message says which, to the person who asked."""


def approve(*, member: Membership, held: HeldText) -> Message:
    """Let it leave, as its author's. Outside the customer's hours it waits for them.

    Raises CannotDecide when somebody was faster, it has expired, its author may not send any more, or another rule
    speaks against it now: then it goes on waiting. Raises MissingPermission.
    """
    mine = _for_second_person(member, held)
    author = Membership.objects.select_related("user", "organization").get(pk=mine.author_id)
    if not (author.is_active and author.may(Permission.MESSAGES_SEND)):
        raise CannotDecide(_("Its author may not send texts any more. Write it yourself."))
    places = Conversation.objects.select_for_update(of=("self",), no_key=True).select_related("contact", "line__team")
    place = places.get(pk=mine.conversation_id)
    ends = mine.purpose == Purpose.POLL and place.status == Conversation.Status.RESOLVED
    try:
        message = sending.send_text(
            conversation=place,
            body=_words(mine),
            author=author,
            purpose=Purpose(mine.purpose),
            message_id=mine.message_id,
            files=[file.pk for file in binding.held_with(mine.message_id)],
            outside_hours=OutsideHours.WAIT,
            origin=mine.origin,
            approved=mine.pk,
            inside=place if ends else None,  # thanks for an answer begin nothing anew
        )
    except Refused as refused:
        reasons = " ".join(reason.text for reason in refused.outcome.objections)
        raise CannotDecide(_("It cannot leave now. %(reasons)s") % {"reasons": reasons}) from None
    except BadText as error:
        raise CannotDecide(str(error)) from None
    _write(mine, State.SENT, member)
    audit.record(event=AuditKind.MESSAGE_APPROVED, actor=member, object=mine, message=str(message.pk))
    return message


def refuse(*, member: Membership, held: HeldText, reason: str) -> None:
    """It does not leave, and its author reads why. Raises CannotDecide, also without a reason; MissingPermission."""
    said = " ".join(reason.replace("\x00", "").split())
    if not said:
        raise CannotDecide(_("Say why, so that its author can do better."))
    if len(said) > LONGEST_REASON:
        raise CannotDecide(_("Write at most %(most)d characters.") % {"most": LONGEST_REASON})
    mine = _for_second_person(member, held)
    _write(mine, State.REFUSED, member, said)
    audit.record(event=AuditKind.MESSAGE_NOT_APPROVED, actor=member, object=mine)


def take_back(*, member: Membership, held: HeldText) -> None:
    """Its author takes words and pictures back into the composer, unless something else is there; then both stay.

    What was decided already is put away. Raises CannotDecide for everybody else, and when it was approved meanwhile.
    """
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(held)
    if mine.author_id != member.pk:
        raise CannotDecide(_("Only its author can take it back."))
    if mine.state == State.SENT or mine.seen_at is not None:
        raise CannotDecide(_already(mine))
    thread = Conversation.objects.get(pk=mine.conversation_id)
    files = binding.held_with(mine.message_id)
    if Draft.objects.filter(conversation=thread, author=member).exists():
        raise CannotDecide(_("Send or delete first what you have begun to write here."))
    if files and unsent_files(member, thread):
        raise CannotDecide(_("Send or take out first what you have attached here."))
    conversations.save_draft(member=member, conversation=thread, body=_words(mine), origin=mine.origin)
    binding.release(mine.message_id)
    if mine.state == State.WAITING:
        _write(mine, State.TAKEN_BACK)
        audit.record(event=AuditKind.MESSAGE_TAKEN_BACK, actor=member, object=mine)
    _put_away(mine)


def put_away(*, member: Membership, held: HeldText) -> None:
    """Its author has read what became of it, and its pictures go. Twice is once.

    Nothing happens while it waits, or for anybody else.
    """
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(held)
    if mine.author_id == member.pk and mine.state != State.WAITING:
        storing.remove(binding.held_with(mine.message_id))
        _put_away(mine)


def expire() -> int:
    """End those that have waited too long. Returns how many."""
    due = HeldText.objects.select_for_update(of=("self",), skip_locked=True).filter(
        state=State.WAITING, expires_at__lte=timezone.now()
    )
    found = list(due.select_related("author").order_by("id"))
    for held in found:
        _write(held, State.EXPIRED)
        audit.record(event=AuditKind.MESSAGE_HELD_EXPIRED, object=held)
    return len(found)


def _for_second_person(member: Membership, held: HeldText) -> HeldText:
    """The row, locked, as this member may decide about it."""
    require(member, Permission.MESSAGES_APPROVE)
    mine = _locked(held)
    if mine.state != State.WAITING:
        raise CannotDecide(_already(mine))
    if mine.author_id == member.pk:
        raise CannotDecide(_("You wrote it: somebody else decides."))
    if mine.expires_at <= timezone.now():
        raise CannotDecide(_("It has waited too long. Its author can send it again."))
    return mine


def _locked(held: HeldText) -> HeldText:
    rows = HeldText.objects.select_for_update(of=("self",), no_key=True).select_related("decided_by__user", "author")
    return rows.get(pk=held.pk)


def _already(held: HeldText) -> str:
    label = State(held.state).label
    if held.decided_by is None:
        return _("That is over: %(state)s.") % {"state": label}
    return _("%(who)s has decided already: %(state)s.") % {"who": held.decided_by.user.name, "state": label}


def _words(held: HeldText) -> str:
    words = readable(held, "body")
    if not words:
        raise CannotDecide(_("Its words were erased."))
    return words


def _write(held: HeldText, state: HeldText.State, member: Membership | None = None, reason: str = "") -> None:
    held.state, held.decided_by, held.decided_at, held.reason = state, member, timezone.now(), reason
    held.save(update_fields=["state", "decided_by", "decided_at", *(["reason"] if reason else [])])
    told = _OUTCOMES.get(state)
    things.is_over(NAME, held.pk, outcome=told or "", told=held.author if told else None, actor=member)
    show([held])


def _put_away(held: HeldText) -> None:
    held.seen_at = held.seen_at or timezone.now()
    held.save(update_fields=["seen_at"])
    show([held])
