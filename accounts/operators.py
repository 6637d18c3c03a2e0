"""Operators of the installation: they make organizations, and see nothing of what is inside one.

A door of their own, beside roles and permissions: a flag that only the command line sets, a second factor always, shown
recently. Whoever is no operator is told that there is no such page. Everything stands in a log that belongs to no
organization (`OperatorEvent`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from accounts import first_owners
from accounts.entrance import to_confirmation, to_second_factor, to_sign_in
from accounts.factors.policy import lacks_second_factor
from accounts.models import Membership, OperatorEvent, User
from accounts.origins import Origin
from accounts.permissions import MemberRequest, View, public
from tenancy.isolation import activate

P = ParamSpec("P")
Act = OperatorEvent.Act


def operators_only(view: Callable[Concatenate[MemberRequest, P], HttpResponseBase]) -> View[P]:
    """Let operators in. The view runs in no organization; no permission of one counts here."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if getattr(request, "member", None) is None:
            return to_sign_in(request)
        acting = cast(MemberRequest, request)
        if not acting.user.is_operator:
            raise Http404
        with activate(acting.member.organization):
            lacks = lacks_second_factor(acting.member, acting.session.factors)
        if lacks:
            return to_second_factor(request)
        if not acting.session.is_fresh:
            return to_confirmation(request)
        return view(acting, *args, **kwargs)

    return public(checked)


def note(
    act: OperatorEvent.Act, *, user: User | None, origin: Origin | None = None, organization_id: object = None
) -> None:
    """Write it into the operators' log."""
    address = origin.address if origin else None
    OperatorEvent(act=act, user=user, organization_id=organization_id, address=address).save(force_insert=True)  # type: ignore[misc]


@transaction.atomic
def create_organization(
    *, operator: User, origin: Origin, name: str, country: str, time_zone: str, email: str
) -> Membership:
    """A new organization whose first owner is invited by mail. Raises BadAddress."""
    owner = first_owners.found_by_mail(name=name, country=country, time_zone=time_zone, email=email)
    note(Act.CREATED, user=operator, origin=origin, organization_id=owner.organization_id)
    return owner


@transaction.atomic
def set_operator(*, user: User, operator: bool) -> None:
    """From the command line only."""
    if user.is_operator == operator:
        return
    User.objects.filter(pk=user.pk).update(is_operator=operator)
    note(Act.MADE_OPERATOR if operator else Act.NO_OPERATOR, user=user)
