"""What a row says, and whether it can be imported as things stand now."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from compliance.implied import purchases
from compliance.implied.purchases import Problem
from compliance.importing import columns, details, reading
from compliance.importing.columns import Meaning
from compliance.importing.reasons import RowReason
from compliance.ledger import consent
from compliance.ledger.consent import State
from compliance.models import ConsentEvent, ConsentImport, ConsentImportRow
from compliance.scopes import EXEMPT, INFORMATIONAL
from tenancy.encryption import blind_index, prefetch
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import BadNumber, PhoneNumber, parse

Outcome = ConsentImportRow.Outcome
Basis = ConsentImport.Basis
SCOPES: dict[str, list[str]] = {Basis.PURCHASE: [INFORMATIONAL], Basis.HEALTHCARE: [EXEMPT]}
"""What the law permits, whatever the program is about."""
LONGEST_NAME = 100


@dataclass(frozen=True)
class Said:
    """A row that can be read. `agreed_on` is None where it brings no date, `wording` "" where it brings none."""

    number: PhoneNumber
    index: bytes
    name: str
    agreed_on: date | None
    how: str
    wording: str


def look_at(started: ConsentImport, rows: list[ConsentImportRow]) -> None:
    """Set outcome, reason, index and completeness of rows that follow each other; the caller stores them."""
    prefetch(rows)
    said: dict[int, Said] = {}
    more = details.Definitions.of(started)
    for row in rows:
        try:
            said[row.number] = read_row(started, row)
            more.read(json.loads(row.cells))
        except BadRow as bad:
            row.outcome, row.reason = Outcome.BAD, bad.reason.value
        except details.BadDetail:
            del said[row.number]
            row.outcome, row.reason = Outcome.BAD, RowReason.BAD_DETAIL.value
    before = _in_the_file(started, rows, said)
    states = consent.states_of_numbers(each.index for each in said.values())
    for row in rows:
        if (each := said.get(row.number)) is None:
            continue
        if left_out := by_law(started, each):
            row.outcome, row.reason = left_out  # a later row of this number may be a purchase that counts
            continue
        row.number_index = each.index
        row.is_complete = started.basis != Basis.AGREED or bool(each.agreed_on and each.wording)
        row.outcome, row.reason = Outcome.READY, ""
        if each.index in before:
            row.outcome, row.reason = Outcome.TWICE, RowReason.TWICE.value
        elif left_out := objection(started, states[each.index], each.agreed_on):
            row.outcome, row.reason = left_out
        before.add(each.index)


class BadRow(ValueError):
    """A row that cannot be used, and why."""

    def __init__(self, reason: RowReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def read_row(started: ConsentImport, row: ConsentImportRow) -> Said:
    """What the row says. Raises BadRow."""
    cells = json.loads(row.cells)
    if sum(map(len, cells)) > reading.LONGEST_ROW:
        raise BadRow(RowReason.TOO_LONG)
    here = started.columns
    written = columns.cell(cells, here, Meaning.NUMBER).lstrip("'")  # which spreadsheets put before a plus
    if not written:
        raise BadRow(RowReason.NO_NUMBER)
    try:
        number = parse(written, started.region)
    except BadNumber:
        raise BadRow(RowReason.BAD_NUMBER) from None
    return Said(
        number=number,
        index=blind_index(NUMBER_INDEX, number.e164),
        name=columns.cell(cells, here, Meaning.NAME)[:LONGEST_NAME],
        agreed_on=_day(started, columns.cell(cells, here, Meaning.AGREED_ON)),
        how=columns.cell(cells, here, Meaning.HOW)[:200],
        wording=columns.cell(cells, here, Meaning.WORDING),
    )


def _day(started: ConsentImport, written: str) -> date | None:
    if not written:
        return None
    try:
        day = columns.read_date(written, started.date_order)
    except ValueError:
        raise BadRow(RowReason.BAD_DATE) from None
    if not columns.is_past(day, timezone.now()):
        raise BadRow(RowReason.NOT_THEN)
    return day


def by_law(started: ConsentImport, said: Said) -> tuple[Outcome, str] | None:
    """Why the law permits nothing by what the list shows; None if it does, or if people agreed."""
    if started.basis != Basis.PURCHASE:
        return None
    if said.agreed_on is None:
        return Outcome.BAD, RowReason.NO_PURCHASE.value
    zone = started.organization.time_zone
    problem = purchases.problem_of(region=said.number.region, bought_on=said.agreed_on, zone=zone)
    reasons = {Problem.NOT_CANADA: RowReason.NOT_CANADA, Problem.TO_COME: RowReason.NOT_THEN}
    return (Outcome.BAD, reasons.get(problem, RowReason.TOO_OLD).value) if problem else None


def objection(started: ConsentImport, state: State, agreed_on: date | None) -> tuple[Outcome, str] | None:
    """Why a number gets no permission from this list, as the ledger stands now; None if it does.

    An opt-out that a later START has lifted still ends what was agreed to before it.
    """
    if state.suppressed_since is not None:
        return Outcome.OPTED_OUT, RowReason.OPTED_OUT.value
    out = [each for each in state.entries if each.action == ConsentEvent.Action.WITHDRAWN]
    if any(agreed_on is None or agreed_on <= each.recorded_at.date() for each in out):
        return Outcome.OPTED_OUT, RowReason.OPTED_OUT_SINCE.value
    if started.program is not None and permits(state, started, agreed_on):
        return Outcome.KNOWN, RowReason.KNOWN.value
    return None


def permits(state: State, started: ConsentImport, agreed_on: date | None) -> bool:
    """Whether all that the list would permit is permitted already; a later purchase permits for longer."""
    program = started.program
    if program is None:
        return False
    here = state.at(program.team_id, program.brand_id)
    known = [here.permits(scope) for scope in SCOPES.get(started.basis, program.scopes)]
    if started.basis == Basis.PURCHASE and agreed_on is not None:
        known = [None if each and _is_older(each, agreed_on) else each for each in known]
    return all(known)


def _is_older(known: ConsentEvent, bought_on: date) -> bool:
    then = known.happened_at if known.kind == ConsentEvent.Kind.PURCHASE else None
    return then is not None and then.date() < bought_on


def _in_the_file(started: ConsentImport, rows: Iterable[ConsentImportRow], said: dict[int, Said]) -> set[bytes]:
    """The numbers of these rows that stand in an earlier one."""
    first = min((row.number for row in rows), default=0)
    wanted = [each.index for each in said.values()]
    earlier = ConsentImportRow.objects.filter(consent_import=started, number_index__in=wanted, number__lt=first)
    return {bytes(index) for index in earlier.values_list("number_index", flat=True) if index is not None}
