"""What else keeps a row although its period is over: somebody is not done with it.

Each guard is a condition by subject and stands in `settings.RETENTION_KEEPERS`; `REASONS` has its words for previews,
certificates and pages. They keep conversations with all in them, and the contacts of these: a conversation that is
being disputed is of no use without its texts. Rows without a conversation (exports, the log) are kept by none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Exists, F, Func, IntegerField, Manager, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.models import Escalation, OptOutQuestion
from compliance.reviewing.waiting import unreviewed_conversations
from portal.models import PaymentRefund, PaymentRequest, PaymentSession, SecureMessage, SecureReply
from portal.payments.states import LIVE_SESSIONS, OPEN_STATES
from retention.holds.covering import CONTACT
from retention.subjects import Subject
from tenancy.encryption import ContactKey, DayKey
from tenancy.encryption.fields import ENDED, encrypted_fields
from texting.models import Attachment, AttachmentChunk, CarrierCopy, Conversation, Message, Note, ScheduledText
from texting.redacting import with_records
from texting.scheduled.states import ALIVE
from texting.statuses import UNSETTLED


@dataclass(frozen=True)
class Reason:
    """`words`: why it stays. `ends`: when it goes on, after "once". `route`: the page where that is done."""

    words: str | Promise
    ends: str | Promise
    route: str


REASONS: dict[str, Reason] = {
    "retention.holds.freezing.keeper": Reason(_("On legal hold"), _("the hold is released"), "holds"),
    "retention.guards.unreviewed": Reason(
        _("Drawn for review, or its review is disputed"), _("it is reviewed and the dispute decided"), "review_checks"
    ),
    "retention.guards.escalated": Reason(_("In an open escalation"), _("the escalation is closed"), "escalations"),
    "retention.guards.unpaid": Reason(
        _("A payment is open or disputed"), _("the payment is done, canceled or settled"), "payments"
    ),
    "retention.guards.unsettled": Reason(
        _("A text has not been sent yet"), _("the text has left or is canceled"), "attention"
    ),
    "retention.guards.unsent": Reason(
        _("A text is scheduled for later"), _("the text has left or is canceled"), "scheduled"
    ),
    "retention.guards.unresolved": Reason(_("The conversation is open"), _("the conversation is resolved"), "inbox"),
    "retention.guards.unopened": Reason(
        _("A private message can still be opened"), _("the private message has ended"), "inbox"
    ),
    "retention.guards.unanswered": Reason(
        _("Somebody has to decide on perhaps stop"), _("that is decided"), "questions"
    ),
    "retention.guards.copied": Reason(
        _("A carrier has not deleted its copy yet"), _("the carrier has answered"), "purges"
    ),
    "retention.guards.worded": Reason(
        _("Words or files of theirs are kept longer"), _("these have ended by their own periods"), "retention"
    ),
}
"""By the keeper's dotted name."""


def unreviewed(subject: Subject) -> Q | None:
    """What reviewers still need: drawn and not reviewed, or reviewed and disputed."""
    return _in(subject, unreviewed_conversations())


def escalated(subject: Subject) -> Q | None:
    """All conversations of the customer on the line of an open escalation: earlier ones are evidence too."""
    open_now = Escalation.objects.filter(state=Escalation.State.OPEN).order_by()
    pairs = Q(contact_id__in=open_now.values("contact_id")) & Q(line_id__in=open_now.values("line_id"))
    return _in(subject, Conversation.objects.filter(pairs | Q(pk__in=open_now.values("conversation_id"))))


def unpaid(subject: Subject) -> Q | None:
    """Payments that can be paid, are being paid or given back, or of which a person has to settle something."""
    live = PaymentSession.objects.filter(state__in=LIVE_SESSIONS).order_by().values("request_id")
    states = (PaymentRefund.State.ASKING, PaymentRefund.State.PENDING)
    back = PaymentRefund.objects.filter(state__in=states, session__isnull=False).order_by()
    rows = PaymentRequest.objects.filter(
        Q(state__in=(*OPEN_STATES, PaymentRequest.State.PENDING))
        | ~Q(needs_look="")
        | Q(pk__in=live)
        | Q(pk__in=back.values("session__request_id"))
    )
    return _in(subject, Conversation.objects.filter(pk__in=rows.order_by().values("conversation_id")))


def unsettled(subject: Subject) -> Q | None:
    """A text that has not left yet: it, what it carries, its conversation and its customer."""
    if subject.model == "texting.Message":
        return Q(status__in=UNSETTLED)
    if subject.model == "texting.Attachment":
        return Q(message__status__in=UNSETTLED)
    waiting = Message.objects.filter(status__in=UNSETTLED).order_by().values("conversation_id")
    return _in(subject, Conversation.objects.filter(pk__in=waiting))


def unsent(subject: Subject) -> Q | None:
    """Conversations in which a text waits for its time, or is paused."""
    rows = ScheduledText.objects.filter(state__in=ALIVE).order_by()
    return _in(subject, Conversation.objects.filter(pk__in=rows.values("conversation_id")))


def unresolved(subject: Subject) -> Q | None:
    """Conversations that are open, with all in them."""
    return _in(subject, Conversation.objects.filter(status=Conversation.Status.OPEN))


def unopened(subject: Subject) -> Q | None:
    """Conversations with a private message that its customer can still open."""
    rows = SecureMessage.objects.filter(ended_at=None).order_by()
    return _in(subject, Conversation.objects.filter(pk__in=rows.values("conversation_id")))


def unanswered(subject: Subject) -> Q | None:
    """Conversations in which a text perhaps said stop, or perhaps came from a stranger, and nobody has decided."""
    rows = OptOutQuestion.objects.filter(state=OptOutQuestion.State.OPEN).order_by()
    return _in(subject, Conversation.objects.filter(pk__in=rows.values("conversation_id")))


def worded(subject: Subject) -> Q | None:
    """Contacts of whom anything that has a period of its own can still be read: their key opens that, too. And
    conversations in which something can: their rows say whose words these are.
    """
    if _is_frame(subject):
        return _words_within()
    if subject.model != CONTACT:
        return None
    there = (
        Exists(rows.filter(**{attribute: OuterRef("pk")}, _length__gt=len(ENDED)).order_by())
        for rows, attribute in _with_words()
    )
    return reduce(or_, (Q(one) for one in there))


def copied(subject: Subject) -> Q | None:
    """Conversations of whose texts a carrier still holds what it is to delete: it is asked by the text's row."""
    if not _is_frame(subject):
        return None
    wanted = CarrierCopy.objects.filter(due_at__isnull=False).order_by().values("message_id")
    waiting = Message.objects.filter(pk__in=wanted).order_by().values("conversation_id")
    to_come = with_records().order_by().values("message__conversation_id")  # a purge asks when their period is over
    return Q(pk__in=waiting) | Q(pk__in=to_come)


def _is_frame(subject: Subject) -> bool:
    """Whether it is the rows of conversations, and not how their latest text begins (`Standing`)."""
    return subject.model == "texting.Conversation" and subject.day_key is None


def _words_within() -> Q:
    here = {"conversation_id": OuterRef("pk")}
    length = Func(F("body"), function="octet_length", output_field=IntegerField())
    answers = SecureReply.objects.alias(_length=length).filter(_length__gt=len(ENDED))
    return (
        Q(Exists(Message.objects.filter(ended_at=None, **here).order_by()))
        | Q(Exists(Note.objects.filter(ended_at=None, **here).order_by()))
        | Q(Exists(Attachment.objects.filter(ended_at=None, **here).order_by()))
        | Q(Exists(answers.filter(secure__conversation_id=OuterRef("pk")).order_by()))
    )


def _with_words() -> Iterator[tuple[QuerySet[Any], str]]:
    """Rows of each column that a key of a day and one of a contact seal together, and the column of the contact."""
    for model in apps.get_models():
        for field in encrypted_fields(model):
            contact = next((key.attribute for key in field.keys if isinstance(key, ContactKey)), None)
            if contact and any(isinstance(key, DayKey) for key in field.keys) and model is not AttachmentChunk:
                length = Func(F(field.attname), function="octet_length", output_field=IntegerField())
                manager: Manager[Any] = model._default_manager
                yield manager.alias(_length=length), contact


def _in(subject: Subject, conversations: QuerySet[Conversation]) -> Q | None:
    if subject.model == CONTACT:
        return Q(pk__in=conversations.order_by().values("contact_id"))
    if subject.conversation is None:
        return None
    return Q(**{f"{subject.conversation}__in": conversations.order_by().values("pk")})
