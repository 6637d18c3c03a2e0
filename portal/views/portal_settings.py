"""Settings of private pages."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from accounts.setting_floors import TooWeak
from portal.secure import settings
from portal.secure.forms import PortalForm
from portal.secure.settings import Decided


@requires(Permission.PORTAL_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def portal_settings(request: MemberRequest) -> HttpResponse:
    """How long private messages last, how often they open, and whether texts lead to a portal of one's own."""
    now = settings.portal_settings()
    initial = {name: getattr(now, name) for name in PortalForm.base_fields}
    form = PortalForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            settings.change(actor=request.member, decided=Decided(**form.cleaned_data))
        except TooWeak as weak:
            for reason in weak.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("Saved. It counts for messages that are sent from now on."))
            return redirect("portal_settings")
    return render(request, "portal/settings.html", {"form": form}, status=422 if form.is_bound else 200)
