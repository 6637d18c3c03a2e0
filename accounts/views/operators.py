"""The operators' page: which organizations there are, and a new one."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import operators
from accounts.mail.health import mail_health
from accounts.models import OperatorEvent
from accounts.operators import operators_only
from accounts.organization_forms import OrganizationForm
from accounts.origins import origin_of
from accounts.permissions import MemberRequest
from accounts.views.answers import form_page
from tenancy.models import Organization

EVENTS_SHOWN = 50


@operators_only
@require_http_methods(["GET", "HEAD", "POST"])
def operators_page(request: MemberRequest) -> HttpResponseBase:
    """Names of organizations and what operators did; nothing of what is inside an organization."""
    form = OrganizationForm(request.POST if request.method == "POST" else None)
    origin = origin_of(request)
    if request.method == "POST" and form.is_valid():
        operators.create_organization(operator=request.user, origin=origin, **form.cleaned_data)
        messages.success(request, _("The organization is made. Its first owner gets a mail."))
        return redirect("operators")
    if request.method == "GET":
        operators.note(operators.Act.LOOKED, user=request.user, origin=origin)
    shown = {
        "mail": mail_health(),
        "organizations": Organization.objects.order_by("name"),
        "events": OperatorEvent.objects.select_related("user", "organization")[:EVENTS_SHOWN],
    }
    return form_page(request, "accounts/operators/page.html", form, **shown)
