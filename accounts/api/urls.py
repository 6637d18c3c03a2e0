"""Addresses below /api/v1/ that are about the key itself."""

from django.urls import path

from accounts.api import identity

urlpatterns = [
    path("me", identity.Me.as_view(), name="api_me"),
    path("organization", identity.OwnOrganization.as_view(), name="api_organization"),
]
