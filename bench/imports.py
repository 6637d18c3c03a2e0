"""`python -m bench.imports [rows]`: 50,000 people from a file to the ledger, and what the worker needs for it.

The product's own steps in this process: upload, looking at every row, writing each down. Memory is the resident size
after each tenth of the rows; it must not grow with them.
"""

import sys
import time
from pathlib import Path
from resource import getpagesize

from bench.databases import own_databases
from bench.results import keep, verdict

ROWS = 50_000
MEMORY_GROWTH = 1.25  # from the second tenth of the rows to the last
LEAST_A_SECOND = 100


def resident() -> float:
    """Megabytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize() / 1e6


def the_list(rows: int) -> bytes:
    """So many people with numbers that nobody has."""
    areas = (212, 303, 415, 512, 617, 702, 206, 312, 404, 505, 602, 713, 801, 907, 216, 313, 414, 515, 612, 718)
    wording = '"I agree to get reminders of my appointments from Harbor Dental by text."'
    lines = (
        f"Person {at},+1{areas[at // 10_000 % len(areas)]}555{at % 10_000:04},2026-03-05,{wording}"
        for at in range(rows)
    )
    return "\n".join(["Name,Phone,Date,Wording", *lines]).encode()


def main(rows: int = ROWS) -> int:
    """Measure, check, append. 1 when it is too slow or memory grows."""
    with own_databases():
        from django.utils import timezone

        from accounts.models import Membership
        from bench.office import make_office
        from compliance.importing import starting, working
        from compliance.importing.starting import Answers
        from compliance.models import Program
        from tenancy.isolation import activate

        office = make_office("bench", "+12125550110")
        member = Membership.objects.get(organization=office.organization, is_owner=True)
        raw = the_list(rows)
        begun = time.perf_counter()
        with activate(office.organization):
            program = Program.objects.create(
                name="Reminders", scope="informational", frequency="Monthly", made_by=member, made_at=timezone.now()
            )
            made = starting.upload(member=member, name="list.csv", raw=raw)
        uploaded = time.perf_counter() - begun
        with activate(office.organization):
            starting.name_columns(member=member, started=made, meaning=made.columns, date_order="ymd", program=program)
        begun = time.perf_counter()
        working.work(office.organization.pk, made.pk, seconds=3600)
        looked = time.perf_counter() - begun
        with activate(office.organization):
            answers = Answers("the bench", "on paper", None, "")
            starting.attest(member=member, started=made, answers=answers)
        begun, memory = time.perf_counter(), [resident()]
        while working.work(office.organization.pk, made.pk, seconds=max(0.5, rows / 10_000)):
            memory.append(resident())
        memory.append(resident())
        written = time.perf_counter() - begun
        with activate(office.organization):
            counts = working.counts(made)
    speed, growth = rows / written, memory[-1] / memory[min(1, len(memory) - 1)]
    good = speed >= LEAST_A_SECOND and growth <= MEMORY_GROWTH and counts["imported"] == rows
    text = (
        f"{rows:,} rows: uploaded in {uploaded:.1f} s, looked at in {looked:.1f} s ({rows / looked:,.0f} a second), "
        f"written in {written:.1f} s ({speed:,.0f} a second); {counts['imported']:,} permissions; memory "
        f"{memory[0]:.0f} MB before, {memory[min(1, len(memory) - 1)]:.0f} MB at first, "
        f"{memory[-1]:.0f} MB at the end, "
        f"most {max(memory):.0f} MB"
    )
    memory_said, speed_said = verdict(growth, MEMORY_GROWTH, at_most=True), verdict(speed, LEAST_A_SECOND)
    keep("imports", f"{text}. Memory grew {growth:.2f} times: {memory_said}; pace: {speed_said}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
