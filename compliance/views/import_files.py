"""What became of each row of an import, as CSV: what was left out, or everything."""

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from compliance.importing.reasons import sentence
from compliance.importing.showing import LEFT_OUT
from compliance.models import ConsentImport, ConsentImportRow
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import KeyDestroyed, prefetch
from tenancy.isolation import activate

_BATCH = 1_000


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@require_safe
def left_out(request: MemberRequest, import_id: UUID) -> StreamingHttpResponse:
    """The rows that were not imported, as they were uploaded, each with the reason: to be mended and sent again."""
    started = _started(import_id)
    ConsentImport.objects.filter(pk=started.pk).update(downloaded_at=timezone.now())
    return _file(request, started, "left-out", LEFT_OUT)


@requires(Permission.CONSENT_IMPORT, Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED)
@require_safe
def outcomes(request: MemberRequest, import_id: UUID) -> StreamingHttpResponse:
    """Every row and what became of it."""
    return _file(request, _started(import_id), "rows", ConsentImportRow.Outcome.values)


def _started(import_id: UUID) -> ConsentImport:
    started = ConsentImport.objects.filter(pk=import_id).first()
    if started is None:
        raise Http404
    return started


def _file(request: MemberRequest, started: ConsentImport, name: str, wanted: Sequence[str]) -> StreamingHttpResponse:
    audit.record(event=AuditKind.CONSENT_IMPORT_EXPORTED, actor=request.member, object=started, what=name)
    headings = [] if started.forgotten_at else json.loads(started.headings)
    columns = (_("Row"), _("Outcome"), _("Reason"), *headings)
    pieces = _pieces(request.member.organization_id, started.pk, wanted)
    return csv_file(f"import-{started.made_at:%Y-%m-%d}-{name}", columns, pieces)


def _pieces(organization: UUID, import_id: UUID, wanted: Sequence[str]) -> Iterator[list[list[object]]]:
    """A batch at a time, each read in a transaction of its own: a slow reader holds none."""
    last = 0
    while True:
        with activate(organization):
            rows = list(
                ConsentImportRow.objects.filter(
                    consent_import_id=import_id, outcome__in=wanted, number__gt=last
                ).order_by("number")[:_BATCH]
            )
            prefetch(rows)
            cells = [_cells(row) for row in rows]
        if not rows:
            return
        last = rows[-1].number
        yield cells


def _cells(row: ConsentImportRow) -> list[object]:
    try:
        cells = json.loads(row.cells)
    except KeyDestroyed:
        cells = []
    return [row.number, ConsentImportRow.Outcome(row.outcome).label, sentence(row.reason), *cells]
