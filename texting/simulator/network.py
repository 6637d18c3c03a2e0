"""The pretended telephone network: customers' handsets, the carrier between them and us, its calls to our webhooks.

A text that the simulator provider hands over goes to a handset; a customer's text goes the other way. In both
directions the network then does what a carrier does: real HTTP requests to our own webhooks, signed with the line's
secret, sent by `run_due()` in the background (once a second is enough). A customer's handset behaves as chosen.

State lives in Redis only (`records.py`); losing it loses nothing but a trial. Nothing works unless
`settings.SIMULATOR_ENABLED`, and requests go to our own public address and nowhere else.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.conf import settings

from tenancy.ids import new_id
from texting.simulator import records
from texting.simulator.files import MAX_FILE_BYTES, HandsetFile, forget_file, keep_file
from texting.simulator.records import Behaviour, Record, store
from texting.simulator.sealed import LIFETIME
from texting.simulator.signed_requests import RefusedAddress, fetch_file, own_address, send_signed
from texting.statuses import FINAL, MessageStatus

log = logging.getLogger("parley.simulator")

RUN_SECONDS = 20.0  # after which run_due takes nothing new
TRIES_SECONDS = (0.0, 1.0, 3.0)  # when a customer's text is offered to our webhook, until it is taken


@dataclass(frozen=True)
class Step:
    """What the carrier knows `after` so many seconds, and says unless the callback gets lost."""

    after: float
    status: MessageStatus
    code: str = ""


ARRIVES = (Step(0.3, MessageStatus.SENT), Step(1.0, MessageStatus.DELIVERED))
COURSES: dict[Behaviour, tuple[Step, ...]] = {
    Behaviour.NORMAL: ARRIVES,
    Behaviour.LOST_CALLBACK: ARRIVES,
    Behaviour.SLOW: (Step(5.0, MessageStatus.SENT), Step(30.0, MessageStatus.DELIVERED)),
    Behaviour.LANDLINE: (Step(1.0, MessageStatus.UNDELIVERED, "landline"),),
    Behaviour.UNREACHABLE: (Step(0.3, MessageStatus.SENT), Step(3.0, MessageStatus.UNDELIVERED, "unreachable")),
}
ON_THE_HANDSET = frozenset({Behaviour.NORMAL, Behaviour.LOST_CALLBACK})  # at once; SLOW shows it when it is delivered


class CarrierRefused(Exception):
    """The carrier does not take texts for this customer."""


@dataclass(frozen=True)
class HandsetMessage:
    """One text on a handset. `from_customer` tells the two directions apart; `status` is a MessageStatus.

    A customer's text is `queued` until our webhook has taken it, then `delivered`; `failed` when it never was, with the
    HTTP status (or "no_answer") as its `code`. `files` are the addresses of its pictures (`files.read_file`).
    """

    id: str
    from_customer: bool
    text: str = field(repr=False)
    at: datetime
    status: MessageStatus
    code: str = ""
    files: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # their types, in the same order


def deliver_to_handset(
    *, line: str, customer: str, text: str, status_url: str, secret: str, media_urls: Sequence[str] = ()
) -> str:
    """Take a text for a customer; returns its id. Numbers are E.164. Pictures are fetched from us on the way.

    Raises CarrierRefused, RefusedAddress (an address that is not ours) and RedisError.
    """
    how = behaviour(customer)
    if how is Behaviour.OPTED_OUT_AT_CARRIER:
        raise CarrierRefused
    for address in (status_url, *media_urls):
        if address:
            own_address(address)
    record = Record(
        id=f"sim-{new_id()}",
        line=line,
        customer=customer,
        text=text,
        from_customer=False,
        at=time.time(),
        hook_url=status_url,
        secret=secret,
        behaviour=how.value,
        media_urls=tuple(media_urls),
    )
    records.keep_new(record, [step.after for step in COURSES[how]])
    return record.id


def inbound_request(
    *, line_key: str, line: str, customer: str, text: str, secret: str, files: Sequence[HandsetFile] = ()
) -> str:
    """A customer texts a line: kept on the handset, offered to the line's webhook by `run_due()`. Returns its id.

    Raises FileTooLarge and RedisError.
    """
    record = Record(
        id=f"sim-{new_id()}",
        line=line,
        customer=customer,
        text=text,
        from_customer=True,
        at=time.time(),
        hook_url=f"{settings.PUBLIC_BASE_URL}/webhooks/simulator/{line_key}/inbound",
        secret=secret,
        files=tuple((file.content_type, keep_file(file)) for file in files),
    )
    records.keep_new(record, [0.0])
    return record.id


def handset_messages(*, customer: str, line: str) -> list[HandsetMessage]:
    """What the customer sees of the conversation with one line, oldest first; texts that never arrive are not there."""
    return [_shown(record) for record in records.on_line(customer, line) if _on_handset(record)]


def find_text(message_id: str) -> HandsetMessage | None:
    """One text, whether it arrived or not: what the carrier knows about it."""
    record = records.read(message_id)
    return _shown(record) if record else None


def texts_for(*, customer: str, line: str) -> list[HandsetMessage]:
    """Everything that the carrier took from this line for this customer, oldest first."""
    return [_shown(record) for record in records.on_line(customer, line) if not record.from_customer]


def forget(message_id: str, *, words_only: bool = False) -> bool:
    """The carrier forgets a text with its pictures, or what it said and showed; the handset is not another place here.

    False when it is still on its way, which no carrier lets go of. One that is gone already is forgotten.
    """
    record = records.read(message_id)
    if record is None:
        return True
    if record.status not in FINAL:
        return False
    for _, address in record.files:
        forget_file(address)
    if words_only:
        records.write(replace(record, text="", files=()))
    else:
        records.remove(record)
    return True


@dataclass(frozen=True)
class CustomerText:
    """A text of a customer as the carrier keeps it."""

    id: str
    customer: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[tuple[str, str], ...] = ()


def texts_to(*, line: str, secret: str, since: datetime, until: datetime) -> list[CustomerText]:
    """What customers wrote to a line between two times, oldest first, whether our webhook took it or not."""
    found = records.inbound(line, since.timestamp(), until.timestamp())
    return [CustomerText(one.id, one.customer, one.text, one.files) for one in found if one.secret == secret]


def behaviour(customer: str) -> Behaviour:
    """How this customer's handset behaves; NORMAL until it is set."""
    redis, seal = store()
    word = redis.get(seal.name("behaviour", customer))
    return Behaviour(str(word)) if word else Behaviour.NORMAL


def set_behaviour(customer: str, how: Behaviour) -> None:
    """Choose it for the texts that come from now on."""
    redis, seal = store()
    redis.set(seal.name("behaviour", customer), how.value, ex=LIFETIME)


def run_due() -> int:
    """Do what is due: status callbacks and customers' texts, oldest first. Returns how many steps were taken.

    Safe to call from several places at once. A caller that dies loses the step it was at, as a carrier may.
    """
    started, taken = time.monotonic(), 0
    while time.monotonic() - started < RUN_SECONDS and (due := records.take_due(1)):
        for message_id, number in due:
            if record := records.read(message_id):
                try:
                    (_offer if record.from_customer else _report)(record, number)
                except RefusedAddress:  # planned when this installation had another address; the others go on
                    log.warning("step_for_another_address", extra={"text": record.id})
                taken += 1
    return taken


def _report(record: Record, number: int) -> None:
    """A step in the course of a text of ours; one whose pictures cannot be fetched ends there."""
    if record.status in FINAL:
        return
    step = COURSES[Behaviour(record.behaviour)][number]
    if record.media_urls:
        fetched = [fetch_file(url, limit=MAX_FILE_BYTES) for url in record.media_urls]
        kept = tuple((file[0], keep_file(HandsetFile(*file))) for file in fetched if file)
        record = replace(record, files=kept, media_urls=())
        if None in fetched:
            step = Step(step.after, MessageStatus.UNDELIVERED, "media")
    records.write(replace(record, status=step.status.value, code=step.code))
    if record.hook_url and record.behaviour != Behaviour.LOST_CALLBACK:
        news = {"type": "status", "id": record.id, "status": step.status.value, "code": step.code}
        send_signed(record.hook_url, news, record.secret)


def _offer(record: Record, number: int) -> None:
    """A customer's text for our webhook; offered again when it is not taken."""
    text: dict[str, object] = {"type": "inbound", "id": record.id, "from": record.customer, "to": record.line}
    text["text"] = record.text
    text["media"] = [{"content_type": kind, "url": address} for kind, address in record.files]
    answer = send_signed(record.hook_url, text, record.secret)
    if 200 <= answer < 300:
        records.write(replace(record, status=MessageStatus.DELIVERED.value))
    elif number + 1 < len(TRIES_SECONDS):
        records.plan(record, number + 1, delay=TRIES_SECONDS[number + 1])
    else:
        code = f"http_{answer}" if answer else "no_answer"
        records.write(replace(record, status=MessageStatus.FAILED.value, code=code))


def _on_handset(record: Record) -> bool:
    return (
        record.from_customer
        or Behaviour(record.behaviour) in ON_THE_HANDSET
        or record.status == MessageStatus.DELIVERED
    )


def _shown(record: Record) -> HandsetMessage:
    return HandsetMessage(
        id=record.id,
        from_customer=record.from_customer,
        text=record.text,
        at=datetime.fromtimestamp(record.at, UTC),
        status=MessageStatus(record.status),
        code=record.code,
        files=tuple(address for _, address in record.files),
        kinds=tuple(kind for kind, _ in record.files),
    )
