"""Dangerous actions ask again who is there, when the last proof is more than ten minutes old."""

from functools import wraps
from typing import ParamSpec

from django.http.response import HttpResponseBase

from accounts.entrance import to_confirmation
from accounts.permissions import MemberRequest, MemberView

P = ParamSpec("P")


def fresh(view: MemberView[P]) -> MemberView[P]:
    """Stands between `@requires(...)` and the view; a stale session is sent to confirm and comes back."""

    @wraps(view)
    def checked(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.session.is_fresh:
            return to_confirmation(request)
        return view(request, *args, **kwargs)

    return checked
