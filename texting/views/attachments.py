"""Handing out pictures and files so that a browser can never run them."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, public, requires
from accounts.sessions import SessionStore
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import EncryptionError
from texting import queries
from texting.attachments import links, storing
from texting.attachments.kinds import SHOWN_INLINE
from texting.models import Attachment

# Even a page that found its way through would have an origin of its own and could load nothing.
INERT = "sandbox; default-src 'none'"

# What this session opened, its latest: those pictures stay in sight until it ends.
OPENED, REMEMBERED = "opened_pictures", 200


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def attachment(request: MemberRequest, attachment_id: UUID) -> HttpResponse:
    """The whole file; opening it is written down. Our own drawings are shown, everything else is saved."""
    found = queries.access_attachment(request.member, attachment_id)
    try:
        content = storing.read(found)
    except EncryptionError:
        raise Http404 from None
    _write_down(request, found)
    saved = found.content_type not in SHOWN_INLINE or "save" in request.GET
    return inert(content, found.content_type, name=queries.download_name(found), saved=saved)


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def show(request: MemberRequest, attachment_id: UUID) -> HttpResponse:
    """Put a customer's picture into the thread in which it stood closed; that is opening it, and written down."""
    found = queries.access_attachment(request.member, attachment_id)
    if not found.has_thumbnail:
        raise Http404
    _write_down(request, found)
    context = {"file": queries.shown_file(request.member, found), "by_click": True}
    return render(request, "texting/_picture.html", context)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def thumbnail(request: MemberRequest, attachment_id: UUID) -> HttpResponse:
    """The small picture that stands in the thread: of a customer's, which may show a card, only once it was opened."""
    found = queries.access_attachment(request.member, attachment_id)
    closed = queries.is_from_customer(found) and str(found.pk) not in request.session.get(OPENED, ())
    if closed or not found.has_thumbnail:
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


def _write_down(request: MemberRequest, opened: Attachment) -> None:
    audit.record(event=AuditKind.ATTACHMENT_OPENED, actor=request.member, object=opened)
    SessionStore.of(request).add_to(OPENED, str(opened.pk), at_most=REMEMBERED)


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
