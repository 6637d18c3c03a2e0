"""What the organization asks of its people when they sign in."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.factors import changing_policy
from accounts.factors.policy import policy_of
from accounts.permissions import MemberRequest, Permission, requires
from accounts.policy_forms import SignInPolicyForm
from accounts.setting_floors import TooWeak
from accounts.step_up import fresh
from accounts.views.answers import form_page

PAGE = "accounts/second_factor_policy.html"


@requires(Permission.SECURITY_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def second_factors(request: MemberRequest) -> HttpResponse:
    """The policy. A POST shows first whom it hits; with `act=save` it holds from everybody's next click on."""
    now = policy_of(request.member.organization)
    initial: dict[str, Any] = {name: getattr(now, name) for name in changing_policy.FIELDS}
    form = SignInPolicyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method != "POST" or not form.is_valid():
        present = changing_policy.preview(request.member, now) if request.method != "POST" else None
        return form_page(request, PAGE, form, present=present)
    policy = changing_policy.considered(request.member, **form.cleaned_data)
    try:
        changing_policy.hold_against_floors(request.member, policy)
    except TooWeak as weak:
        form.add_error(None, weak.reasons)
        return form_page(request, PAGE, form)
    if request.POST.get("act") != "save":
        return form_page(request, PAGE, form, preview=changing_policy.preview(request.member, policy))
    changing_policy.change(actor=request.member, policy=policy)
    messages.success(request, _("Saved. It holds from everybody's next click on."))
    return redirect("second_factor_policy")
