"""Takes a customer's text from a provider, once only, with everything that follows from it."""

import logging
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from tenancy.arrays import texts as texts_array
from tenancy.bulk_writes import insert_rows
from tenancy.encryption import fetch_current_keys
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from texting import inbound_steps, live, number_marks, outgoing_webhooks, sending, threads
from texting.attachments.noting import MOST, declared_kind, note_arrived
from texting.live import LiveKind
from texting.models import Line, Message
from texting.notifications import noting
from texting.phone_numbers import from_provider
from texting.providers import base
from texting.searching.keeping import keep_words
from texting.sending import Refused
from texting.statuses import MessageStatus

log = logging.getLogger("parley.receiving")

_KNOWN = """
    SELECT provider_message_id FROM texting_message
    WHERE organization_id = %s AND line_id = %s AND provider_message_id = ANY(%s::text[])
"""


# In one order, so that two lines that hear from the same customers never wait for each other.
_IN_TURN = """
    SELECT pg_advisory_xact_lock(hashtextextended(%s || n, 0))
    FROM (SELECT DISTINCT unnest(%s::text[]) AS n ORDER BY 1) AS numbers
"""


def receive(line: Line, inbound: base.Inbound) -> Message | None:
    """Store a customer's text with everything that follows from it, in the running transaction. None for a repeat.

    Raises BadNumber when the sender is not a telephone number (a short code, an alphanumeric sender).
    """
    return receive_all(line, [inbound])[0]


def receive_all(line: Line, texts: Sequence[base.Inbound]) -> list[Message | None]:
    """`receive` for many texts of one line, in their order, with as many statements as for one.

    All or none: raises BadNumber when one of the senders is not a telephone number.
    """
    if not texts:
        return []
    numbers = [from_provider(text.from_) for text in texts]
    contacts = threads.contacts_for(numbers)
    senders = [contacts[number.e164] for number in numbers]
    now = timezone.now()
    _in_turn(number.e164 for number, text in zip(numbers, texts, strict=True) if inbound_steps.goes_on(text.body))
    conversations = threads.open_ones(senders, line)  # their row locks put repeats in a queue
    new = _new_ones(line, texts)
    if missing := {senders[at] for at in new if senders[at].pk not in conversations}:  # a late repeat opens none
        said = {one.pk: [texts[at].body for at in new if senders[at] == one] for one in missing}
        conversations |= inbound_steps.places(line, missing, said)
        missing = {one for one in missing if one.pk not in conversations}
        conversations |= threads.open_conversations(missing, line, at=now) if missing else {}
        new = _new_ones(line, texts, among=new)
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
    insert_rows(list(stored.values()))
    keep_words(list(stored.values()))
    number_marks.clear({contact.pk for contact in senders if contact.mark})  # whoever writes has a phone that works
    note_arrived((message, texts[at].media) for at, message in stored.items())
    settled = {arrival.message_id for arrival in arrivals.values() if arrival.is_settled}
    threads.touch_all(((message.conversation, message) for message in stored.values()), settled=settled)
    for message in stored.values():
        live.publish(
            kind=LiveKind.MESSAGE, conversation=message.conversation_id, message=message.pk, line=message.line_id
        )
        outgoing_webhooks.tell_received(message)
    noting.texts_came(message for message in stored.values() if message.pk not in settled)
    for arrival in arrivals.values():
        _answer(arrival)
        _go_on(arrival)
    return [stored.get(at) for at in range(len(texts))]


def _in_turn(numbers: Iterable[str]) -> None:
    """Wait until other lines have stored what these customers wrote to them: their texts may belong together."""
    if wanted := list(numbers):
        with connection.cursor() as cursor:
            cursor.execute(_IN_TURN, [f"in turn {current_organization_id()} ", texts_array(wanted)])


def _new_ones(line: Line, texts: Sequence[base.Inbound], *, among: Iterable[int] | None = None) -> list[int]:
    """The places of the texts that are not stored yet; of a text that comes twice the first."""
    places = {texts[at].provider_message_id: at for at in reversed(range(len(texts)) if among is None else list(among))}
    if not places:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [current_organization_id(), line.pk, texts_array(places)])
        stored = {provider_id for (provider_id,) in cursor.fetchall()}
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


def _go_on(arrival: inbound_steps.Arrival) -> None:
    """Do what the steps left for when the text is there. What breaks must not undo the text."""
    for act in arrival.then:
        try:
            with transaction.atomic():
                act()
        except Exception as error:
            log.error("step_broke", extra={"text": str(arrival.message_id), "error": type(error).__name__})


def _send(arrival: inbound_steps.Arrival, answer: inbound_steps.Answer) -> None:
    try:
        sending.send_text(
            conversation=arrival.conversation,
            body=answer.text,
            author=None,
            purpose=answer.purpose,
            message_id=answer.message_id,
        )
    except Refused as refused:
        rules = [reason.rule for reason in refused.outcome.objections]
        log.info("answer_refused", extra={"text": str(arrival.message_id), "rules": rules})
