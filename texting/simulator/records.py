"""The simulated texts as they lie in Redis: sealed, bounded, gone after a week."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from redis import Redis

from texting.simulator.sealed import LIFETIME, Sealer, connection, sealer
from texting.statuses import MessageStatus

MAX_MESSAGES = 200  # kept for one handset on one line
MAX_RECEIVED = 2000  # kept for one line
DUE = "due"  # kind of the sorted set of "message id:step" by the time it is due, in milliseconds since 1970


class Behaviour(StrEnum):
    """What happens to a text for this customer."""

    NORMAL = "normal"
    LANDLINE = "landline"
    OPTED_OUT_AT_CARRIER = "opted_out_at_carrier"
    SLOW = "slow"
    LOST_CALLBACK = "lost_callback"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Record:
    """All that the network keeps about one text. It is stored sealed; `secret` is the line's, for its webhooks.

    `files` are (type, address) of the pictures that came with it (`files.py`); `media_urls` are those that the carrier
    has yet to fetch from us.
    """

    id: str
    line: str
    customer: str
    text: str
    from_customer: bool
    at: float
    hook_url: str
    secret: str
    behaviour: str = Behaviour.NORMAL.value
    status: str = MessageStatus.QUEUED.value
    code: str = ""
    files: tuple[tuple[str, str], ...] = ()
    media_urls: tuple[str, ...] = ()


def store() -> tuple[Redis, Sealer]:
    """The connection and the keys. Raises ImproperlyConfigured where the simulator is switched off."""
    if not settings.SIMULATOR_ENABLED:
        raise ImproperlyConfigured("The simulator is switched off (SIMULATOR_ENABLED).")
    return connection(settings.REDIS_URL), sealer(settings.SECRET_KEY)


def keep_new(record: Record, delays: Sequence[float]) -> None:
    """Store a text, put it on the handset's list and plan its steps: all or nothing. Delays in seconds."""
    redis, seal = store()
    name, handset = seal.name("text", record.id), seal.name("handset", record.line, record.customer)
    with redis.pipeline(transaction=True) as together:
        together.set(name, seal.seal(name, asdict(record)), ex=LIFETIME)
        together.rpush(handset, record.id)
        together.ltrim(handset, -MAX_MESSAGES, -1)
        together.expire(handset, LIFETIME)
        if record.from_customer:
            received = seal.name("received", record.line)
            together.zadd(received, {record.id: record.at})
            together.zremrangebyrank(received, 0, -MAX_RECEIVED - 1)
            together.expire(received, LIFETIME)
        together.zadd(
            seal.name(DUE), {f"{record.id}:{n}": int((record.at + delay) * 1000) for n, delay in enumerate(delays)}
        )
        together.expire(seal.name(DUE), LIFETIME)
        together.execute()


def plan(record: Record, step: int, *, delay: float) -> None:
    """One more step of a text, in so many seconds."""
    redis, seal = store()
    redis.zadd(seal.name(DUE), {f"{record.id}:{step}": int((time.time() + delay) * 1000)})


def take_due(limit: int) -> list[tuple[str, int]]:
    """(message id, step) of what is due, oldest first; each goes to the one caller who removed it."""
    redis, seal = store()
    due = seal.name(DUE)
    members = redis.zrange(due, 0, int(time.time() * 1000), byscore=True, offset=0, num=limit)
    taken = [str(member).rpartition(":") for member in members if redis.zrem(due, str(member))]
    return [(message_id, int(number)) for message_id, _, number in taken]


def write(record: Record) -> None:
    """Store what has become of a text; its lifetime goes on."""
    redis, seal = store()
    name = seal.name("text", record.id)
    redis.set(name, seal.seal(name, asdict(record)), xx=True, keepttl=True)


def remove(record: Record) -> None:
    """Forget a text and where it lay on the handset."""
    redis, seal = store()
    with redis.pipeline(transaction=True) as together:
        together.delete(seal.name("text", record.id))
        together.lrem(seal.name("handset", record.line, record.customer), 0, record.id)
        together.execute()


def read(message_id: str) -> Record | None:
    """None when there is no such text, or it cannot be read any more."""
    redis, seal = store()
    name = seal.name("text", message_id)
    value = seal.open(name, redis.get(name))
    if value is None:
        return None
    pairs, urls = value.pop("files", []), value.pop("media_urls", [])  # JSON has no tuples
    return Record(**value, files=tuple((kind, address) for kind, address in pairs), media_urls=tuple(urls))


def on_line(customer: str, line: str) -> list[Record]:
    """All kept texts between a customer and a line, oldest first."""
    redis, seal = store()
    ids = redis.lrange(seal.name("handset", line, customer), 0, -1)
    return [record for record in (read(str(entry)) for entry in ids) if record]


def inbound(line: str, since: float, until: float) -> list[Record]:
    """All kept texts of customers to a line between two times (seconds since 1970), oldest first."""
    redis, seal = store()
    ids = redis.zrange(seal.name("received", line), since, until, byscore=True)
    return [record for record in (read(str(entry)) for entry in ids) if record]
