"""What belongs to oneself: name and password, and the list of how one signs in."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import credentials, languages, notices, signing_in
from accounts.factors import enrolled, steps
from accounts.factors.policy import counting, rules_for
from accounts.factors.ways import STRONG
from accounts.forms import ChangePasswordForm, NameForm
from accounts.origins import origin_of
from accounts.permissions import MemberRequest, requires
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: MemberRequest) -> HttpResponse:
    """Name, language, and how one signs in."""
    user = request.user
    initial = {"name": user.name, "language": user.language}
    form = NameForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        credentials.change_name(member=request.member, name=form.cleaned_data["name"])
        if "language" in request.POST:
            languages.choose(user, form.cleaned_data["language"])
        with languages.written_in(languages.language_of_page(request, user)):
            messages.success(request, _("Saved."))
        return redirect("account")
    return form_page(request, "accounts/account.html", form, **_factors(request))


def _factors(request: MemberRequest) -> dict[str, Any]:
    """The person's second factors, what may be added, and what they should think of before they lose one."""
    rules = rules_for(request.member)
    own = enrolled.enrolled(request.user)
    ways = {factor.way for factor in own}
    return {
        "factors": own,
        "addable": [(way, way in ways) for way in steps.to_set_up(request.member, rules)],
        "uncounted": [factor.way.label for factor in own if factor.way not in counting(rules, ways)],
        "is_needed": rules.must,
        "needed_from": rules.from_then,
        "recovery_left": enrolled.recovery_codes_left(request.user),
        "is_weak_only": bool(ways) and not ways & STRONG,
    }


@requires()
@sensitive_post_parameters("password", "new_password", "repeated")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: MemberRequest) -> HttpResponse:
    """The present password is asked for; every other session ends."""
    page = "accounts/change_password.html"
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form)
    origin = origin_of(request)
    try:
        right = signing_in.prove_password(user=request.user, password=form.cleaned_data["password"], origin=origin)
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused)
    if not right:
        form.add_error("password", _("This is not your password."))
        return form_page(request, page, form)
    credentials.change_password(
        store=request.session, member=request.member, password=form.cleaned_data["new_password"], origin=origin
    )
    messages.success(request, _("Your password is changed. Every other browser is signed out."))
    return redirect("account")


@requires()
@require_POST
def choose_mails(request: MemberRequest) -> HttpResponse:
    """Whether notices come by mail; they stand on the pages either way."""
    wants = request.POST.get("wants") == "1"
    notices.choose(member=request.member, wants=wants)
    messages.success(request, _("Notices come by mail.") if wants else _("No more notices come by mail."))
    return redirect("account")
