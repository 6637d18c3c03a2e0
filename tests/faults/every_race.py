"""Two of everything, and people who change their minds while a text is on its way."""

import os
import secrets
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.db.models.functions import Now

from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.faults import oracle
from tests.faults.crashing_web import browser_of, compose
from tests.faults.intents import Desk, Intent, new_number
from tests.faults.running import System
from tests.faults.scripted_twilio import ACCOUNT
from texting import delivery, reconciling
from texting.models import Message, OutboxEntry
from texting.purposes import Purpose

pytestmark = pytest.mark.timeout(400)


def customer_writes(system: System, desk: Desk, number: str, body: str) -> None:
    """A customer's text, through our real webhook; until it is stored."""
    sid = f"SM{secrets.token_hex(16)}"
    form = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": number, "To": desk.line.number, "Body": body}
    system.far_end.reporter.post(desk.hook(system.address), {**form, "NumMedia": "0"})
    system.far_end.reporter.wait_for(sid, 30)


def send_from_this_process(system: System, desk: Desk, settings: Any) -> None:
    """Instead of a worker; this process has the product's own waits."""
    settings.TEXTING_PROVIDER_BASE_URLS = {"twilio": system.far_end.url}
    settings.PUBLIC_BASE_URL = system.address
    desk.hurried = False
    system.kill("worker")


def deliver_all(desk: Desk) -> None:
    """In this process; codes have a line of their own."""
    for line in (desk.line, desk.code_line):
        delivery.deliver_line(line.pk)


def test_two_workers_and_two_clocks_send_once(system: System, desk: Desk, holds: Any):
    system.start_worker("worker2")
    for _ in range(4):
        desk.send_each(system.far_end, "ok")
        desk.send_each(system.far_end, "accept_then_reset", reports="never")
    oracle.wait_until_quiet(desk, system.far_end)
    holds()


def _with_own_connection(work: Any) -> Any:
    try:
        return work()
    finally:
        connections.close_all()


def test_eight_senders_on_one_row_send_once(system: System, desk: Desk, holds: Any, settings: Any):
    send_from_this_process(system, desk, settings)
    intent = desk.send(new_number(), Purpose.REPLY)
    together = threading.Barrier(8)

    def send() -> int:
        together.wait()
        return delivery.deliver_line(desk.line.pk)

    with ThreadPoolExecutor(8) as pool:
        sent = sum(pool.map(lambda _: _with_own_connection(send), range(8)))
    assert sent == 1
    assert sum(one.to == intent.number for one in system.far_end.truth) == 1
    holds()


def test_two_reconcilers_settle_each_text_once(system: System, desk: Desk, holds: Any, settings: Any):
    send_from_this_process(system, desk, settings)
    desk.send_each(system.far_end, "accept_then_reset", reports="never")
    deliver_all(desk)
    waiting = OutboxEntry.objects.filter(organization_id=desk.organization.pk, state="unconfirmed")
    assert waiting.update(due_at=Now() - timedelta(seconds=1)) == 5
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: _with_own_connection(reconciling.reconcile), range(4)))
    assert sum(count["found"] for count in counts) == 5
    holds()


@pytest.mark.parametrize("point", ["after_claim", "before_call"])
def test_a_stop_between_claim_and_call(point: str, system: System, desk: Desk, holds: Any):
    number = new_number()
    desk.meet([number])
    system.kill("worker")
    system.start_worker(PAUSE_AT=point)
    intent = desk.send(number, Purpose.REPLY)
    pid = system.wait_for_pause("worker")
    customer_writes(system, desk, number, "STOP")
    stopped_at = time.time()
    os.kill(pid, signal.SIGCONT)
    holds()
    book = oracle.books(desk)[intent.message_id]
    taken = [one for one in system.far_end.truth if one.to == number and one.body_hash == book.body_hash]
    if point == "after_claim":  # the gate is asked after that
        assert (book.status, taken) == ("canceled", [])
    with activate(desk.organization):
        after = Message.objects.filter(direction="out", created_at__gte=datetime.fromtimestamp(stopped_at - 30, UTC))
        assert {message.purpose for message in after} <= {Purpose.REPLY, Purpose.OPT_OUT_ANSWER}


def test_a_member_deactivated_between_claim_and_call_sends_nothing(system: System, desk: Desk, holds: Any):
    system.kill("worker")
    system.start_worker(PAUSE_AT="after_claim")
    intent = desk.send(new_number(), Purpose.REPLY)
    pid = system.wait_for_pause("worker")
    desk.member.is_active = False
    desk.member.save(update_fields=["is_active"])
    os.kill(pid, signal.SIGCONT)
    holds()
    assert oracle.books(desk)[intent.message_id].status == "canceled"
    assert not [one for one in system.far_end.truth if one.to == intent.number]


def test_fifty_browsers_with_one_text_send_it_once(system: System, desk: Desk, holds: Any):
    number, message_id = new_number(), new_id()
    conversation = desk.meet([number])[number]
    browser = browser_of(desk.member, system)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: compose(browser, conversation, message_id, seconds=60), range(50)))
    desk.intents.append(Intent(message_id, number, Purpose.REPLY))
    holds()
    assert answers.count(200) >= 1
    assert len(oracle.books(desk)) == 1
    assert sum(one.to == number for one in system.far_end.truth) == 1


@pytest.mark.parametrize("hours", [1, -1, 24 * 366])
def test_a_process_with_a_wrong_clock_sends_once(hours: int, system: System, desk: Desk, holds: Any, settings: Any):
    send_from_this_process(system, desk, settings)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True):
        desk.send_each(system.far_end, "ok")
        desk.send_each(system.far_end, "accept_then_reset", reports="never")
        deliver_all(desk)
    waiting = OutboxEntry.objects.filter(organization_id=desk.organization.pk, state="unconfirmed")
    assert waiting.update(due_at=Now() - timedelta(seconds=1)) == 5
    holds()
