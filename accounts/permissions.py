"""How a view says which permission it needs. The permissions themselves are data: `accounts.permission_catalogue`.

Each view says `@requires(...)` or `@public`. One that says neither is refused when it is called
(`accounts.middleware.ActingMember`) and found earlier by the system check in `accounts.checks` and by
tests/architecture/test_permissions.py.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.permission_catalogue import Permission

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import Membership, User
    from accounts.sessions import SessionStore

__all__ = [
    "MemberRequest",
    "MemberView",
    "MissingPermission",
    "Permission",
    "View",
    "public",
    "require",
    "require_one",
    "requires",
]

P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """The request that a view behind `@requires` gets: somebody is signed in and their organization is active."""

    member: "Membership"
    user: "User"
    session: "SessionStore"
    htmx: "HtmxDetails"


class MissingPermission(PermissionDenied):
    """A member lacks a permission. The 403 page says which one and who can give it; the refusal is audited."""

    def __init__(self, *missing: Permission) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(
    *permissions: Permission, any_of: tuple[Permission, ...] = (), calls_out: bool = False
) -> Callable[[MemberView[P]], View[P]]:
    """Let only members in who hold all of `permissions`, and one of `any_of` where it names some; with neither, every
    signed-in member.

    Signed out: to the sign-in page and back. A second factor still missing: to its page. A permission missing:
    MissingPermission, which becomes a 403 page. The view carries what it needs as `.permission` and `.any_of`.

    A view that `calls_out` asks somebody outside the machine before it answers, so it is called with no transaction
    open; it opens `activate(request.member.organization)` itself for what comes before and after the call.
    """

    def decorate(view: MemberView[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            from accounts.entrance import to_second_factor, to_sign_in
            from accounts.factors.policy import lacks_second_factor
            from tenancy.isolation import activate

            if getattr(request, "member", None) is None:
                return to_sign_in(request)
            acting = cast(MemberRequest, request)
            with activate(acting.member.organization):  # a no-op when the whole request is inside it already
                if lacks_second_factor(acting.member, acting.session.factors):
                    return to_second_factor(request)
                require(acting.member, *permissions)
                require_one(acting.member, *any_of)
            return view(acting, *args, **kwargs)

        checked.permission = permissions  # type: ignore[attr-defined]
        checked.any_of = any_of  # type: ignore[attr-defined]
        checked.calls_out = calls_out  # type: ignore[attr-defined]
        return checked

    return decorate


def public(view: View[P]) -> View[P]:
    """Let everybody in. The view runs without an organization and stands in the written list of public URLs."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def require(member: "Membership", *permissions: Permission) -> None:
    """Raise MissingPermission unless the member holds all of them; for use cases and for parts of a page."""
    missing = tuple(permission for permission in permissions if not member.may(permission))
    if missing:
        raise MissingPermission(*missing)


def require_one(member: "Membership", *permissions: Permission) -> None:
    """Raise MissingPermission, which names the first, unless the member holds one of them; with none named nothing."""
    if permissions and not any(member.may(permission) for permission in permissions):
        raise MissingPermission(permissions[0])
