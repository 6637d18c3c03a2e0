"""Settings > Forms: a form's address as a code for phones' cameras, and the colour of its preview."""

import io
from uuid import UUID

import segno
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.permissions import MemberRequest, Permission, requires
from compliance.opt_in_forms import editing, reading
from compliance.opt_in_forms.colours import is_colour

_KINDS = {"svg": "image/svg+xml", "png": "image/png"}
_MODULE = {"svg": 8, "png": 24}  # pixels of one square; a print of 10 cm has 600 dots to the inch then
_BORDER = 4  # squares of white around it, which ISO/IEC 18004 asks for


@requires(Permission.FORMS_MANAGE)
@require_safe
def form_code(request: MemberRequest, form_id: UUID) -> HttpResponse:
    """The QR code of the form's address: `?as=svg` or `png`, with `&save` to download. Black on white in dark mode too:
    cameras expect it.
    """
    form, kind = editing.access_form(request.member, form_id), request.GET.get("as", "svg")
    if form is None or kind not in _KINDS or reading.newest_number(form) is None:
        raise Http404
    drawn = io.BytesIO()
    code = segno.make(reading.public_address(form), error="m", micro=False)
    code.save(drawn, kind=kind, scale=_MODULE[kind], border=_BORDER, dark="#000", light="#fff")
    response = HttpResponse(drawn.getvalue(), content_type=_KINDS[kind])
    if "save" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="form-{form.pk.hex[:8]}.{kind}"'
    return response


@requires(Permission.FORMS_MANAGE)
@require_safe
def form_preview_colour(request: MemberRequest) -> HttpResponse:
    """A colour that is being tried (`?is=1a2b3c`), as a style sheet for the preview: the page allows no style in it.

    Empty for what is no colour.
    """
    colour = "#" + request.GET.get("is", "")
    sheet = f".form-previews {{ --form-colour: {colour}; --form-letters: #fff; }}\n" if is_colour(colour) else ""
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")
