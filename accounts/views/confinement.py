"""Keeps what guards a person's other organizations out of reach of a session that began by single sign-on."""

from functools import wraps
from typing import ParamSpec

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import MemberRequest, MemberView
from accounts.saml.confinement import may_change_factors

P = ParamSpec("P")


def changes_factors(view: MemberView[P]) -> MemberView[P]:
    """Stands between `@requires(...)` and a view that changes a second factor."""

    @wraps(view)
    def checked(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may_change_factors(request.session, request.user):
            text = _("You also work for another organization. Sign in with your password to change this.")
            messages.error(request, text)
            return redirect("account")
        return view(request, *args, **kwargs)

    return checked
