"""Does the log still say what it said? Recomputes the chain and holds it against checkpoints."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from tenancy.audit_chain import COLUMNS, START, link
from tenancy.audit_checkpoints import (
    BadNote,
    Checkpoint,
    append_notes,
    new_checkpoint,
    newest_note,
    read_note,
    trusted_keys,
    write_note,
)
from tenancy.audit_kinds import AuditKind
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.isolation import activate, current_organization_id
from tenancy.models import AuditCheckpoint, AuditEvent, AuditHead, Organization

MOST_FINDINGS = 100
_CHUNK = 2000


class ChainBroken(RuntimeError):
    """The log was altered since its last checkpoint; it is not signed again."""


@dataclass(frozen=True)
class Finding:
    """Something is wrong at the event `sequence`."""

    sequence: int
    problem: str


@dataclass
class Report:
    """What a verification saw. At most MOST_FINDINGS findings are kept; `sound` is False for any."""

    organization_id: UUID
    events: int = 0
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.findings

    def add(self, sequence: int, problem: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(sequence, problem))


def verify_chain(
    organization: Organization | UUID,
    *,
    checkpoints: Iterable[str] = (),
    trusted: Collection[Ed25519PublicKey] | None = None,
) -> Report:
    """Read the whole log once, in order, and compare it with its head, its stored checkpoints and the given notes.

    `checkpoints` are notes from outside the database; `trusted` are the keys that may have signed (default: our own).
    Finds any event that was edited, deleted, inserted, moved, cut off at the end or taken from another organization, as
    far as a checkpoint or a later event covers it. Of an organization that has ended the log may begin with
    the tombstone.
    """
    with activate(organization) as organization_id:
        report = Report(organization_id)
        keys = trusted_keys() if trusted is None else trusted
        stored = AuditCheckpoint.objects.order_by("sequence").values_list("note", flat=True)
        expected = _expected(report, [*stored.iterator(_CHUNK), *checkpoints], keys)
        sequence, head = _walk(report, expected, *_beginning(organization_id, expected))
        recorded = AuditHead.objects.first()
        if (recorded.sequence, bytes(recorded.hash)) != (sequence, head) if recorded else sequence:
            report.add(sequence, "the log does not end where its head says")
        for missing in sorted(number for number in expected if number > sequence):
            report.add(missing, "events were cut off: a checkpoint knows of more")
    return report


def _expected(report: Report, notes: Iterable[str], keys: Collection[Ed25519PublicKey]) -> dict[int, bytes]:
    """The hash at each length that a checkpoint vouches for."""
    expected: dict[int, bytes] = {}
    for note in notes:
        report.checkpoints += 1
        try:
            checkpoint = read_note(note, keys)
        except BadNote as error:
            report.add(0, str(error))
            continue
        if checkpoint.organization_id != report.organization_id:
            report.add(checkpoint.sequence, "a checkpoint of another organization")
        elif expected.setdefault(checkpoint.sequence, checkpoint.hash) != checkpoint.hash:
            report.add(checkpoint.sequence, "two checkpoints contradict each other")
    return expected


def _beginning(organization_id: UUID, expected: dict[int, bytes]) -> tuple[int, bytes]:
    """The number and hash before the first event: what was before its tombstone an organization that ended has lost."""
    first = AuditEvent.objects.order_by("sequence").first()
    if (
        first is None
        or (first.event, first.object_id) != (AuditKind.KEY_DESTROYED, ORGANIZATION_MARK.hex())
        or not Organization.everyone.filter(pk=organization_id, ended_at__isnull=False).exists()
    ):
        return 0, START
    for number in [number for number in expected if number < first.sequence - 1]:
        del expected[number]
    return first.sequence - 1, expected.get(first.sequence - 1, bytes(first.previous_hash))


def _walk(report: Report, expected: dict[int, bytes], sequence: int, previous: bytes) -> tuple[int, bytes]:
    """Compare each event with the one before it; gives the last one's number and hash."""
    for event in _events_after(sequence):
        number, stored_hash = event["sequence"], bytes(event["hash"])
        report.events += 1
        if number != sequence + 1:
            report.add(number, f"expected event {sequence + 1} here: events are missing or out of order")
        if bytes(event["previous_hash"]) != previous:
            report.add(number, "does not follow from the event before it")
        if link(bytes(event["previous_hash"]), event) != stored_hash:
            report.add(number, "was altered after it was written")
        if expected.get(number, stored_hash) != stored_hash:
            report.add(number, "differs from a signed checkpoint: the log was rewritten")
        sequence, previous = number, stored_hash
    return sequence, previous


def _events_after(sequence: int) -> Iterator[dict[str, Any]]:
    events = AuditEvent.objects.filter(sequence__gt=sequence).order_by("sequence")
    rows: Iterator[dict[str, Any]] = events.values(*COLUMNS, "previous_hash", "hash").iterator(_CHUNK)
    return rows


# --- Signing ---


def sign_news() -> AuditCheckpoint | None:
    """Sign the active organization's log if it grew since the last checkpoint. Raises ChainBroken instead of signing a
    log that does not continue the one that was signed last.
    """
    head = AuditHead.objects.first()
    stored = AuditCheckpoint.objects.order_by("-sequence").first()
    last = read_note(stored.note, trusted_keys()) if stored else None
    sequence, previous = (last.sequence, last.hash) if last else (0, START)
    if head is None or head.sequence < sequence:
        if sequence:
            raise ChainBroken(f"the log was cut: {sequence} events were signed")
        return None
    if head.sequence == sequence:
        return None
    for event in _events_after(sequence):
        if event["sequence"] > head.sequence:
            break  # written while we read; the next checkpoint covers it
        follows = event["sequence"] == sequence + 1 and bytes(event["previous_hash"]) == previous
        sequence, previous = event["sequence"], link(previous, event)
        if not follows or previous != bytes(event["hash"]):
            raise ChainBroken(f"event {sequence} does not continue the chain")
    if (sequence, previous) != (head.sequence, bytes(head.hash)):
        raise ChainBroken("the log does not end where its head says")
    return _store(new_checkpoint(current_organization_id(), sequence, previous))


def _store(checkpoint: Checkpoint) -> AuditCheckpoint:
    row = AuditCheckpoint(
        sequence=checkpoint.sequence, hash=checkpoint.hash, at=checkpoint.at, note=write_note(checkpoint)
    )
    AuditCheckpoint.objects.bulk_create([row], ignore_conflicts=True)
    return row


def copy_to_files() -> int:
    """Bring the active organization's file in AUDIT_CHECKPOINT_DIR up to date; the number of notes added."""
    if not settings.AUDIT_CHECKPOINT_DIR:
        return 0
    folder, organization_id = Path(settings.AUDIT_CHECKPOINT_DIR), current_organization_id()
    newest = _sequence_of(newest_note(folder, organization_id))
    notes = AuditCheckpoint.objects.filter(sequence__gt=newest).order_by("sequence").values_list("note", flat=True)
    append_notes(folder, organization_id, list(notes))
    return len(notes)


def _sequence_of(note: str | None) -> int:
    try:
        return read_note(note or "", trusted_keys()).sequence
    except BadNote:
        return 0  # no file yet, or somebody wrote into it: all are written again
