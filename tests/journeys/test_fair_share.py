"""One organization's flood on several real worker processes: another's replies leave meanwhile, and nothing is lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from config.env import PROJECT
from tenancy.isolation import activate
from tests.midday import midday_zone
from tests.permitting import agree_to_everything
from tests.texting.conftest import lift_limits
from texting import sending
from texting.models import LineKey, Message, OutboxEntry
from texting.purposes import Purpose
from texting.sending import Wanted

from .simulated_office import Office

FLOOD, CUSTOMERS, REPLIES = 60, 20, 5
PATIENCE = 120.0  # seconds; only a failure takes them


@contextmanager
def more_workers(count: int, folder: Path) -> Iterator[None]:
    """Worker processes beside the running system's own, without a clock."""
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "--quiet", "worker", "--pool", "solo"]
    options = ["--without-gossip", "--without-mingle", "-Q", "answers,celery,later"]
    workers = []
    try:
        for number in range(count):
            with (folder / f"worker-{number}.log").open("wb") as log:
                named = [*command, *options, "-n", f"more-{number}"]
                workers.append(subprocess.Popen(named, cwd=PROJECT, stdout=log, stderr=log, env=os.environ))
        yield
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(30)


def until(what: str, done) -> None:
    end = monotonic() + PATIENCE
    while not done():
        assert monotonic() < end, what
        sleep(0.1)


@pytest.mark.timeout(480)
@pytest.mark.long
def test_a_flood_on_several_workers_lets_anothers_replies_pass(
    live_system: str, office: Office, tmp_path: Path
) -> None:
    harbor, northside = office, Office(live_system, "Northside Plumbing")
    for one in (harbor, northside):
        lift_limits(one.organization)
    with activate(harbor.organization):
        LineKey.objects.filter(line_id=harbor.line.pk).update(texts_per_second=4)
    numbers = [f"+1917{300 + which}01{harbor.place:02}" for which in range(CUSTOMERS)]  # no block, no sequence
    customers = [harbor.hear("Hello", number=number).contact for number in numbers]
    with activate(harbor.organization):
        for customer in customers:  # a flood is marketing, and the journey runs at any hour
            agree_to_everything(customer)
            customer.time_zone = midday_zone()
            customer.save(update_fields=["time_zone"])
    with more_workers(2, tmp_path):
        flood = [Wanted(one, f"News {number}") for number in range(FLOOD // CUSTOMERS) for one in customers]
        with activate(harbor.organization):
            sending.send_all(line=harbor.line, texts=flood, author=harbor.owner, purpose=Purpose.BULK)
        until("the flood has begun", lambda: _sent(harbor, Purpose.BULK) > 0)
        conversations = [northside.hear("Are you open?", which=which) for which in range(REPLIES)]
        with activate(northside.organization):
            for conversation in conversations:
                sending.send_text(conversation=conversation, body="Yes, until six", author=northside.owner)
        until("the replies have left", lambda: _sent(northside, Purpose.REPLY) == REPLIES)
        assert _sent(harbor, Purpose.BULK) < FLOOD, "the replies passed the flood"
        until("the whole flood has left", lambda: _sent(harbor, Purpose.BULK) == FLOOD)
    assert not OutboxEntry.objects.filter(organization=harbor.organization).exists()


def _sent(office: Office, purpose: Purpose) -> int:
    with activate(office.organization):
        return Message.objects.filter(purpose=purpose, sent_at__isnull=False).count()
