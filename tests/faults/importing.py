"""A worker dies in the middle of a list of permissions; two others go on with it."""

import time

from compliance.importing import starting, working
from compliance.models import ConsentEvent, ConsentImport
from tenancy.isolation import activate
from tests.compliance.importing_lists import ANSWERS, fresh, look, make_program, outcomes, rows
from tests.faults.intents import Desk
from tests.faults.running import System

ROWS, BEFORE = 600, 100  # more than two of a worker's own batches, and what is written when it comes


def die_in_the_middle_of_a_list(system: System, desk: Desk) -> ConsentImport:
    """The list is attested and begun; its worker is killed with a batch written and not committed."""
    system.kill("worker")
    with activate(desk.organization):
        program = make_program(desk.owner)
    made = look(desk.owner, rows(ROWS), program)
    with activate(desk.organization):
        starting.attest(member=desk.owner, started=made, answers=ANSWERS)
    assert working.work(desk.organization.pk, made.pk, seconds=0, batch=BEFORE)
    system.start_worker(CRASH_AT="before_import_commit")
    system.wait_for_crash("worker")
    assert outcomes(made) == {"imported": BEFORE, "ready": ROWS - BEFORE}, "what was not committed never was"
    return made


def finish_with_two_workers(system: System, made: ConsentImport) -> None:
    """Nobody rings: their clocks find what is unfinished."""
    system.start_worker()
    system.start_worker("second")
    end = time.monotonic() + 90
    while fresh(made).state == "running":
        assert time.monotonic() < end, f"nobody finishes it: {outcomes(made)} {system.log()}"
        time.sleep(0.2)


def entries(desk: Desk) -> tuple[int, int]:
    """Of the ledger from lists, and of how many numbers."""
    with activate(desk.organization):
        given = ConsentEvent.objects.filter(action="given", source="import")
        return given.count(), given.values("number_index").distinct().count()
