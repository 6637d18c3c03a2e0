"""One's own second factors: list, add, rename, remove; recovery codes; browsers that are not asked."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.entrance import safe_next
from accounts.factors import changing, enrolled, remembering, steps
from accounts.factors.policy import rules_for
from accounts.factors.ways import Way
from accounts.forms import FactorNameForm
from accounts.origins import origin_of
from accounts.permissions import MemberRequest, requires
from accounts.step_up import fresh
from accounts.views.adding import SetUp, set_up
from accounts.views.answers import form_page
from accounts.views.confinement import changes_factors
from accounts.views.entering import after_set_up


@requires()
@changes_factors
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: MemberRequest, way: str) -> HttpResponseBase:
    """Set up one more way, or take a new app or phone in place of the old one."""
    allowed = steps.to_set_up(request.member, rules_for(request.member))
    if way not in allowed:
        raise Http404
    wanted = SetUp(request.member, (Way(way),), "accounts/add_factor.html", {})
    answer = set_up(request, wanted)
    if isinstance(answer, HttpResponseBase):
        return answer
    changing.added(store=request.session, member=request.member, way=answer, origin=origin_of(request))
    messages.success(request, _("It is set up and counts from now on. Every other browser is signed out."))
    return after_set_up(request, request.member, "account")


@requires()
@changes_factors
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: MemberRequest, factor_id: UUID) -> HttpResponse:
    """Call one of one's own otherwise."""
    factor = enrolled.find(request.user, factor_id)
    form = FactorNameForm(request.POST if request.method == "POST" else None, initial={"name": factor.name})
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "accounts/rename_factor.html", form, factor=factor)
    changing.rename(member=request.member, factor_id=factor_id, name=form.cleaned_data["name"])
    messages.success(request, _("Saved."))
    return redirect("account")


@requires()
@changes_factors
@fresh
@require_POST
def remove(request: MemberRequest, factor_id: UUID) -> HttpResponseBase:
    """Take one of one's own away, unless nothing would be left that the organization accepts."""
    try:
        changing.remove(store=request.session, member=request.member, factor_id=factor_id, origin=origin_of(request))
    except changing.StillNeeded:
        messages.error(request, _("You need a second factor. Set up another one first, then remove this one."))
    else:
        messages.success(request, _("It is removed. Every other browser is signed out."))
    return redirect("account")


@requires()
@changes_factors
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: MemberRequest) -> HttpResponseBase:
    """Ten codes, in this answer and never again."""
    if not enrolled.enrolled_ways(request.user):
        return redirect("account")
    next_path = safe_next(request, request.GET.get("next")) or "/"
    shown = {"left": enrolled.recovery_codes_left(request.user), "next": next_path}
    if request.method != "POST":
        return render(request, "accounts/recovery_codes.html", shown)
    codes = changing.new_recovery_codes(member=request.member)
    return render(request, "accounts/recovery_codes.html", {**shown, "codes": codes})


@requires()
@require_POST
def forget_device(request: MemberRequest, device_id: UUID) -> HttpResponse:
    """Ask that browser again from now on."""
    if not remembering.forget(member=request.member, device_id=device_id):
        raise Http404
    messages.success(request, _("That browser is asked for your second factor again."))
    return redirect("sessions")
