"""Lists to import, made in a test, and the shortest way through an import."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import Membership
from compliance.importing import starting, working
from compliance.importing.starting import Answers
from compliance.models import ConsentImport, Program
from tenancy.isolation import activate

ANSWERS = Answers(collected_by="Ada Lindqvist", how="On the intake form", collected_on=None, wording="")
WORDING = "I agree to get reminders of my appointments from Harbor Dental by text."


def make_program(member: Membership, name: str = "Reminders", **fields: object) -> Program:
    """A program for informational texts; the organization must be active."""
    given = {"scope": Program.Scope.INFORMATIONAL, "frequency": "Up to 4 msgs/month", **fields}
    return Program.objects.create(name=name, made_by=member, made_at=timezone.now(), **given)


def number(at: int) -> str:
    """An American number nobody has, another for each."""
    return (
        f"(212) 555-{at:04}" if at < 10_000 else f"({[303, 415, 512, 617, 702][at // 10_000 - 1]}) 555-{at % 10_000:04}"
    )


def rows(count: int, *, first: int = 0, day: str = "2026-03-05", wording: str = WORDING) -> bytes:
    """A list of people with name, number, date and wording."""
    lines = (f'Person {at},{number(at)},{day},"{wording}"' for at in range(first, first + count))
    return "\n".join(["Name,Phone,Date,Wording", *lines]).encode()


def look(
    member: Membership,
    raw: bytes,
    program: Program,
    *,
    batch: int = working.BATCH,
    basis: str = "agreed",
    **meaning: int,
) -> ConsentImport:
    """Upload a list, take the columns as they were guessed unless given, and look at every row."""
    with activate(member.organization):
        made = starting.upload(member=member, name="list.csv", raw=raw)
        columns, order = meaning or made.columns, made.date_order
        starting.name_columns(
            member=member, started=made, meaning=columns, date_order=order, program=program, basis=basis
        )
    working.work(member.organization_id, made.pk, batch=batch)
    return fresh(made)


def bring_in(
    member: Membership, raw: bytes, program: Program, answers: Answers = ANSWERS, *, basis: str = "agreed"
) -> ConsentImport:
    """The whole of it."""
    made = look(member, raw, program, basis=basis)
    with activate(member.organization):
        starting.attest(member=member, started=made, answers=answers)
    working.work(member.organization_id, made.pk)
    return fresh(made)


def fresh(made: ConsentImport) -> ConsentImport:
    """As it is now."""
    with activate(made.organization_id):
        return ConsentImport.objects.select_related("program", "organization").get(pk=made.pk)


def outcomes(made: ConsentImport) -> dict[str, int]:
    """How many rows came to each outcome that has any."""
    with activate(made.organization_id):
        return {outcome: count for outcome, count in working.counts(made).items() if count}


def lines(*cells: Iterable[str], sign: str = ",") -> str:
    """Text of a file."""
    return "\n".join(sign.join(row) for row in cells)


def purchases(*rows: tuple[str, str]) -> bytes:
    """A list of numbers, each with the day of a purchase."""
    return "\n".join(["Phone,Date", *(f"{number},{day}" for number, day in rows)]).encode()
