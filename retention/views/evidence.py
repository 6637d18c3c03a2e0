"""Settings > Records > Evidence: have a pack made, see how far it is, fetch it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.reports.periods import newest
from compliance.views.period_asked import today
from retention.evidence import asking
from retention.evidence.criteria import FRAMEWORKS
from retention.exporting.asking import fetch
from retention.models import DataExport
from retention.requests.cannot_do import CannotDo
from retention.views.exports import pieces

_DAY = forms.DateInput(attrs={"type": "date"})
USUAL_DAYS = 365


class PackForm(forms.Form):
    """The days of a pack."""

    since = forms.DateField(label=gettext_lazy("From"), widget=_DAY)
    until = forms.DateField(label=gettext_lazy("To"), widget=_DAY)


@requires(Permission.EVIDENCE_MAKE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: MemberRequest) -> HttpResponse:
    """The packs that there are; a new one by its days."""
    member = request.member
    usual = newest(USUAL_DAYS, today=today(), zone=member.organization.time_zone)
    posted = request.POST if request.method == "POST" else None
    form = PackForm(posted, initial={"since": usual.first, "until": usual.last})
    if form.is_valid():
        try:
            asking.ask_pack(member=member, **form.cleaned_data)
        except CannotDo as why:
            form.add_error(None, str(why))
        else:
            messages.success(
                request, _("It is being made. You get a mail when it is ready, and only you can fetch it.")
            )
            return redirect("evidence")
    context: dict[str, Any] = {
        "form": form,
        "frameworks": FRAMEWORKS,
        **_packs(request),
    }
    return render(request, "retention/evidence.html", context, status=422 if form.errors else 200)


@requires(Permission.EVIDENCE_MAKE)
@require_safe
def evidence_packs(request: MemberRequest) -> HttpResponse:
    """The list alone, which the page asks for while one is being made. It needs no fresh proof, so that a page that is
    left open goes nowhere by itself.
    """
    return render(request, "retention/_packs.html", _packs(request))


@requires(Permission.EVIDENCE_MAKE)
@fresh
@require_GET
def fetch_evidence(request: MemberRequest, pack_id: UUID) -> StreamingHttpResponse:
    """The ZIP, for whoever it was made for, until its days are over."""
    if not DataExport.objects.filter(pk=pack_id, kind=DataExport.Kind.EVIDENCE).exists():
        raise Http404
    found = fetch(member=request.member, export_id=pack_id)
    response = StreamingHttpResponse(pieces(request.member.organization_id, found), content_type="application/zip")
    slug = request.member.organization.slug
    response["Content-Disposition"] = f'attachment; filename="evidence-{slug}-{found.since}-{found.until}.zip"'
    response["Content-Length"] = str(found.size)
    return response


def _packs(request: MemberRequest) -> dict[str, Any]:
    found = asking.packs()
    making = DataExport.State.MAKING
    return {"packs": found, "me": request.member.pk, "at_work": any(one.state == making for one in found)}
