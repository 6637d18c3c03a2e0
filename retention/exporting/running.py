"""The worker's part of exports: make, tell; and ending some, as the purge does of those whose period is over.

Who dies leaves a lease behind; the next one begins the file anew, and of the same rows it makes the same file (decision
372). Nobody is given a file that is not whole.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from retention.evidence import writing
from retention.evidence.periods import period_of
from retention.exporting import copying, whole
from retention.exporting.zipping import Pieces, write_zip
from retention.models import DataExport, DataExportPart
from retention.models.export import EXPORT_KEY
from retention.requests.parts import Who
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.crash_points import crash_here
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import Organization

log = logging.getLogger("parley.exporting")

State = DataExport.State
_LEASE = timedelta(minutes=2)
"""Renewed with each piece and each `_TELL` rows, so nobody waits long for one whose worker died."""
_TRIES = 5
_TELL = 200
"""Progress is written each so many rows."""


class Over(Exception):
    """It was ended while it was being made, since whoever asked for it has left; or another worker makes it by now."""


def round_of_exports() -> dict[str, int]:
    """One round through all organizations: make what was asked for."""
    counts = {"made": 0, "failed": 0}
    for organization_id in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            counts["made"] += go_on(organization_id)
        except Exception as error:  # one organization's trouble is not the others'
            log.exception("export_failed", extra={"organization": str(organization_id), "error": type(error).__name__})
            counts["failed"] += 1
    return counts


def go_on(organization_id: UUID) -> int:
    """Make what the organization's members asked for. How many."""
    made = 0
    while (export := _take(organization_id)) is not None:
        try:
            _make(organization_id, export)
        except Over:
            continue
        except Exception as error:
            _give_up(organization_id, export, error)
            raise
        made += 1
    return made


def _take(organization_id: UUID) -> DataExport | None:
    with activate(organization_id):
        now = timezone.now()
        ahead = Q(busy_until__gt=now + 2 * _LEASE)  # by a clock that was ahead
        free = Q(busy_until=None) | Q(busy_until__lt=now) | ahead
        rows = DataExport.objects.select_for_update(skip_locked=True, of=("self",)).filter(free, state=State.MAKING)
        export = rows.select_related("organization", "request", "recipient__user").order_by("asked_at").first()
        if export is None:
            return None
        DataExportPart.objects.filter(export=export).delete()
        export.busy_until, export.tries, export.done = now + _LEASE, export.tries + 1, 0
        export.save(update_fields=["busy_until", "tries", "done"])
        return export


def _give_up(organization_id: UUID, export: DataExport, error: Exception) -> None:
    with activate(organization_id):
        state = State.FAILED if export.tries >= _TRIES else State.MAKING
        told = _being_made(export).update(state=state, busy_until=None, failure=type(error).__name__[:60])
        if told and state == State.FAILED:
            end([export])


def _being_made(export: DataExport) -> QuerySet[DataExport]:
    """The export as long as nobody has ended it, or taken it over: each who takes it counts one try more."""
    return DataExport.objects.filter(pk=export.pk, state=State.MAKING, tries=export.tries)


def _make(organization_id: UUID, export: DataExport) -> None:
    def give(number: int, content: bytes) -> None:
        with activate(organization_id):
            if not _being_made(export).update(busy_until=timezone.now() + _LEASE):
                raise Over
            DataExportPart.objects.create(export=export, number=number, content=content)
        crash_here("before_export_ready")

    read = _Read(organization_id, export)
    pieces = Pieces(give)
    write_zip(pieces, _files(organization_id, export, read), at=export.asked_at)
    digest = pieces.finish()
    with activate(organization_id):
        done = _being_made(export).update(
            state=State.READY,
            busy_until=None,
            failure="",
            size=pieces.size,
            digest=digest,
            done=read.rows,
            total=read.rows,
            ready_at=timezone.now(),
        )
        if not done:
            raise Over
        audit.record(
            event=AuditKind.EXPORT_MADE,
            object=export,
            request=export.request_id or "",
            rows=read.rows,
            size=pieces.size,
            sha256=digest,
        )
        notices.tell_member(export.recipient, MailKind.EXPORT_READY, route=_page(export))


def _page(export: DataExport) -> str:
    """Where it is fetched."""
    if export.kind == DataExport.Kind.EVIDENCE:
        return "evidence"
    return "subject_requests" if export.request_id else "closing"


def _files(organization_id: UUID, export: DataExport, read: "_Read") -> Iterator[tuple[str, Iterator[bytes]]]:
    if export.kind == DataExport.Kind.EVIDENCE:
        with activate(organization_id):
            period = period_of(export)
            read.expect(writing.total(period))
        yield from writing.files(organization_id, export, period, read)
        return
    request = export.request
    if request is None:
        with activate(organization_id):
            read.expect(whole.total(organization_id))
        yield from whole.files(organization_id, read)
        return
    with activate(organization_id):
        who = Who.of(request.number_index)
        read.expect(copying.total(who))
    yield from copying.files(organization_id, export, who, read)


class _Read:
    """Counts rows that were read, and says so now and then, with which the lease is renewed."""

    def __init__(self, organization_id: UUID, export: DataExport) -> None:
        self._organization, self._export, self._told = organization_id, export, 0
        self.rows = 0

    def expect(self, total: int) -> None:
        """In the active transaction."""
        if not _being_made(self._export).update(total=total):
            raise Over

    def __call__(self, rows: int) -> None:
        self.rows += rows
        if self.rows - self._told >= _TELL:
            self._told = self.rows
            with activate(self._organization):
                until = timezone.now() + _LEASE
                if not _being_made(self._export).update(done=self.rows, busy_until=until):
                    raise Over


# --- The end ---


def end(exports: Sequence[DataExport], *, reason: str = "export is over") -> list[bytes]:
    """Destroy their keys, delete their pieces; belongs to the running transaction. The ids of the keys."""
    if not exports:
        return []
    ids = [export.pk for export in exports]
    keys = destroy_keys(EXPORT_KEY, *map(str, ids), reason=reason)
    DataExportPart.objects.filter(export_id__in=ids).delete()
    DataExport.objects.filter(pk__in=ids).exclude(state=State.FAILED).update(state=State.ENDED, busy_until=None)
    return keys
