"""The only way to send a text: through the gate, into the outbox, in one transaction."""

from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from texting import gate, live, outbox, threads
from texting.live import LiveKind
from texting.models import Conversation, Decision, Message
from texting.purposes import Purpose
from texting.segments import count
from texting.statuses import MessageStatus

LONGEST = 1600  # characters; the providers' own limit for one text


class BadText(ValueError):
    """The text cannot be sent as it is; the message says why and what to do."""


class Refused(Exception):
    """The gate said no; `outcome` has the reasons. The decision is stored."""

    def __init__(self, outcome: gate.Outcome) -> None:
        super().__init__(outcome.verdict)
        self.outcome = outcome


def send_text(
    *,
    conversation: Conversation,
    body: str,
    author: Membership | None,
    purpose: Purpose = Purpose.REPLY,
    message_id: UUID | None = None,
) -> Message:
    """Queue one text. In a resolved conversation it opens a new one.

    `message_id` makes a repeated request harmless: the text that already has this id is returned and nothing is sent.
    Raises BadText (empty, too long, not text) or Refused (the gate; the decision is stored).
    """
    written = cleaned(body)
    conversation = threads.open_conversation(conversation.contact, conversation.line, at=timezone.now())
    message_id = message_id or new_id()
    repeated = Message.objects.filter(pk=message_id, contact_id=conversation.contact_id).first()
    if repeated is not None:
        return repeated
    draft = gate.Draft(conversation=conversation, body=written, purpose=purpose, author=author)
    outcome, decision = gate.check(draft)
    if outcome.verdict is not gate.Verdict.ALLOW:
        rules = [reason.rule for reason in outcome.objections]
        audit.record(event=AuditKind.MESSAGE_REFUSED, actor=author, object=conversation, rules=rules)
        raise Refused(outcome)
    if len(outcome.text) > LONGEST:
        raise BadText(_too_long(len(outcome.text)))
    message = _queue(draft, outcome.text, decision, message_id)
    audit.record(event=AuditKind.MESSAGE_SENT, actor=author, object=message, purpose=purpose.value)
    return message


def preview(*, conversation: Conversation, body: str, author: Membership | None) -> gate.Outcome:
    """What the gate would say to this text now, with the clauses it would add. Stores nothing."""
    return gate.ask(gate.Draft(conversation=conversation, body=body.strip(), purpose=Purpose.REPLY, author=author))


def cleaned(body: str) -> str:
    """The text without outer white space. Raises BadText when it is empty, too long, or cannot be stored."""
    text = body.replace("\r\n", "\n").strip()
    if not text:
        raise BadText("Write something first.")
    if len(text) > LONGEST:
        raise BadText(_too_long(len(text)))
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadText("The text holds characters that cannot be sent. Type it again instead of pasting it.")
    return text


def _too_long(length: int) -> str:
    return (
        f"A text holds at most {LONGEST:,} characters and this one would have {length:,}. Shorten it or send it in two."
    )


def _queue(draft: gate.Draft, text: str, decision: Decision, message_id: UUID) -> Message:
    """Store the text as queued, enter it in the outbox, show it in the lists."""
    conversation = draft.conversation
    message = Message.objects.create(
        id=message_id,
        conversation=conversation,
        contact=conversation.contact,
        line=conversation.line,
        direction=Message.Direction.OUT,
        purpose=draft.purpose,
        body=text,
        author=draft.author,
        status=MessageStatus.QUEUED,
        segments=count(text).segments,
        decision=decision,
        decision_verdict=decision.verdict,
        created_at=timezone.now(),
    )
    outbox.put(message, draft.purpose)
    threads.touch(conversation, message)
    live.publish(kind=LiveKind.MESSAGE, conversation=conversation.pk, message=message.pk, line=conversation.line_id)
    return message
