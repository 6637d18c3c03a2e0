"""Removing the words of one text by hand, or all that the text was, for a reason that is kept.

The guards are asked first, since they take the lock of what deletes, which whatever ends something takes before rows.
Then the conversation is locked, as a text that arrives does: what masks an earlier text and what shows the latest one
then sees the words or sees that they are gone.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from texting import guards
from texting.conversations import NotPossible
from texting.ended import end_words
from texting.kept_words import kept
from texting.models import CarrierCopy, Conversation, EndedAs, Message, OutboxEntry, Redaction
from texting.progress import heed
from texting.purposes import PRIVATE
from texting.statuses import MessageStatus

LONGEST_WORDS = 200  # characters


class AlreadyEnded(NotPossible):
    """Its words are gone already."""


class Guarded(NotPossible):
    """Something keeps the words; `reasons` has a sentence for each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class StillLeaving(NotPossible):
    """It waits to be sent, or is being sent."""


@dataclass(frozen=True)
class Why:
    """A choice, and more words where it needs them. `words` may be empty unless the choice is OTHER."""

    reason: Redaction.Reason
    words: str = ""


def redact(*, member: Membership, message: Message, why: Why, deletes: bool = False) -> Redaction:
    """Remove the words of a text that the member may read; with `deletes` also to whom and from whom it went.

    Raises MissingPermission; AlreadyEnded, Guarded, StillLeaving, NotPossible.
    """
    require(member, Permission.MESSAGES_DELETE if deletes else Permission.MESSAGES_REDACT)
    words = _checked(why)
    guards.may_end([message.pk])  # takes their lock before the rows'; answered below
    Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=message.conversation_id)
    found = Message.objects.select_for_update(of=("self",), no_key=True).get(pk=message.pk)
    _refuse(found)
    if reasons := guards.may_end([found.pk]).get(found.pk):
        raise Guarded(reasons)
    now = timezone.now()
    end_words([found.pk], ended_as=EndedAs.DELETED if deletes else EndedAs.REDACTED, at=now)
    if deletes:
        heed(found, "")
        rows = Message.objects.filter(pk=found.pk)
        rows.update(our_number="", outside_hours="", attention="")
    row = Redaction.objects.create(
        message=found,
        contact_id=found.contact_id,
        member=member,
        deletes=deletes,
        reason=why.reason,
        words=words,
        at=now,
    )
    event = AuditKind.MESSAGE_DELETED if deletes else AuditKind.MESSAGE_REDACTED
    audit.record(event=event, actor=member, object=found, reason=why.reason.value)
    return row


def with_records() -> QuerySet[Redaction]:
    """Those of texts that lost their words alone, and whose record no carrier was asked to delete."""
    asked = CarrierCopy.objects.filter(message_id=OuterRef("message_id"), deletes=True).order_by()
    left = Redaction.objects.filter(deletes=False, message__provider_message_id__isnull=False)
    return left.filter(~Exists(asked)).order_by("pk")


def is_leaving(message: Message) -> bool:
    """Whether it waits to be sent or is being sent, so that its words are needed still."""
    if message.direction == Message.Direction.IN:
        return False
    waits = message.status in {MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.SENDING}
    return waits or OutboxEntry.objects.filter(message_id=message.pk).exists()


def _refuse(message: Message) -> None:
    if message.ended_at is not None:
        raise AlreadyEnded(_("The words of this text are gone already."))
    if message.purpose in PRIVATE:
        raise NotPossible(_("This is the link of a private message. Take the private message back on its card."))
    if is_leaving(message):
        if message.status == MessageStatus.QUEUED:
            raise StillLeaving(_("This text has not left yet. Take it back first; then its words can be removed."))
        raise StillLeaving(_("This text is being sent. Wait until it is known what became of it, then try again."))


def _checked(why: Why) -> str:
    words = " ".join(why.words.replace("\x00", "").split())
    if len(words) > LONGEST_WORDS:
        raise NotPossible(_("The reason holds at most %(most)d characters.") % {"most": LONGEST_WORDS})
    if why.reason is Redaction.Reason.OTHER and not words:
        raise NotPossible(_("Say why in a few words."))
    return kept(words)
