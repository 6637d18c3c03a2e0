"""Does the consent ledger still say what it said? Holds every entry against what the audit chain says of it.

That the chain itself is sound is the question of `tenancy.audit_verification`, to be asked first.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet

from compliance.ledger.anchoring import COLUMNS, digest_of, digest_of_stop, row_of
from compliance.models import ConsentEvent, Disclosure, Suppression
from tenancy.audit import AuditKind
from tenancy.encryption import prefetch, readable
from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization

MOST_FINDINGS = 100
_CHUNK = 1000


@dataclass(frozen=True)
class Difference:
    """What is wrong with one entry, and where the chain speaks of it (None: nowhere)."""

    entry: str
    sequence: int | None
    problem: str


@dataclass
class LedgerReport:
    """What a verification saw. At most MOST_FINDINGS differences are kept; `sound` is False for any.

    `stops`: suppressions that hold. `unproved`: entries of which only the place in the chain is known, because the key
    of the day's details is gone.
    """

    entries: int = 0
    stops: int = 0
    unproved: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.differences

    def add(self, entry: object, sequence: int | None, problem: str) -> None:
        if len(self.differences) < MOST_FINDINGS:
            self.differences.append(Difference(str(entry), sequence, problem))


def verify_ledger(organization: Organization | UUID) -> LedgerReport:
    """Compare every entry and suppression with the chain, and every wording with its own digest.

    Finds one that was changed, removed or slipped in. Reads in chunks; what it keeps in memory is 16 bytes of
    each entry (some 80 MB for a million).
    """
    report, anchored = LedgerReport(), set[bytes]()
    with activate(organization):
        for events in _chunks(AuditEvent.objects.filter(event=AuditKind.CONSENT_ENTERED).order_by("sequence")):
            report.entries += len(events)
            _check_entries(events, report)
            anchored.update(row_of(event.object_id).bytes for event in events)
        for pk in ConsentEvent.objects.order_by("id").values_list("pk", flat=True).iterator(_CHUNK):
            if pk.bytes not in anchored:
                report.entries += 1
                report.add(pk, None, "stands in the ledger, but the chain knows nothing of it")
        _check_stops(report)
        for wording in Disclosure.objects.order_by("id").iterator(_CHUNK):
            if sha256(wording.text.encode()).digest() != bytes(wording.digest):
                report.add(wording.pk, None, "a wording that people agreed to was altered")
    return report


def _check_entries(events: list[AuditEvent], report: LedgerReport) -> None:
    """Hold the entries that these events of the chain speak of against them."""
    prefetch(events)
    rows = ConsentEvent.objects.filter(pk__in=[row_of(event.object_id) for event in events])
    found = {values["id"]: digest_of(values).hex() for values in rows.values(*COLUMNS)}
    _compare(events, found, report, "was removed from the ledger")


def _check_stops(report: LedgerReport) -> None:
    """What the chain says is still kept from being texted, against what is."""
    held: dict[UUID, int] = {}
    kinds = [AuditKind.CONSENT_SUPPRESSED, AuditKind.CONSENT_LIFTED]
    for kind, object_id, sequence in (
        AuditEvent.objects.filter(event__in=kinds)
        .order_by("sequence")
        .values_list("event", "object_id", "sequence")
        .iterator(_CHUNK)
    ):
        if kind == AuditKind.CONSENT_SUPPRESSED:
            held[row_of(object_id)] = sequence
        else:
            held.pop(row_of(object_id), None)
    report.stops = len(held)
    for some in _batched(sorted(held.values()), _CHUNK):
        events = list(AuditEvent.objects.filter(sequence__in=some).order_by("sequence"))
        prefetch(events)
        rows = Suppression.objects.filter(pk__in=[row_of(event.object_id) for event in events])
        _compare(
            events, {row.pk: digest_of_stop(row).hex() for row in rows}, report, "an opt-out that holds was removed"
        )
    for pk in Suppression.objects.order_by("id").values_list("pk", flat=True).iterator(_CHUNK):
        if pk not in held:
            report.add(pk, None, "keeps a number from being texted, but the chain knows nothing of it")


def _compare(events: Iterable[AuditEvent], found: Mapping[UUID, str], report: LedgerReport, removed: str) -> None:
    for event in events:
        details, row = readable(event, "details"), row_of(event.object_id)
        if row not in found:
            report.add(row, event.sequence, removed)
        elif details is None:
            report.unproved += 1
        elif json.loads(details)["digest"] != found[row]:
            report.add(row, event.sequence, "was altered after it was written")


def _batched(values: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """In pieces; the last may be shorter."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _chunks(rows: QuerySet[AuditEvent]) -> Iterator[list[AuditEvent]]:
    chunk: list[AuditEvent] = []
    for row in rows.iterator(_CHUNK):
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
