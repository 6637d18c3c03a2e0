"""The worker's part: rows in batches, each one transaction that holds the import's row.

That lock is the lease. A worker that dies lets go of it with its connection, what it had not committed never was, and
whoever comes next goes on with the rows that are left, because a row and its entry in the ledger are written together.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from compliance.implied import exemption
from compliance.importing import details, looking
from compliance.importing.looking import Outcome, Said
from compliance.importing.reasons import RowReason
from compliance.importing.starting import disclosure
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, ConsentImport, ConsentImportRow, Disclosure
from compliance.models.consent_import import IMPORT_KEY
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.bulk_writes import update_rows
from tenancy.crash_points import crash_here
from tenancy.encryption import prefetch
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from texting import threads
from texting.models import Contact
from texting.persons import with_others

BATCH = 250
A_TURN = 20.0  # seconds; then the others have theirs
KEPT = timedelta(days=30)
State = ConsentImport.State
Kind = ConsentEvent.Kind
ACTS: dict[str, ConsentEvent.Act] = {
    ConsentImport.Basis.AGREED: ConsentEvent.Act.ATTESTED,
    ConsentImport.Basis.PURCHASE: ConsentEvent.Act.BOUGHT,
    ConsentImport.Basis.HEALTHCARE: ConsentEvent.Act.GAVE,
}


def work(organization_id: UUID, import_id: UUID, *, seconds: float = A_TURN, batch: int = BATCH) -> bool:
    """Work on one import for a while. Returns whether something is left that nobody else is at."""
    ends = time.monotonic() + seconds
    while True:
        with activate(organization_id):
            if not _one_batch(import_id, batch):
                return False
            crash_here("before_import_commit")
        if time.monotonic() >= ends:
            return True


def _one_batch(import_id: UUID, batch: int) -> bool:
    """False when there is nothing to do, or when another worker does it."""
    steps: dict[str, Callable[[ConsentImport, int], bool]] = {
        State.CHECKING: _check,
        State.RUNNING: _write,
        State.UNDOING: _take_back,
    }
    held = ConsentImport.objects.select_for_update(of=("self",), skip_locked=True).select_related(
        "program", "wording", "attested_by", "organization"
    )
    started = held.filter(pk=import_id, state__in=list(steps)).first()
    return started is not None and steps[started.state](started, batch)


def _rows(started: ConsentImport, outcome: str, most: int) -> list[ConsentImportRow]:
    rows = ConsentImportRow.objects.filter(consent_import=started, outcome=outcome)
    return list(rows.order_by("number")[:most])


# --- Looking ---


def _check(started: ConsentImport, batch: int) -> bool:
    rows = _rows(started, Outcome.UNREAD, batch * 4)
    if not rows:
        started.state = State.CHECKED
        started.save(update_fields=["state"])
        return False
    looking.look_at(started, rows)
    update_rows(rows, ["outcome", "reason", "number_index", "is_complete"])
    started.looked_at += len(rows)
    started.save(update_fields=["looked_at"])
    return True


# --- Writing ---


def _write(started: ConsentImport, batch: int) -> bool:
    rows = _rows(started, Outcome.READY, batch)
    if not rows:
        return _write_known(started, batch) or _end(started)
    prefetch(rows)
    said = {row.pk: looking.read_row(started, row) for row in rows}
    contacts = _locked(said.values())
    states = consent.states_of(contacts.values())
    wordings = _wordings(started, said.values())
    given: list[tuple[Contact, ConsentEvent.Kind, Evidence]] = []
    of_rows: list[ConsentImportRow] = []
    more, found, names = details.Definitions.of(started), {}, {}
    for row in rows:
        each = said[row.pk]
        contact = contacts[each.number.e164]
        evidence = _evidence(started, row, each, wordings.get(each.wording) or started.wording)
        on = each.agreed_on or started.collected_on
        left_out = looking.by_law(started, each) or looking.objection(started, states[contact.pk], on)
        weak = states[contact.pk].weak
        if left_out is None and weak and weak.program_id == started.program_id and _is_weak(evidence):
            left_out = Outcome.KNOWN, RowReason.KNOWN.value
        if left_out is not None:
            row.outcome, row.reason = left_out
            continue
        given.append((contact, kind_of(started, evidence), evidence))
        of_rows.append(row)
        names[contact.pk] = each.name
        with suppress(details.BadDetail):  # a field has other options by now, or a tag is gone
            found[contact.pk] = more.read(json.loads(row.cells))
        row.outcome = Outcome.WEAK if _is_weak(evidence) else Outcome.IMPORTED
    for row, event in zip(of_rows, consent.give_all(given), strict=True):
        row.event = event
    by_id = {contact.pk: contact for contact in contacts.values()}
    details.name_unnamed(names, by_id)
    details.write(found, by_id, replaces=started.replaces)
    update_rows(rows, ["outcome", "reason", "event"])
    return True


def _write_known(started: ConsentImport, batch: int) -> bool:
    """What the list says of people who have its permission already; `reason` says of whom that is done."""
    more = details.Definitions.of(started)
    held = ConsentImportRow.objects.filter(consent_import=started, outcome=Outcome.KNOWN, reason=RowReason.KNOWN.value)
    rows = list(held.order_by("number")[:batch]) if details.are_in(started) else []
    if not rows:
        return False
    prefetch(rows)
    said = {row.pk: looking.read_row(started, row) for row in rows}
    contacts, found = _locked(said.values()), {}
    for row in rows:
        with suppress(details.BadDetail):
            found[contacts[said[row.pk].number.e164].pk] = more.read(json.loads(row.cells))
        row.reason = RowReason.KNOWN_WRITTEN.value
    details.write(found, {contact.pk: contact for contact in contacts.values()}, replaces=started.replaces)
    update_rows(rows, ["reason"])
    return True


def _locked(said: Collection[Said]) -> dict[str, Contact]:
    """The contacts of these rows by number, those of the same persons locked as well."""
    contacts = threads.contacts_named({each.number: each.name for each in said})
    ids = with_others([contact.pk for contact in contacts.values()])
    list(Contact.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    return contacts


def kind_of(started: ConsentImport, evidence: Evidence) -> ConsentEvent.Kind:
    """What an entry is in law, by what the list shows."""
    if started.basis == ConsentImport.Basis.AGREED:
        return ConsentEvent.Kind.WRITTEN if evidence.disclosure else ConsentEvent.Kind.EXPRESS
    return ConsentEvent.Kind(started.basis)


def _is_weak(evidence: Evidence) -> bool:
    return evidence.quality == ConsentEvent.Quality.WEAK


def _wordings(started: ConsentImport, said: Iterable[Said]) -> dict[str, Disclosure]:
    """The rows' own wordings as they are kept: mostly one for all."""
    program = started.program
    assert program is not None  # noqa: S101 - an attested import has one
    texts = {each.wording for each in said if each.wording}
    return {text: disclosure(program, text, started.attested_by) for text in sorted(texts)}


def _evidence(started: ConsentImport, row: ConsentImportRow, said: Said, wording: Disclosure | None) -> Evidence:
    """Where a program wants a YES by text, no list can stand in for it: the permission is to be confirmed."""
    program, attested = started.program, json.loads(started.attestation)
    assert program is not None  # noqa: S101 - an attested import has one
    agreed = started.basis == ConsentImport.Basis.AGREED
    day = said.agreed_on or (started.collected_on if agreed else None)
    wording = wording if agreed else None  # the law asks for none
    proved = not program.double_opt_in and (not agreed or (wording is not None and day is not None))
    more = exemption.circumstances(started.organization.name) if started.basis == Kind.HEALTHCARE else {}
    return Evidence(
        source=ConsentEvent.Source.IMPORT,
        actor=started.attested_by,
        act=ACTS[started.basis],
        quality=ConsentEvent.Quality.IMPORTED if proved else ConsentEvent.Quality.WEAK,
        program=program,
        disclosure=wording,
        language=wording.language if wording else "",
        circumstances={
            "how_collected": said.how or attested["how"],
            "collected_by": attested["collected_by"],
            "import": str(started.pk),
            "row": str(row.number),
            **more,
        },
        happened_at=_noon(day, started.organization.time_zone) if day else None,
    )


def _noon(day: date, zone: str) -> datetime:
    """The middle of the day where the organization is, but not later than now."""
    return min(datetime.combine(day, clock(12), ZoneInfo(zone)), timezone.now())


def _end(started: ConsentImport) -> bool:
    started.state, started.ended_at = State.DONE, timezone.now()
    started.save(update_fields=["state", "ended_at"])
    numbers: dict[str, Any] = {f"rows_{outcome}": count for outcome, count in counts(started).items() if count}
    audit.record(event=AuditKind.CONSENT_IMPORT_DONE, actor=started.attested_by, object=started, **numbers)
    return False


def counts(started: ConsentImport) -> dict[str, int]:
    """How many rows have come to each outcome, all outcomes named."""
    rows = ConsentImportRow.objects.filter(consent_import=started).values_list("outcome")
    return dict.fromkeys(Outcome.values, 0) | dict(rows.annotate(Count("id")).order_by())


# --- Taking back ---


def _take_back(started: ConsentImport, batch: int) -> bool:
    held = ConsentImportRow.objects.filter(consent_import=started, outcome__in=[Outcome.IMPORTED, Outcome.WEAK])
    rows = list(held.select_related("event").order_by("number")[: batch * 4])
    if not rows:
        started.state = State.UNDONE
        started.save(update_fields=["state"])
        return False
    consent.retract_all([row.event for row in rows if row.event], actor=started.attested_by)
    for row in rows:
        row.outcome = Outcome.UNDONE
    update_rows(rows, ["outcome"])
    return True


# --- Forgetting ---


def forget_old() -> int:
    """Destroy the uploaded words of imports that ended: a day after what was left out was fetched, else after 30 days.

    What was uploaded and never imported goes after 30 days too. Returns how many imports there were.
    """
    now, forgotten = timezone.now(), 0
    for started in ConsentImport.objects.select_for_update(skip_locked=True).filter(forgotten_at=None):
        ended, fetched = started.ended_at, started.downloaded_at
        over = ended is not None and fetched is not None and now - max(ended, fetched) > timedelta(days=1)
        if not over and now - (ended or started.made_at) <= KEPT:
            continue
        if ended is None:
            started.state, started.ended_at = (
                (State.DONE, now) if started.state in (State.RUNNING, State.PAUSED) else (State.CANCELED, now)
            )
        destroy_keys(IMPORT_KEY, str(started.pk), reason="import over")
        started.forgotten_at = now
        started.save(update_fields=["state", "ended_at", "forgotten_at"])
        forgotten += 1
    return forgotten


def unfinished() -> list[UUID]:
    """The active organization's imports that a worker should be at."""
    at_work = [State.CHECKING, State.RUNNING, State.UNDOING]
    return list(ConsentImport.objects.filter(state__in=at_work).values_list("pk", flat=True))
