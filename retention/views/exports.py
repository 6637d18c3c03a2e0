"""Having the copy of a request made, and fetching a file that is ready."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention.exporting import asking
from retention.models import DataExport, DataExportPart
from retention.requests import reading
from retention.requests.cannot_do import CannotDo
from tenancy.isolation import activate


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@fresh
@require_POST
def copy_subject(request: MemberRequest, subject_id: UUID) -> HttpResponse:
    """A worker makes it; this member alone fetches it."""
    found = reading.access(request.member, subject_id)
    try:
        asking.ask_copy(member=request.member, request=found)
    except CannotDo as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is being made. You get a mail when it is ready, and only you can fetch it."))
    return redirect("subject_request", found.pk)


@requires(Permission.SUBJECT_REQUESTS_MANAGE)
@fresh
@require_GET
def fetch_export(request: MemberRequest, export_id: UUID) -> StreamingHttpResponse:
    """The ZIP, for whoever it was made for, until its period is over."""
    found = asking.fetch(member=request.member, export_id=export_id)
    response = StreamingHttpResponse(pieces(request.member.organization_id, found), content_type="application/zip")
    response["Content-Disposition"] = (
        f'attachment; filename="export-{found.asked_at:%Y-%m-%d}-{str(found.pk)[-6:]}.zip"'
    )
    response["Content-Length"] = str(found.size)
    return response


def pieces(organization: UUID, found: DataExport) -> Iterator[bytes]:
    """The file in its pieces. Each is read when the one before has left."""
    number = 0
    while True:
        with activate(organization):
            part = DataExportPart.objects.filter(export_id=found.pk, number=number).first()
            content = part.content if part else b""
        if not content:
            return
        yield content
        number += 1
