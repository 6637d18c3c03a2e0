"""Limits of sessions, and the networks that the organization is used from."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import access_rules
from accounts.access_rules_forms import LimitsForm, NetworksForm
from accounts.models import AccessRules, SessionProfile
from accounts.origins import client_address
from accounts.permissions import MemberRequest, Permission, requires
from accounts.setting_floors import TooWeak
from accounts.step_up import fresh
from accounts.views.answers import form_page


@requires(Permission.SECURITY_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def session_limits(request: MemberRequest) -> HttpResponse:
    """How long sessions last."""
    form = LimitsForm.of(_rules(request), request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "accounts/session_limits.html", form, **_frame("session_limits"))
    profile = SessionProfile(form.cleaned_data["profile"])
    try:
        ended = access_rules.set_limits(actor=request.member, profile=profile, **form.limits)
    except TooWeak as weak:
        form.add_error(None, weak.reasons)
        return form_page(request, "accounts/session_limits.html", form, **_frame("session_limits"))
    text = ngettext("Saved. %(count)d session is over.", "Saved. %(count)d sessions are over.", ended)
    messages.success(request, text % {"count": ended} if ended else _("Saved. It counts at everybody's next click."))
    return redirect("session_limits")


@requires(Permission.SECURITY_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def networks(request: MemberRequest) -> HttpResponse:
    """From where pages and keys may be used; refuses a list that would lock out whoever saves it, and asks again before
    it cuts off programs.
    """
    address = client_address(request)
    form = NetworksForm.of(_rules(request), request.POST if request.method == "POST" else None)
    cuts_off: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            access_rules.set_networks(actor=request.member, address=address, **form.cleaned_data)
        except access_rules.WouldLockOut:
            text = _("This would lock you out: you are at %(address)s. Add your own network first.")
            form.add_error("networks", text % {"address": address or _("an unknown address")})
        except access_rules.WouldCutOff as would:
            cuts_off = list(would.names)
            text = _(
                "This would cut off programs that work from elsewhere: %(names)s. Add their networks, or say below."
            )
            form.add_error("guards_keys", text % {"names": ", ".join(cuts_off)})
        except access_rules.NothingListed:
            form.add_error("networks", _("An empty list would let nobody in. Add a network, or guard nothing."))
        else:
            messages.success(request, _("Saved. It counts at everybody's next click."))
            return redirect("networks")
    return form_page(request, "accounts/networks.html", form, address=address, cuts_off=cuts_off, **_frame("networks"))


def _rules(request: MemberRequest) -> AccessRules:
    return AccessRules.of(request.member.organization)


def _frame(active: str) -> dict[str, object]:
    tabs = ((_("Session limits"), "session_limits"), (_("Networks"), "networks"))
    return {"rule_tabs": [(label, reverse(route), route == active) for label, route in tabs]}
