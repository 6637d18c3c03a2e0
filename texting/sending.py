"""The only way to send a text: through the gate, into the outbox, in one transaction."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
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
    repeated = Message.objects.filter(pk=message_id).first() if message_id else None
    if repeated is not None and repeated.contact_id == conversation.contact_id:
        return repeated
    draft = gate.Draft(conversation=conversation, body=written, purpose=purpose, author=author)
    if conversation.status != Conversation.Status.OPEN:
        _insist(draft, gate.check(draft)[0])  # a text that is refused opens nothing
    with transaction.atomic():  # nor does one that is too long
        here = threads.open_conversation(conversation.contact, conversation.line, at=timezone.now())
        draft = replace(draft, conversation=here)
        outcome, decision = gate.check(draft)
        if len(outcome.text) > LONGEST and outcome.verdict is gate.Verdict.ALLOW:
            raise BadText(_too_long(len(outcome.text)))
    _insist(draft, outcome)
    message = _queue(draft, outcome.text, decision, new_id() if repeated or message_id is None else message_id)
    audit.record(event=AuditKind.MESSAGE_SENT, actor=author, object=message, purpose=purpose.value)
    return message


def _insist(draft: gate.Draft, outcome: gate.Outcome) -> None:
    """Raise Refused, and have it in the log, unless the gate allowed the text."""
    if outcome.verdict is not gate.Verdict.ALLOW:
        rules = [reason.rule for reason in outcome.objections]
        audit.record(event=AuditKind.MESSAGE_REFUSED, actor=draft.author, object=draft.conversation, rules=rules)
        raise Refused(outcome)


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
