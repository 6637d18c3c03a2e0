"""What did this number say? A number is typed and its receipt comes back; a POST, for a number has no place in an
address, and nothing is left on a disk.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.permission_forms import ReceiptForm
from compliance.receipts import gathering
from compliance.receipts.gathering import Reason
from compliance.receipts.shapes import Receipt
from texting import queries
from texting.number_words import why
from texting.phone_numbers import BadNumber, display

FILES = (("pdf", "PDF"), ("json", "JSON"))
_TYPES = {"pdf": "application/pdf", "json": "application/json"}


@requires(Permission.CONSENT_RECEIPT)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_receipt(request: MemberRequest) -> HttpResponse:
    """The search, and the receipt as a page or a file."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "may_find": queries.sees_everybody(request.member)}
    if form.is_valid():
        said = form.cleaned_data
        wanted = said["form"] if said["form"] in _TYPES else "page"
        try:
            receipt = gathering.make(
                member=request.member, number=said["number"], reason=Reason(said["reason"]), form=wanted
            )
        except BadNumber as error:
            form.add_error("number", why(error))
        else:
            if wanted in _TYPES:
                return _file(request, receipt, wanted)
            context |= {
                "receipt": receipt,
                "files": FILES,
                "shown_number": display(receipt.number, request.member.organization.country),
            }
    return render(request, "compliance/receipt.html", context, status=422 if form.errors else 200)


def _file(request: MemberRequest, receipt: Receipt, wanted: str) -> HttpResponse:
    from compliance.receipts import paper  # 18 MB of library, for whoever asks for paper

    body = paper.as_pdf(receipt, request.member.organization) if wanted == "pdf" else paper.as_json(receipt)
    response = HttpResponse(body, content_type=_TYPES[wanted])
    name = f"consent-{receipt.number[-4:]}-{receipt.made_at:%Y-%m-%d}.{wanted}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
