"""Handing out pictures and files so that a browser can never run them."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.permissions import MemberRequest, Permission, public, requires
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import EncryptionError
from texting import queries
from texting.attachments import links, storing
from texting.attachments.kinds import SHOWN_INLINE

# Even a page that found its way through would have an origin of its own and could load nothing.
INERT = "sandbox; default-src 'none'"


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def attachment(request: MemberRequest, attachment_id: UUID) -> HttpResponse:
    """The whole file; opening it is written down. Our own drawings are shown, everything else is saved."""
    found = queries.access_attachment(request.member, attachment_id)
    try:
        content = storing.read(found)
    except EncryptionError:
        raise Http404 from None
    audit.record(event=AuditKind.ATTACHMENT_OPENED, actor=request.member, object=found)
    saved = found.content_type not in SHOWN_INLINE or "save" in request.GET
    return inert(content, found.content_type, name=queries.download_name(found), saved=saved)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def thumbnail(request: MemberRequest, attachment_id: UUID) -> HttpResponse:
    """The small picture that stands in the thread, whose reading is written down when the thread is opened."""
    found = queries.access_attachment(request.member, attachment_id)
    if not found.has_thumbnail:
        raise Http404
    try:
        content = storing.read_thumbnail(found)
    except EncryptionError:
        raise Http404 from None
    return inert(content, "image/png" if content.startswith(b"\x89PNG") else "image/jpeg", name="")


@public
@require_safe
def media(request: HttpRequest, token: str) -> HttpResponse:
    """A file of one of our texts for the provider that hands it over; 404 as soon as that is done."""
    file = links.file_at(token)
    if file is None:
        raise Http404
    return inert(file.content, file.content_type, name="")


def inert(content: bytes, content_type: str, *, name: str, saved: bool = False) -> HttpResponse:
    """An answer that a browser shows or saves and can never run."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Length"] = str(len(content))
    response["Content-Disposition"] = content_disposition_header(saved, name) or "inline"
    response["Content-Security-Policy"] = INERT
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store, private"
    return response
