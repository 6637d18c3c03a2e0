"""The page for whoever is at a place from which their organization may not be used."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.models import Membership
from accounts.network_guard import pages_are_closed
from accounts.origins import client_address
from accounts.saml.confinement import began_by_sso
from accounts.sessions import SessionStore
from accounts.signing_in import active_memberships
from tenancy.models import Organization


def elsewhere_page(request: HttpRequest, organization: Organization) -> HttpResponseBase:
    """Says why, from which address, and what to do: 403. A part of a page loads the whole page, which then says it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    member, address = getattr(request, "member", None), client_address(request)
    others = _others(request, member, address) if member is not None else []
    context = {"closed": organization.name, "address": address, "others": others, "is_signed_in": member is not None}
    return render(request, "accounts/elsewhere.html", context, status=403)


def _others(request: HttpRequest, member: Membership, address: str | None) -> list[tuple[str, str]]:
    """Other organizations of this person that can be used from here: (name, address of the switch)."""
    if began_by_sso(SessionStore.of(request)):
        return []
    return [
        (one.organization.name, reverse("switch_organization", args=[one.organization_id]))
        for one in active_memberships(member.user)
        if one.pk != member.pk and not pages_are_closed(one.organization, address)
    ]
