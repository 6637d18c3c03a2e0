"""Does the consent ledger still say what it said? Holds every entry against what the audit chain says of it.

That the chain itself is sound is the question of `tenancy.audit_verification`, to be asked first.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet

from compliance.ledger.anchoring import COLUMNS, digest_of
from compliance.models import ConsentEvent, Disclosure
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

    `unproved`: entries of which only the place in the chain is known, because the key of the day's details is gone.
    """

    entries: int = 0
    unproved: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.differences

    def add(self, entry: object, sequence: int | None, problem: str) -> None:
        if len(self.differences) < MOST_FINDINGS:
            self.differences.append(Difference(str(entry), sequence, problem))


def verify_ledger(organization: Organization | UUID) -> LedgerReport:
    """Compare every entry with the chain, and every wording with its own digest.

    Finds an entry that was changed, removed or slipped in. Reads in chunks; what it keeps in memory is 16 bytes of
    each entry (some 80 MB for a million).
    """
    report, anchored = LedgerReport(), set[bytes]()
    with activate(organization):
        for events in _chunks(AuditEvent.objects.filter(event=AuditKind.CONSENT_ENTERED).order_by("sequence")):
            report.entries += len(events)
            check(events, report)
            anchored.update(UUID(event.object_id).bytes for event in events)
        for pk in ConsentEvent.objects.order_by("id").values_list("pk", flat=True).iterator(_CHUNK):
            if pk.bytes not in anchored:
                report.entries += 1
                report.add(pk, None, "stands in the ledger, but the chain knows nothing of it")
        for wording in Disclosure.objects.order_by("id").iterator(_CHUNK):
            if sha256(wording.text.encode()).digest() != bytes(wording.digest):
                report.add(wording.pk, None, "a wording that people agreed to was altered")
    return report


def check(events: list[AuditEvent], report: LedgerReport) -> dict[str, int]:
    """Hold the entries that these events of the chain speak of against them. Returns the place of each that fits."""
    prefetch(events)
    rows = ConsentEvent.objects.filter(pk__in=[event.object_id for event in events])
    found = {str(values["id"]): digest_of(values).hex() for values in rows.values(*COLUMNS)}
    fits = {}
    for event in events:
        details = readable(event, "details")
        if event.object_id not in found:
            report.add(event.object_id, event.sequence, "was removed from the ledger")
        elif details is None:
            report.unproved += 1
        elif json.loads(details)["digest"] != found[event.object_id]:
            report.add(event.object_id, event.sequence, "was altered after it was written")
        else:
            fits[event.object_id] = event.sequence
    return fits


def _chunks(rows: QuerySet[AuditEvent]) -> Iterator[list[AuditEvent]]:
    chunk: list[AuditEvent] = []
    for row in rows.iterator(_CHUNK):
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
