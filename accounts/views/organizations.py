"""From one organization to another."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from accounts import signing_in
from accounts.entrance import go, to_sign_in
from accounts.models import Membership
from accounts.origins import origin_of
from accounts.permissions import public
from accounts.sessions import SessionStore


@public
@require_POST
def switch_organization(request: HttpRequest, organization_id: UUID) -> HttpResponseBase:
    """Act in another organization. Public because it runs in neither of the two; it asks itself who is signed in."""
    member: Membership | None = getattr(request, "member", None)
    if member is None:
        return to_sign_in(request)
    target = signing_in.active_memberships(member.user).filter(organization=organization_id).first()
    if target is None:
        raise Http404
    if target.pk != member.pk:
        store = SessionStore.of(request)
        signing_in.switch(store=store, member=member, target=target, origin=origin_of(request))
    return go(request, "/")
