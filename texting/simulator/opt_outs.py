"""The simulated carrier's own list of who opted out of a line: in Redis like its texts, sealed, gone after a week."""

import time
from datetime import UTC, datetime

from texting.providers.opt_outs import OptedOut, OptOutPage
from texting.simulator.records import store
from texting.simulator.sealed import LIFETIME

PAGE = 100


def note(*, line: str, customer: str, secret: str, opted_out: bool) -> None:
    """Put a customer on the list of a line, or take them off. Numbers are E.164. Raises RedisError."""
    redis, seal = store()
    name, entry = seal.name("opted_out", line), seal.name("customer", customer)
    if not opted_out:
        redis.hdel(name, entry)
        return
    value = seal.seal(entry, {"customer": customer, "secret": secret, "at": time.time()})
    redis.hset(name, entry, value)
    redis.expire(name, LIFETIME)


def page(*, line: str, secret: str, after: str = "") -> OptOutPage:
    """The entries after that place, in the order of their names; whoever has another secret finds none."""
    redis, seal = store()
    found = sorted((str(entry), value) for entry, value in redis.hgetall(seal.name("opted_out", line)).items())
    rest = [(entry, value) for entry, value in found if entry > after]
    opened = [value for entry, sealed in rest[:PAGE] if (value := seal.open(entry, sealed))]
    people = tuple(
        OptedOut(value["customer"], line, datetime.fromtimestamp(value["at"], UTC))
        for value in opened
        if value["secret"] == secret
    )
    return OptOutPage(people, rest[PAGE - 1][0] if len(rest) > PAGE else "")
