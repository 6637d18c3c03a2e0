"""Settings > Measures > Profiles: what each would change, taking one on, leaving it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.factors import changing_policy
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.forms.measure_forms import LeaveForm
from compliance.measures.profiles import taking
from compliance.measures.profiles.holding import held
from compliance.measures.profiles.rules import PROFILES, Profile
from compliance.measures.profiles.taking import NotPossible
from compliance.views.measure_tabs import tabs


@requires(Permission.MEASURES_READ)
@require_safe
def measure_profiles(request: MemberRequest) -> HttpResponse:
    """All of them, which hold, and what was done."""
    holding = held()
    shown = [(one, one in holding, taking.preview(request.member, one)) for one in PROFILES.values()]
    rows = [(row, PROFILES[row.profile].title) for row in taking.history() if row.profile in PROFILES]
    context = {
        "tabs": tabs("measure_profiles"),
        "profiles": [(one, holds, sum(not change.is_met for change in changes)) for one, holds, changes in shown],
        "history": rows,
    }
    return render(request, "compliance/measures/profiles.html", context)


@requires(Permission.MEASURES_READ, Permission.MEASURES_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def measure_profile(request: MemberRequest, profile_key: str) -> HttpResponse:
    """What taking it on changes; a POST takes it on."""
    profile = _found(profile_key)
    if request.method != "POST":
        return _page(request, profile)
    try:
        changes = taking.take(actor=request.member, profile=profile)
    except NotPossible as error:
        return _page(request, profile, problem=str(error))
    text = ngettext(
        "The %(profile)s profile holds. %(number)d setting was changed.",
        "The %(profile)s profile holds. %(number)d settings were changed.",
        len(changes),
    )
    messages.success(request, text % {"profile": profile.title, "number": len(changes)})
    return redirect("measure_profile", profile.key)


@requires(Permission.MEASURES_READ, Permission.MEASURES_MANAGE, Permission.SECURITY_MANAGE)
@fresh
@require_POST
def leave_profile(request: MemberRequest, profile_key: str) -> HttpResponse:
    """Settings stay as they are, and may be weakened again."""
    profile, form = _found(profile_key), LeaveForm(request.POST)
    if form.is_valid():
        try:
            taking.leave(actor=request.member, profile=profile, reason=form.cleaned_data["reason"])
        except NotPossible as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, _("Left. The settings are as they were, and may be changed."))
            return redirect("measure_profiles")
    return _page(request, profile, form=form)


def _found(key: str) -> Profile:
    profile = PROFILES.get(key)
    if profile is None:
        raise Http404
    return profile


def _page(
    request: MemberRequest, profile: Profile, *, form: LeaveForm | None = None, problem: str = ""
) -> HttpResponse:
    member, changes = request.member, taking.preview(request.member, profile)
    asked = None
    if member.may(Permission.SECURITY_MANAGE):
        asked = changing_policy.preview(member, changing_policy.considered(member, required="everybody"))
    context = {
        "tabs": tabs("measure_profiles"),
        "profile": profile,
        "holds": profile in held(),
        "changes": changes,
        "number": sum(not one.is_met for one in changes),
        "asked": asked,
        "problem": problem,
        "form": form or LeaveForm(),
        "may_leave": member.may(Permission.SECURITY_MANAGE),
    }
    status = 422 if problem or (form and form.errors) else 200
    return render(request, "compliance/measures/profile.html", context, status=status)
