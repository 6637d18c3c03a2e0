"""Whatever a provider does, each text is sent as often as its purpose promises, and our books say what is true.

All cases run at the same time, each in an organization of its own, since waiting for a provider is most of it.
"""

import time
from collections import Counter
from typing import Any

import pytest

from tenancy.isolation import activate
from tests.faults import oracle
from tests.faults.intents import CLASSES, Desk, open_desk
from tests.faults.provider_cases import CASES, Case
from tests.faults.running import System
from texting.models import StatusEvent
from texting.statuses import MessageStatus

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def desks(system: System, django_db_blocker: Any) -> dict[str, Desk]:
    """One for each case, its texts on their way."""
    with django_db_blocker.unblock():
        system.whole()
        return {name: _begin(system, case) for name, case in CASES.items()}


def _begin(system: System, case: Case) -> Desk:
    desk = open_desk(system.far_end)
    intents = desk.send_each(system.far_end, case.script, reports=case.reports, times=case.times, lag=case.lag)
    if case.lag > 60:
        desk.may_miss |= {intent.message_id for intent in intents}
    return desk


@pytest.fixture
def settled(request: pytest.FixtureRequest, desks: dict[str, Desk], system: System, django_db_blocker: Any) -> Any:
    name = request.node.callspec.params["name"]
    with django_db_blocker.unblock():
        oracle.wait_until_quiet(desks[name], system.far_end)
        yield desks[name]


@pytest.mark.parametrize("name", CASES)
def test_each_purpose_keeps_its_promise(name: str, settled: Desk, system: System):
    case, far_end = CASES[name], system.far_end
    broken = oracle.judge(settled, far_end)
    counts = Counter(one.to for one in far_end.truth)
    got = {intent.purpose: counts[intent.number] for intent in settled.intents}
    broken += [
        f"{purpose} was taken {got[purpose]} times, promised {case.expected[purpose]}"
        for purpose in CLASSES
        if got[purpose] != case.expected[purpose]
    ]
    if case.told:
        books = oracle.books(settled)
        twice = [intent for intent in settled.intents if counts[intent.number] > 1]
        broken += [
            f"{one.purpose} went out twice and nobody is told"
            for one in twice
            if books[one.message_id].attention != "duplicate"
        ]
    assert not broken, "\n".join([*broken, "", system.log()])


@pytest.mark.parametrize("name", ["taken", "reported shuffled and doubled", "undelivered"])
def test_reports_of_last_week_come_again_and_change_nothing(name: str, settled: Desk, system: System):
    before, events = oracle.books(settled), _events(settled)
    numbers = {intent.number for intent in settled.intents}
    told = [(url, form) for url, form in list(system.far_end.reporter.told) if form["To"] in numbers]
    assert told
    for url, form in told:
        system.far_end.reporter.post(url, form)
    _wait_until_told(system)
    assert oracle.books(settled) == before
    assert _events(settled) == events
    assert not oracle.judge(settled, system.far_end)


@pytest.mark.parametrize("name", ["reported with a wrong signature"])
def test_a_forged_report_is_refused_and_kept_out(name: str, settled: Desk, system: System):
    sids = {book.provider_message_id for book in oracle.books(settled).values()}
    forged = [one for one in system.far_end.reporter.answers if one.sid in sids and one.how == "wrong"]
    assert forged
    assert {one.status for one in forged} == {403}
    assert {book.status for book in oracle.books(settled).values()} == {MessageStatus.DELIVERED}  # we asked ourselves


def _events(desk: Desk) -> int:
    with activate(desk.organization):
        return StatusEvent.objects.count()


def _wait_until_told(system: System) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and not system.far_end.reporter.idle():
        time.sleep(0.1)
    time.sleep(1)
