"""From one organization to another."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import signing_in
from accounts.entrance import go, to_sign_in
from accounts.models import Membership
from accounts.origins import origin_of
from accounts.permissions import public
from accounts.saml import doors
from accounts.saml.confinement import began_by_sso
from accounts.sessions import SessionStore
from accounts.views.sso import leave_to


@public
@require_POST
def switch_organization(request: HttpRequest, organization_id: UUID) -> HttpResponseBase:
    """Act in another organization. Public because it runs in neither of the two; it asks itself who is signed in."""
    member: Membership | None = getattr(request, "member", None)
    if member is None:
        return to_sign_in(request)
    target = signing_in.active_memberships(member.user).filter(organization=organization_id).first()
    store = SessionStore.of(request)
    if target is None or (began_by_sso(store) and target.pk != member.pk):
        raise Http404  # one organization's provider speaks for that organization only
    by_password = signing_in.password_memberships(member.user).filter(pk=target.pk).exists()
    if target.pk != member.pk and not by_password:  # single sign-on is enforced there: its provider says who this is
        start = reverse("sso_start", args=[doors.door_of(target.organization_id).slug])
        return go(request, start) if request.headers.get("HX-Request") == "true" else leave_to(request, start)
    if target.pk != member.pk:
        signing_in.switch(store=store, member=member, target=target, origin=origin_of(request))
    return go(request, "/")
