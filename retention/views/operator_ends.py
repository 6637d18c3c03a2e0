"""Operators > Ends: which organizations end, how far each is and its certificates; ending one, taking that back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operators
from accounts.csv_cells import short_csv_file
from accounts.operators import operators_only
from accounts.origins import origin_of
from accounts.permissions import MemberRequest
from retention.closing import overseeing
from retention.closing.overseeing import COLUMNS, GROUPS, MOST, WINDOW_DAYS
from retention.requests.cannot_do import CannotDo
from tenancy.models import Organization


@operators_only
@require_safe
def operator_ends(request: MemberRequest) -> HttpResponseBase:
    """The list; `state` shows one group of them."""
    group = _group(request)
    operators.note(operators.Act.LOOKED, user=request.user, origin=origin_of(request))
    found = overseeing.ends(group)
    shown = {"ends": found, "group": group, "groups": _tabs(group), "most": MOST, "is_full": len(found) == MOST}
    return render(request, "retention/closing/ends.html", shown)


@operators_only
@require_safe
def operator_ends_csv(request: MemberRequest) -> HttpResponseBase:
    """The same as CSV (RFC 4180, UTF-8); times in UTC."""
    operators.note(operators.Act.LOOKED, user=request.user, origin=origin_of(request))
    return short_csv_file(f"ends-{timezone.localdate()}", COLUMNS, overseeing.cells(overseeing.ends(_group(request))))


@operators_only
@require_http_methods(["GET", "HEAD", "POST"])
def operator_end(request: MemberRequest, organization_id: UUID) -> HttpResponseBase:
    """What ending one means; its name is typed."""
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            overseeing.begin(
                operator=request.user,
                origin=origin_of(request),
                organization_id=organization_id,
                typed=request.POST.get("name", "")[:200],
            )
        except CannotDo as refused:
            error = str(refused)
        else:
            messages.success(request, _("Nothing is sent from now on. Its owners are mailed."))
            return redirect("operator_ends")
    shown = {"one": organization, "error": error, "days": WINDOW_DAYS}
    return render(request, "retention/closing/end_one.html", shown, status=422 if error else 200)


@operators_only
@require_POST
def operator_take_back(request: MemberRequest, organization_id: UUID) -> HttpResponseBase:
    """It goes on as before."""
    if not Organization.objects.filter(pk=organization_id).exists():
        raise Http404
    try:
        overseeing.take_back(operator=request.user, origin=origin_of(request), organization_id=organization_id)
    except CannotDo as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Taken back. Lines that were switched off by it send again."))
    return redirect("operator_ends")


@operators_only
@require_safe
def end_certificate(request: MemberRequest, organization_id: UUID, which: str) -> HttpResponseBase:
    """The signed JSON: `end` of the destroyed keys, `rows` of the deleted rows."""
    if which not in ("end", "rows") or not Organization.everyone.filter(pk=organization_id).exists():
        raise Http404
    found = overseeing.certificate(
        operator=request.user,
        origin=origin_of(request),
        organization_id=organization_id,
        rows=which == "rows",
    )
    if not found:
        raise Http404
    response = HttpResponse(found, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{which}-{organization_id}.json"'
    return response


def _group(request: MemberRequest) -> str:
    wanted = request.GET.get("state", "")
    return wanted if wanted in GROUPS else ""


def _tabs(group: str) -> list[tuple[str, str, bool]]:
    names = {"": _("All"), "waiting": _("Can be taken back"), "running": _("Running"), "done": _("Ended")}
    return [(str(words), f"?state={key}", key == group) for key, words in names.items()]
