"""Takes what a provider tells us: a customer's text, once only; a status, forward only."""

import logging
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tenancy.bulk_updates import update_rows
from tenancy.encryption import fetch_current_keys
from tenancy.ids import new_id
from texting import inbound_steps, live, outgoing_webhooks, progress, recording, sending, threads
from texting.attachments.noting import MOST, declared_kind, note_arrived
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
            sent_at=min(texts[at].sent_at or now, now),
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
    note_arrived((message, texts[at].media) for at, message in stored.items())
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
        media_count=min(len(inbound.media), MOST),
        media_kind=declared_kind(inbound.media),
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


Report = tuple[str, base.StatusEvent]  # the token of an attempt, and what the provider says of it


def take_status(line: Line, token: str, event: base.StatusEvent) -> bool:
    """Record what a provider says about the attempt that `token` belongs to. False when there is no such attempt.

    A repeat, or anything older than what is known, changes nothing. The first word about an attempt proves that the
    provider took it, so it does the work of an answer that was lost or has not come yet.
    """
    return take_statuses(line, [(token, event)])[0]


def take_statuses(line: Line, reports: Sequence[Report]) -> list[bool]:
    """`take_status` for many reports about texts of one line, in their order, with as many statements as for one."""
    if not reports:
        return []
    hashes = [hash_token(token) for token, _ in reports]
    rows = SendAttempt.objects.filter(token_hash__in=hashes, message__line=line)
    attempts = {bytes(attempt.token_hash): attempt for attempt in rows}
    about = {attempt.message_id for attempt in attempts.values()}
    locked = Message.objects.select_for_update().filter(pk__in=about).order_by("pk") if about else []
    round_ = _Reports({message.pk: message for message in locked})
    known = [
        hash_ in attempts and round_.take(attempts[hash_], event)
        for hash_, (_, event) in zip(hashes, reports, strict=True)
    ]
    round_.write()
    return known


class _Reports:
    """What a group of reports changes. The texts are locked."""

    def __init__(self, messages: dict[UUID, Message]) -> None:
        self.messages = messages
        heard = StatusEvent.objects.filter(message_id__in=list(messages)) if messages else StatusEvent.objects.none()
        self.heard = set(heard.values_list("message_id", "event_key"))
        self.events: list[StatusEvent] = []
        self.changed: dict[UUID, Message] = {}
        self.numbered: dict[UUID, Message] = {}
        self.taken: dict[UUID, int] = {}  # the attempt by which the provider turned out to have a text
        self.opted_out: list[Message] = []

    def take(self, attempt: SendAttempt, event: base.StatusEvent) -> bool:
        """One report. True, since the attempt is known."""
        message = self.messages[attempt.message_id]
        key = f"{event.provider_message_id}:{event.status}:{event.provider_code}"[:120]
        if (message.pk, key) in self.heard:
            return True
        self.heard.add((message.pk, key))
        self.events.append(
            StatusEvent(
                message=message,
                event_key=key,
                status=event.status,
                error_kind=event.error or "",
                provider_code=event.provider_code[:20],
                received_at=timezone.now(),
            )
        )
        if message.provider_message_id is None:
            self.taken[message.pk] = attempt.number
        proof = Taken(event.provider_message_id, event.status, None, event.error, event.provider_code)
        if message.provider_message_id != event.provider_message_id and recording.take(message, proof):
            self.changed[message.pk] = message
        status = advance(MessageStatus(message.status), event.status)
        if status != message.status:
            progress.move(message, status, event.error, event.provider_code)
            self.changed[message.pk] = message
        if event.sent_from and not message.our_number:
            message.our_number = event.sent_from
            self.numbered[message.pk] = message
        if event.error is ErrorKind.OPTED_OUT:
            self.opted_out.append(message)
        return True

    def write(self) -> None:
        """Everything together. The next texts to people whose text was unsettled may have waited for this."""
        StatusEvent.objects.bulk_create(self.events)
        if self.taken:
            ended = reduce(or_, (Q(message_id=pk, attempt=number) for pk, number in self.taken.items()))
            OutboxEntry.objects.filter(ended).delete()
            for line_id in {self.messages[pk].line_id for pk in self.taken}:
                _ring_after_commit(line_id)
        progress.write(list(self.changed.values()))
        update_rows(list(self.numbered.values()), ["our_number"])
        for message in self.opted_out:
            inbound_steps.opted_out_at_carrier(message)


def _ring_after_commit(line_id: UUID) -> None:
    transaction.on_commit(lambda: ring(line_id), robust=True)
