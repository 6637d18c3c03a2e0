"""What a customer wrote, is called or is reached at never stands in a log line, a task, a Redis value, an address."""

import base64
import json
import logging
import os

import pytest
import redis
from django.test import Client

from tenancy.isolation import activate
from texting import delivery, doorbells, sending
from texting.models import LineKey
from texting.providers.base import NotAccepted, OutcomeUnknown
from texting.statuses import ErrorKind

pytestmark = pytest.mark.django_db(transaction=True)

BODY = "my blood type is zebra-quartz-77"
NUMBERS = [f"+1212555017{customer}" for customer in range(4)]
SECRETS = (BODY, "zebra-quartz", "212555017", "+1 212-555-017", "(212) 555-017", "s3cret")


class Everything(logging.Handler):
    """Each record as its formatter would write it, with its arguments, extras and traceback."""

    def __init__(self):
        super().__init__(level=logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record):
        self.lines.append(logging.Formatter("%(message)s").format(record))
        self.lines.append(repr({**record.__dict__, "exc_info": None}))


@pytest.fixture
def logged():
    handler, root = Everything(), logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    levels = {logger: logger.level for logger in loggers}
    for logger in loggers:
        if not logger.name.startswith(("django.db", "asyncio", "faker")):
            logger.setLevel(logging.DEBUG)
        if not logger.propagate or logger is root:
            logger.addHandler(handler)
    yield handler.lines
    for logger, level in levels.items():
        logger.setLevel(level)
        logger.removeHandler(handler)


def everything_in_redis() -> str:
    """Every key and value, as text, base64 undone where it is base64 (Celery's bodies are)."""
    seen = []
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        for key in client.scan_iter():
            kind = client.type(key)
            values = {
                b"string": lambda key: [client.get(key)],
                b"list": lambda key: client.lrange(key, 0, -1),
                b"set": lambda key: list(client.smembers(key)),
                b"hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
                b"zset": lambda key: client.zrange(key, 0, -1),
            }[kind](key)
            for value in [key, *values]:
                text = value.decode("utf-8", "replace")
                seen.append(text)
                try:
                    seen.append(base64.b64decode(json.loads(text)["body"]).decode("utf-8", "replace"))
                except (ValueError, KeyError, TypeError):
                    continue
    return "\n".join(seen)


def a_day_at_the_inbox(scene, far_end):
    """A text, an answer, a failure, a lost answer, a stop, a wrong webhook: everything that might log something."""
    far_end.script += [
        NotAccepted(ErrorKind.TRANSIENT, retry=True),
        OutcomeUnknown(),
        RuntimeError(f"adapter says {BODY} {NUMBERS[2]}"),
    ]
    for number in NUMBERS:
        with activate(scene.organization):
            scene.hear(BODY, number=number)
            sending.send_text(conversation=scene.conversation(), body=f"You wrote: {BODY}", author=scene.agent)
        delivery.deliver_line(scene.line.pk)
    with activate(scene.organization):
        scene.hear("STOP", number=NUMBERS[3])
    doorbells.ring_later(scene.line.pk, 0.2)
    key = LineKey.objects.get().key
    form = {"From": NUMBERS[0], "Body": BODY, "MessageSid": "SM1"}
    assert Client().post(f"/webhooks/scripted/{key}/inbound", form).status_code == 403


def test_the_log_holds_no_content(scene, far_end, logged):
    a_day_at_the_inbox(scene, far_end)
    text = "\n".join(logged)
    assert "send_broke" in text, "the log was listened to"
    assert [secret for secret in SECRETS if secret in text] == []


def test_redis_and_the_queue_hold_no_content(scene, far_end, redis_client):
    a_day_at_the_inbox(scene, far_end)
    text = everything_in_redis()
    assert "texting.tasks.deliver" in text, "the queue was read"
    assert [secret for secret in SECRETS if secret in text] == []


def test_the_address_a_provider_calls_holds_no_content(scene, far_end):
    a_day_at_the_inbox(scene, far_end)
    urls = " ".join(outbound.status_url for outbound in far_end.asked)
    assert "/status/" in urls
    assert [secret for secret in SECRETS if secret in urls] == []
