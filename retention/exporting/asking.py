"""Asking for the copy of a request, and fetching it."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.exporting import tasks
from retention.exporting.ends import is_over
from retention.models import DataExport, DataExportPart, SubjectRequest
from retention.requests.cannot_do import CannotDo
from retention.requests.opening import locked
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from texting import queries

State = DataExport.State
WITH_COPY = (SubjectRequest.Kind.ACCESS, SubjectRequest.Kind.BOTH)


def ask_copy(*, member: Membership, request: SubjectRequest) -> DataExport:
    """Have the copy of a request made, for this member. Raises CannotDo, MissingPermission."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    live = locked(request)
    if live.kind not in WITH_COPY:
        raise CannotDo(_("This request asks to erase only."))
    if not live.proof:
        raise CannotDo(_("First say how they proved that the number is theirs."))
    if not queries.sees_everybody(member):
        raise CannotDo(_("You see numbers hidden, so a copy is for somebody who sees them."))
    if DataExport.objects.filter(request=live, state=State.MAKING).exists():
        raise CannotDo(_("It is being made already."))
    export = DataExport.objects.create(request=live, recipient=member, asked_at=timezone.now())
    audit.record(event=AuditKind.EXPORT_ASKED, actor=member, object=export, request=live.pk)
    tasks.ring(member.organization_id)
    return export


def ask_everything(*, member: Membership) -> DataExport:
    """Have everything of the organization made into a file, for this owner. Raises CannotDo, MissingPermission."""
    require(member, Permission.ORGANIZATION_END)
    if DataExport.objects.filter(request=None, kind=DataExport.Kind.COPY, state=State.MAKING).exists():
        raise CannotDo(_("It is being made already."))
    export = DataExport.objects.create(recipient=member, asked_at=timezone.now())
    audit.record(event=AuditKind.EXPORT_ASKED, actor=member, object=export, request="")
    tasks.ring(member.organization_id)
    return export


def fetch(*, member: Membership, export_id: UUID) -> DataExport:
    """The export for its recipient, as long as it is there; that it was fetched is recorded. Raises Http404."""
    found = DataExport.objects.select_for_update(of=("self",)).filter(pk=export_id, recipient=member).first()
    now = timezone.now()
    if found is None or found.state != State.READY or is_over(found, now):
        raise Http404
    require(member, _right(found))
    if found.request_id is not None and not queries.sees_everybody(member):  # its names and numbers stand in clear
        raise Http404
    first = DataExportPart.objects.filter(export=found, number=0).first()
    if first is None or not readable(first, "content"):  # its key is gone: a restore may bring back the row alone
        raise Http404
    found.fetched_at = now
    found.save(update_fields=["fetched_at"])
    audit.record(
        event=AuditKind.EXPORT_FETCHED, actor=member, object=found, request=found.request_id or "", size=found.size
    )
    return found


def _right(found: DataExport) -> Permission:
    """What it takes to fetch it."""
    if found.kind == DataExport.Kind.EVIDENCE:
        return Permission.EVIDENCE_MAKE
    return Permission.ORGANIZATION_END if found.request_id is None else Permission.SUBJECT_REQUESTS_MANAGE
