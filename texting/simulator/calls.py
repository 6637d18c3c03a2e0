"""Calls in the pretended telephone network: the agent answers and presses a key, the customer's phone rings.

A call goes through the same requests as a real one: signed reports for each leg, and a question to our own address
once the key is pressed, whose answer says whom to ring. The customer answers, unless their phone is switched off.
Records lie sealed in Redis, beside the texts'.
"""

import json
import time
from dataclasses import asdict, dataclass, field, replace
from typing import cast

from tenancy.ids import new_id
from texting.providers.voice import ENDS, CallStatus, Leg
from texting.simulator.records import Behaviour, store
from texting.simulator.sealed import LIFETIME
from texting.simulator.signed_requests import ask_signed, own_address, send_signed

MOST_KEPT = 20  # calls on one handset with one line
DUE = "calls due"  # kind of the sorted set of "call id:step" by the time it is due, in milliseconds since 1970
TALKED = 3  # seconds
_STEPS = (0.3, 1.0, 1.2, 2.0, 2.2 + TALKED)  # seconds after the call was placed


@dataclass(frozen=True)
class CallRecord:
    """One call. `customer` is empty until our side has said whom to ring."""

    id: str
    line: str = field(repr=False)
    connect_url: str = field(repr=False)
    status_url: str = field(repr=False)
    secret: str = field(repr=False)
    at: float
    agent: str = CallStatus.QUEUED.value
    customer_status: str = ""
    customer: str = field(default="", repr=False)
    customer_status_url: str = field(default="", repr=False)


def place(*, line: str, connect_url: str, status_url: str, secret: str) -> str:
    """Take a call; returns its id. Raises RefusedAddress (an address that is not ours) and RedisError."""
    for address in (connect_url, status_url):
        own_address(address)
    record = CallRecord(f"sim-call-{new_id()}", line, connect_url, status_url, secret, time.time())
    redis, seal = store()
    name = seal.name("call", record.id)
    with redis.pipeline(transaction=True) as together:
        together.set(name, seal.seal(name, asdict(record)), ex=LIFETIME)
        together.zadd(
            seal.name(DUE), {f"{record.id}:{n}": int((record.at + after) * 1000) for n, after in enumerate(_STEPS)}
        )
        together.expire(seal.name(DUE), LIFETIME)
        together.execute()
    return record.id


def on_handset(*, customer: str, line: str) -> list[CallRecord]:
    """The calls that a customer's phone got from a line, oldest first."""
    redis, seal = store()
    ids = redis.lrange(seal.name("calls", line, customer), 0, -1)
    return [record for record in (_read(str(entry)) for entry in ids) if record]


def run_due() -> int:
    """Do what is due, oldest first. Returns how many steps were taken; safe to call from several places at once."""
    redis, seal = store()
    due, taken = seal.name(DUE), 0
    for entry in redis.zrange(due, 0, int(time.time() * 1000), byscore=True, offset=0, num=50):
        if not redis.zrem(due, str(entry)):
            continue
        call_id, _, step = str(entry).rpartition(":")
        if (record := _read(call_id)) and record.agent not in ENDS:
            _STEPPED[int(step)](record)
        taken += 1
    return taken


def _agent_rings(record: CallRecord) -> None:
    _report(replace(record, agent=CallStatus.RINGING.value), Leg.AGENT)


def _agent_answers(record: CallRecord) -> None:
    _report(replace(record, agent=CallStatus.IN_PROGRESS.value), Leg.AGENT)


def _key(record: CallRecord) -> None:
    """The agent presses a key, and our side says whom to ring; or nothing, and the call is over."""
    answer = ask_signed(record.connect_url, {"type": "call_key", "id": record.id, "key": "1"}, record.secret)
    dial = _dial(answer)
    if dial is None:
        _report(replace(record, agent=CallStatus.COMPLETED.value), Leg.AGENT)
        return
    customer, status_url = dial
    redis, seal = store()
    handset = seal.name("calls", record.line, customer)
    redis.rpush(handset, record.id)
    redis.ltrim(handset, -MOST_KEPT, -1)
    redis.expire(handset, LIFETIME)
    ringing = replace(
        record, customer=customer, customer_status_url=status_url, customer_status=CallStatus.RINGING.value
    )
    _report(ringing, Leg.CUSTOMER)


def _customer_answers(record: CallRecord) -> None:
    if not record.customer:
        return
    if _behaviour(record) is Behaviour.UNREACHABLE:
        ended = replace(record, customer_status=CallStatus.NO_ANSWER.value)
        _report(ended, Leg.CUSTOMER)
        _report(replace(ended, agent=CallStatus.COMPLETED.value), Leg.AGENT)
    else:
        _report(replace(record, customer_status=CallStatus.IN_PROGRESS.value), Leg.CUSTOMER)


def _all_hang_up(record: CallRecord) -> None:
    if record.customer:
        record = replace(record, customer_status=CallStatus.COMPLETED.value)
        _report(record, Leg.CUSTOMER)
    _report(replace(record, agent=CallStatus.COMPLETED.value), Leg.AGENT)


_STEPPED = (_agent_rings, _agent_answers, _key, _customer_answers, _all_hang_up)


def _report(record: CallRecord, leg: Leg) -> None:
    """Keep it, then tell our side, unless this handset's reports get lost."""
    redis, seal = store()
    name = seal.name("call", record.id)
    redis.set(name, seal.seal(name, asdict(record)), xx=True, keepttl=True)
    if record.customer and _behaviour(record) is Behaviour.LOST_CALLBACK:
        return
    status = record.agent if leg is Leg.AGENT else record.customer_status
    url = record.status_url if leg is Leg.AGENT else record.customer_status_url
    said = {"type": "call", "id": record.id, "leg": leg.value, "status": status}
    if leg is Leg.CUSTOMER and status == CallStatus.COMPLETED:
        said["seconds"] = str(TALKED)
    send_signed(url, said, record.secret)


def _behaviour(record: CallRecord) -> Behaviour:
    redis, seal = store()
    word = redis.get(seal.name("behaviour", record.customer))
    return Behaviour(str(word)) if word else Behaviour.NORMAL


def _dial(answer: bytes) -> tuple[str, str] | None:
    try:
        said = json.loads(answer)
        return str(said["dial"]), str(said["status_url"])
    except (ValueError, KeyError, TypeError):
        return None


def _read(call_id: str) -> CallRecord | None:
    redis, seal = store()
    name = seal.name("call", call_id)
    value = seal.open(name, cast(bytes, redis.get(name)))
    return CallRecord(**value) if value else None
