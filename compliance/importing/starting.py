"""What a member does with a list: upload it, say what its columns mean, answer for it, stop it, take it back."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.implied import exemption
from compliance.importing import columns, details, doorbell, reading
from compliance.importing.attesting import VERSION, statement
from compliance.importing.columns import Meaning
from compliance.importing.reading import CannotRead, Table
from compliance.models import ConsentImport, ConsentImportRow, Disclosure, Program
from compliance.screening.masking import kept
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.bulk_writes import insert_rows
from tenancy.isolation import current_organization_id

UNDONE_WITHIN = timedelta(hours=24)
LONGEST_WORDING = 2_000
_BATCH = 1_000
State = ConsentImport.State


class CannotImport(ValueError):
    """It is not the time for that, or something is missing; the message says why and what to do."""


@dataclass(frozen=True)
class Answers:
    """What the member says about a list. `wording` and `collected_on` hold for rows without their own."""

    collected_by: str
    how: str
    collected_on: date | None
    wording: str


def upload(*, member: Membership, name: str, raw: bytes) -> ConsentImport:
    """Keep the file's rows, sealed; all of them or nothing. Raises CannotRead; MissingPermission."""
    _require(member)
    table = reading.read(raw)
    with transaction.atomic():  # a row that cannot be read comes late
        made = _stored(member, name, raw, table)
    audit.record(event=AuditKind.CONSENT_IMPORT_UPLOADED, actor=member, object=made, rows=made.rows)
    return made


def _stored(member: Membership, name: str, raw: bytes, table: Table) -> ConsentImport:
    region = member.organization.country
    rows = table.rows()
    first = next(rows)[1]
    named = columns.are_headings(first, region)
    headings = first[: reading.MOST_COLUMNS] if named else [_("Column %(n)d") % {"n": n + 1} for n in range(len(first))]
    made = ConsentImport(
        made_by=member,
        file_name=kept(os.path.basename(name.replace("\\", "/")))[-120:] or "list.csv",
        file_digest=hashlib.sha256(raw).digest(),
        encoding=table.encoding,
        delimiter=table.delimiter,
        headings=json.dumps([" ".join(heading.split())[:60] for heading in headings], ensure_ascii=False),
        columns=details.guess(member, headings) if named else _guess_number(first, region),
        region=region,
    )
    made.save(force_insert=True)
    made.rows = _keep(made, rows if named else chain([(1, first)], rows))
    if not made.rows:
        raise CannotRead(_("The file has headings and no rows. Choose a file with one row for each person."))
    made.date_order = _date_order(made)
    made.save(update_fields=["rows", "date_order"])
    return made


def _keep(made: ConsentImport, rows: Iterator[tuple[int, list[str]]]) -> int:
    count = 0
    while batch := list(islice(rows, _BATCH)):
        count += len(batch)
        if count > reading.MOST_ROWS:
            raise CannotRead(_("The file has more than 200,000 rows. Split it and import the parts."))
        insert_rows([_row(made, number, cells) for number, cells in batch])
    return count


def _row(made: ConsentImport, number: int, cells: list[str]) -> ConsentImportRow:
    kept, room = [], reading.LONGEST_ROW + 1  # one more tells that it was longer
    for cell in cells[: reading.MOST_COLUMNS]:
        kept.append(cell[:room])
        room -= len(kept[-1])
    return ConsentImportRow(consent_import=made, number=number, cells=json.dumps(kept, ensure_ascii=False))


def _guess_number(first: list[str], region: str) -> dict[str, int]:
    at = next((at for at, cell in enumerate(first) if not columns.are_headings([cell], region)), 0)
    return {Meaning.NUMBER.value: at}


def _date_order(made: ConsentImport) -> str:
    some = ConsentImportRow.objects.filter(consent_import=made).order_by("number")[:200]
    samples = [columns.cell(json.loads(row.cells), made.columns, Meaning.AGREED_ON) for row in some]
    return columns.guess_order([sample for sample in samples if sample], made.region)


def name_columns(
    *,
    member: Membership,
    started: ConsentImport,
    meaning: Mapping[str, int],
    date_order: str,
    program: Program,
    basis: str = ConsentImport.Basis.AGREED,
    replaces: bool = False,
) -> None:
    """Say what the columns mean and what the list shows, and look at every row. May be said again until it is attested.

    `replaces`: fields say what the list says, also where something else stands there.
    Raises CannotImport; MissingPermission.
    """
    _require(member)
    locked = _locked(started, State.UPLOADED, State.CHECKED)
    width = len(json.loads(locked.headings))
    if Meaning.NUMBER.value not in meaning:
        raise CannotImport(_("Say which column holds the phone numbers."))
    if any(not 0 <= at < width for at in meaning.values()) or len(set(meaning.values())) != len(meaning):
        raise CannotImport(_("Give each column one meaning."))
    known = {one.value for one in Meaning} | {key for key, _label in details.offered_to(member)}
    if not meaning.keys() <= known:
        raise CannotImport(_("A field is gone or is not yours to change. Choose the columns again."))
    if not program.is_active:
        raise CannotImport(_("This program takes no more opt-ins."))
    ConsentImportRow.objects.filter(consent_import=locked).update(
        outcome=ConsentImportRow.Outcome.UNREAD, reason="", number_index=None, is_complete=False
    )
    locked.columns, locked.date_order, locked.program = dict(meaning), date_order, program
    locked.basis, locked.replaces = ConsentImport.Basis(basis), replaces
    _require_exemption(locked)
    locked.state, locked.looked_at = State.CHECKING, 0
    locked.save(update_fields=["columns", "date_order", "program", "basis", "replaces", "state", "looked_at"])
    doorbell.ring(locked)


def attest(*, member: Membership, started: ConsentImport, answers: Answers) -> None:
    """Answer for the list; from now on it is imported. Raises CannotImport; MissingPermission."""
    _require(member)
    locked = _locked(started, State.CHECKED)
    _require_exemption(locked)
    if not answers.collected_by.strip() or not answers.how.strip():
        raise CannotImport(_("Say who collected the permissions, and how."))
    if answers.collected_on is not None and not columns.is_past(answers.collected_on, timezone.now()):
        raise CannotImport(_("The date lies in the future or before there were texts."))
    if not rows_to_write(locked).exists():
        raise CannotImport(_("No row of this list can be imported."))
    said = {
        "statement": statement(member.organization.name, locked.basis),
        "collected_by": answers.collected_by.strip()[:200],
        "how": answers.how.strip()[:500],
        "collected_on": answers.collected_on.isoformat() if answers.collected_on else "",
    }
    locked.attestation, locked.attestation_version = json.dumps(said, ensure_ascii=False), VERSION
    locked.attested_by, locked.attested_at = member, timezone.now()
    locked.collected_on = answers.collected_on
    if answers.wording.strip() and locked.program is not None and locked.basis == ConsentImport.Basis.AGREED:
        locked.wording = disclosure(locked.program, answers.wording.strip(), member)
    locked.state = State.RUNNING
    locked.save()
    audit.record(event=AuditKind.CONSENT_IMPORT_ATTESTED, actor=member, object=locked, version=VERSION)
    doorbell.ring(locked)


def rows_to_write(started: ConsentImport) -> QuerySet[ConsentImportRow]:
    """The rows of a looked-at list of which something is written: who gets a permission, and of whom it says more."""
    wanted = [ConsentImportRow.Outcome.READY]
    if details.are_in(started):
        wanted.append(ConsentImportRow.Outcome.KNOWN)
    return ConsentImportRow.objects.filter(consent_import=started, outcome__in=wanted)


def disclosure(program: Program, text: str, member: Membership | None, language: str = "en") -> Disclosure:
    """The wording as it is kept: the same text is the same row."""
    text = text[:LONGEST_WORDING]
    digest = hashlib.sha256(text.encode()).digest()
    made = Disclosure(
        program=program, text=text, language=language, digest=digest, made_by=member, made_at=timezone.now()
    )
    Disclosure.objects.bulk_create([made], ignore_conflicts=True)
    return Disclosure.objects.get(program=program, digest=digest)


def pause(*, member: Membership, started: ConsentImport) -> None:
    """Nothing more is written until somebody resumes. Raises CannotImport; MissingPermission."""
    _move(member, started, State.RUNNING, to=State.PAUSED, event=AuditKind.CONSENT_IMPORT_PAUSED)


def resume(*, member: Membership, started: ConsentImport) -> None:
    """Go on where it stopped. Raises CannotImport; MissingPermission."""
    doorbell.ring(_move(member, started, State.PAUSED, to=State.RUNNING, event=AuditKind.CONSENT_IMPORT_RESUMED))


def cancel(*, member: Membership, started: ConsentImport) -> None:
    """End it before all rows are written; what is written stays, until it is taken back. Raises CannotImport."""
    _require(member)
    before = (State.UPLOADED, State.CHECKING, State.CHECKED)
    locked = _locked(started, *before, State.RUNNING, State.PAUSED)
    begun = locked.state not in before
    locked.state, locked.ended_at = State.DONE if begun else State.CANCELED, timezone.now()
    locked.save(update_fields=["state", "ended_at"])
    audit.record(event=AuditKind.CONSENT_IMPORT_CANCELED, actor=member, object=locked)


def undo(*, member: Membership, started: ConsentImport) -> None:
    """Take back every permission that this import gave, within a day. Raises CannotImport; MissingPermission."""
    _require(member)
    locked = _locked(started, State.DONE)
    if not may_be_undone(locked):
        raise CannotImport(_("An import can be taken back for 24 hours. Record an opt-out for each person instead."))
    locked.state = State.UNDOING
    locked.save(update_fields=["state"])
    audit.record(event=AuditKind.CONSENT_IMPORT_UNDONE, actor=member, object=locked)
    doorbell.ring(locked)


def may_be_undone(started: ConsentImport) -> bool:
    """Whether a day has not passed since its end."""
    ended = started.ended_at
    return started.state == State.DONE and ended is not None and timezone.now() - ended < UNDONE_WITHIN


def _move(
    member: Membership, started: ConsentImport, *before: "ConsentImport.State", to: str, event: AuditEventKind
) -> ConsentImport:
    _require(member)
    locked = _locked(started, *before)
    locked.state = ConsentImport.State(to)
    locked.save(update_fields=["state"])
    audit.record(event=event, actor=member, object=locked)
    return locked


def _locked(started: ConsentImport, *states: "ConsentImport.State") -> ConsentImport:
    """The row as it is now, held until the transaction ends; a worker finishes its batch first."""
    locked = ConsentImport.objects.select_for_update(of=("self",)).select_related("program").get(pk=started.pk)
    if locked.state not in states or locked.organization_id != current_organization_id():
        raise CannotImport(_("That is not possible any more. Look at the import as it is now."))
    return locked


def _require_exemption(started: ConsentImport) -> None:
    """A list of patients is for those who rely on the exemption for healthcare."""
    if started.basis == ConsentImport.Basis.HEALTHCARE and not exemption.is_on():
        raise CannotImport(_("The exemption for healthcare is off. An admin can switch it on under Quiet hours."))


def _require(member: Membership) -> None:
    """A list shows every name and number in it, so it is for those who see everybody's."""
    require(member, Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
