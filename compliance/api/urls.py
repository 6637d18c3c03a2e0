"""Addresses below /api/v1/ that are about permission."""

from django.urls import path

from compliance.api import consent, place

urlpatterns = [
    path("contacts/<uuid:contact_id>/consent", consent.ContactConsent.as_view(), name="api_consent"),
    path("contacts/<uuid:contact_id>/place", place.ContactPlace.as_view(), name="api_place"),
]
