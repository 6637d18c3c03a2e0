"""A worker dies in the middle of a purge: between the database of keys, where its work is done, and the other one."""

import time
from datetime import UTC, datetime, timedelta

import time_machine
from django.test import Client

from tenancy.encryption import day_scope
from tenancy.encryption.keyring import keys_of
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey, DestroyedKey
from tests.faults.intents import Desk
from tests.faults.running import System
from texting import tasks
from texting.models import QuarantinedRequest
from texting.models.quarantine import DAY_KIND

DAYS = 20  # more than `QUARANTINE_DAYS`


def die_while_the_quarantine_is_forgotten(point: str, system: System, desk: Desk) -> bytes:
    """A refused request is old enough; the worker that forgets it dies, another one is asked. The id of its key."""
    system.kill("worker")
    then = datetime.now(UTC) - timedelta(days=DAYS)
    with time_machine.travel(then, tick=False):
        answer = Client().post(desk.hook(""), {"MessageSid": "SM1"}, headers={"X-Twilio-Signature": "guessed"})
        assert answer.status_code == 403
    with keys_of(desk.organization.pk):
        key_id = bytes(DataKey.objects.get(kind=DAY_KIND, scope=day_scope(then.date())).key_id)
    system.start_worker(CRASH_AT=point)
    tasks.forget_quarantine.delay()
    system.wait_for_crash("worker")
    with activate(desk.organization):
        assert QuarantinedRequest.objects.exists(), "it died too late"
    system.start_worker()
    tasks.forget_quarantine.delay()
    end = time.monotonic() + 60
    while what_is_left(desk, key_id)["unfinished"] or what_is_left(desk, key_id)["requests"]:
        assert time.monotonic() < end, "the next purge does not finish what the first one began"
        time.sleep(0.2)
    return key_id


def what_is_left(desk: Desk, key_id: bytes) -> dict[str, int]:
    """Of the request, of its key, and in the log."""
    with activate(desk.organization):
        events = AuditEvent.objects.all()
        left = {
            "requests": QuarantinedRequest.objects.count(),
            "key:destroyed": events.filter(event="key:destroyed", object_id=key_id.hex()).count(),
            "webhook:forgotten": events.filter(event="webhook:forgotten").count(),
        }
    with keys_of(desk.organization.pk):
        return left | {
            "keys": DataKey.objects.filter(key_id=key_id).count(),
            "unfinished": DestroyedKey.objects.count(),
        }
