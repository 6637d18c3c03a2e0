"""Settings > Opt-in > Protection: how many questions and confirmations leave at most."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from compliance.opt_in import opt_in_limits
from compliance.opt_in.opt_in_limits import CannotSet, Limited
from compliance.views.opt_in_tabs import tabs

LONGEST_NUMBER = 9  # digits


@requires(Permission.FORMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: MemberRequest) -> HttpResponse:
    """See and set them. 422 with what is wrong."""
    error = ""
    if request.method == "POST":
        try:
            wanted = {each: _number(request.POST.get(each.value, "")) for each in Limited}
            changed = opt_in_limits.change(member=request.member, wanted=wanted)
        except CannotSet as wrong:
            error = str(wrong)
        else:
            messages.success(request, _("Saved.") if changed else _("As before."))
            return redirect("opt_in_limits")
    context = {"rows": opt_in_limits.rows(request.member), "error": error, "tabs": tabs("limits")}
    return render(request, "compliance/opt_in/limits.html", context, status=422 if error else 200)


def _number(text: str) -> int:
    """0, which no limit allows, for what is no number."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else 0
