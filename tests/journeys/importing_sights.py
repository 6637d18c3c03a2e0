"""The pages of importing permissions and of asking many for them, each in the states that look different."""

import time
from collections.abc import Iterator

from compliance.importing import starting, working
from compliance.importing.starting import Answers
from compliance.models import ConsentImport, PermissionRequest
from compliance.requesting import asking, running
from tenancy.isolation import activate
from tests.compliance.importing_lists import make_program, rows

from .simulated_office import Office

BAD = b"\n,Nobody,,\n12,Short,,\n(212) 555-0001,Again,2026-03-05,x\n(212) 555-0399,Nikolai,soon,x\n"


def importing_sights(office: Office) -> Iterator[tuple[str, str]]:
    """(name of the page, its path), as the owner sees them."""
    owner = office.owner
    yield "imports-none", "/contacts/imports/"
    with activate(office.organization):
        program = make_program(owner)
    columns = _uploaded(office, rows(3, first=50))
    checked = _uploaded(office, rows(12, first=100) + BAD.replace(b",Nobody", b"Nobody"))
    done = _uploaded(office, rows(6, first=200) + b"\nWithout,(212) 555-0299,,\n")
    running_one = _uploaded(office, rows(9, first=300))
    for made in (checked, done, running_one):
        with activate(office.organization):
            order = made.date_order
            starting.name_columns(member=owner, started=made, meaning=made.columns, date_order=order, program=program)
        _until(made, "checked")
    answers = Answers("Olga Brandt", "A box on the intake form on paper, kept in the office.", None, "")
    with activate(office.organization):
        starting.attest(member=owner, started=running_one, answers=answers)
        starting.pause(member=owner, started=running_one)  # before the worker hears of it
        starting.attest(member=owner, started=done, answers=answers)
    _until(done, "done")
    with activate(office.organization):
        run = running.begin(
            member=owner, audience="weak", program=program, line=office.line, an_hour=100, of_import=done
        )
    asking.work(office.organization.pk, run.pk)
    with activate(office.organization):
        PermissionRequest.objects.update(state="paused")
    for name, made in (("columns", columns), ("checked", checked), ("done", done), ("paused", running_one)):
        yield f"import-{name}", f"/contacts/imports/{made.pk}/"
    yield "import-attest", f"/contacts/imports/{checked.pk}/attest/"
    yield "imports", "/contacts/imports/"
    yield "request-new", "/contacts/permission-requests/new/"
    yield "requests", "/contacts/permission-requests/"
    yield "request", f"/contacts/permission-requests/{run.pk}/"


def _uploaded(office: Office, raw: bytes) -> ConsentImport:
    with activate(office.organization):
        return starting.upload(member=office.owner, name="autumn-intake-forms.csv", raw=raw)


def _until(made: ConsentImport, state: str) -> None:
    """The office's worker is at it too; whoever has it, it comes to that state."""
    for _ in range(200):
        working.work(made.organization_id, made.pk)
        with activate(made.organization_id):
            if ConsentImport.objects.get(pk=made.pk).state == state:
                return
        time.sleep(0.1)
    raise AssertionError(f"the import is not {state}")
