"""Takes what a provider tells us: a customer's text, once only; a status, forward only."""

import logging
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from tenancy.encryption import fetch_current_keys
from tenancy.ids import new_id
from texting import inbound_steps, live, outgoing_webhooks, progress, recording, sending, threads
from texting.doorbells import ring
from texting.live import LiveKind
from texting.models import Line, Message, OutboxEntry, SendAttempt, StatusEvent
from texting.phone_numbers import from_provider
from texting.preparing import hash_token
from texting.progress import Taken
from texting.providers import base
from texting.sending import Refused
from texting.statuses import ErrorKind, MessageStatus, advance

log = logging.getLogger("parley.receiving")


def receive(line: Line, inbound: base.Inbound) -> Message | None:
    """Store a customer's text with everything that follows from it, in the running transaction. None for a repeat.

    Raises BadNumber when the sender is not a telephone number (a short code, an alphanumeric sender).
    """
    return receive_all(line, [inbound])[0]


def receive_all(line: Line, texts: Sequence[base.Inbound]) -> list[Message | None]:
    """`receive` for many texts of one line, in their order, with as many statements as for one.

    All or none: raises BadNumber when one of the senders is not a telephone number.
    """
    numbers = [from_provider(text.from_) for text in texts]
    contacts = threads.contacts_for(numbers)
    senders = [contacts[number.e164] for number in numbers]
    new = _new_ones(line, texts)  # before a conversation opens: a late repeat must not open one
    now = timezone.now()
    conversations = threads.open_conversations({senders[at] for at in new}, line, at=now)
    new = _new_ones(line, texts, among=new)  # their row locks put repeats in a queue
    arrivals = {
        at: inbound_steps.Arrival(
            line=line,
            contact=senders[at],
            conversation=conversations[senders[at].pk],
            message_id=new_id(),
            received_at=now,
            body=texts[at].body.replace("\x00", ""),
            opt_out_type=texts[at].opt_out_type,
        )
        for at in new
    }
    inbound_steps.run(list(arrivals.values()))
    stored = {at: _stored(arrival, texts[at]) for at, arrival in arrivals.items()}
    fetch_current_keys(stored.values())
    Message.objects.bulk_create(stored.values())
    threads.touch_all((message.conversation, message) for message in stored.values())
    for message in stored.values():
        live.publish(
            kind=LiveKind.MESSAGE, conversation=message.conversation_id, message=message.pk, line=message.line_id
        )
        outgoing_webhooks.tell_received(message)
    for arrival in arrivals.values():
        _answer(arrival)
    return [stored.get(at) for at in range(len(texts))]


def _new_ones(line: Line, texts: Sequence[base.Inbound], *, among: Iterable[int] | None = None) -> list[int]:
    """The places of the texts that are not stored yet; of a text that comes twice the first."""
    places = {texts[at].provider_message_id: at for at in reversed(range(len(texts)) if among is None else list(among))}
    known = Message.objects.filter(line=line, provider_message_id__in=list(places))
    stored = set(known.values_list("provider_message_id", flat=True)) if places else set()
    return sorted(at for provider_id, at in places.items() if provider_id not in stored)


def _stored(arrival: inbound_steps.Arrival, inbound: base.Inbound) -> Message:
    """The row to be stored for a text that went through the steps."""
    return Message(
        id=arrival.message_id,
        conversation=arrival.conversation,
        contact=arrival.contact,
        line=arrival.line,
        direction=Message.Direction.IN,
        body=arrival.body,
        our_number=from_provider(inbound.to).e164 if inbound.through_pool else "",
        media_count=len(inbound.media),
        status=MessageStatus.RECEIVED,
        provider_message_id=inbound.provider_message_id,
        created_at=arrival.received_at,
    )


def _answer(arrival: inbound_steps.Arrival) -> None:
    """Send what the steps asked for. An answer that breaks must not undo the STOP that it answers."""
    for answer in arrival.answers:
        try:
            with transaction.atomic():
                _send(arrival, answer)
        except Exception as error:
            log.error("answer_broke", extra={"text": str(arrival.message_id), "error": type(error).__name__})


def _send(arrival: inbound_steps.Arrival, answer: inbound_steps.Answer) -> None:
    try:
        sending.send_text(conversation=arrival.conversation, body=answer.text, author=None, purpose=answer.purpose)
    except Refused as refused:
        rules = [reason.rule for reason in refused.outcome.objections]
        log.info("answer_refused", extra={"text": str(arrival.message_id), "rules": rules})


def take_status(line: Line, token: str, event: base.StatusEvent) -> bool:
    """Record what a provider says about the attempt that `token` belongs to. False when there is no such attempt.

    A repeat, or anything older than what is known, changes nothing. The first word about an attempt proves that the
    provider took it, so it does the work of an answer that was lost or has not come yet.
    """
    attempt = SendAttempt.objects.filter(token_hash=hash_token(token), message__line=line).first()
    if attempt is None:
        return False
    locked = Message.objects.select_for_update(of=("self",)).select_related("contact", "line")
    message = locked.get(pk=attempt.message_id)
    event_key = f"{event.provider_message_id}:{event.status}:{event.provider_code}"[:120]
    row = StatusEvent(
        message=message,
        event_key=event_key,
        status=event.status,
        error_kind=event.error or "",
        provider_code=event.provider_code[:20],
        received_at=timezone.now(),
    )
    if StatusEvent.objects.filter(message=message, event_key=event_key).exists():
        return True
    row.save(force_insert=True)
    if message.provider_message_id is None:
        OutboxEntry.objects.filter(message_id=message.pk, attempt=attempt.number).delete()
        line_id = line.pk
        transaction.on_commit(lambda: ring(line_id), robust=True)  # the next text to this person may have waited
    if message.provider_message_id != event.provider_message_id:
        recording.accept(
            message, Taken(event.provider_message_id, event.status, None, event.error, event.provider_code)
        )
    _advance(message, event)
    if event.sent_from and not message.our_number:
        Message.objects.filter(pk=message.pk).update(our_number=event.sent_from)
    if event.error is ErrorKind.OPTED_OUT:
        inbound_steps.opted_out_at_carrier(message)
    return True


def _advance(message: Message, event: base.StatusEvent) -> None:
    known = MessageStatus(message.status)
    status = advance(known, event.status)
    if status is known:
        return
    progress.move(message, status, event.error, event.provider_code)
    progress.write([message])
