"""Addresses below /api/v1/ that are about permission."""

from django.urls import path

from compliance.api import consent

urlpatterns = [
    path("contacts/<uuid:contact_id>/consent", consent.ContactConsent.as_view(), name="api_consent"),
]
