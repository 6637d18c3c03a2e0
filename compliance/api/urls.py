"""Addresses below /api/v1/ that are about permission and templates."""

from django.urls import path

from compliance.api import consent, place, templates

urlpatterns = [
    path("contacts/<uuid:contact_id>/consent", consent.ContactConsent.as_view(), name="api_consent"),
    path("contacts/<uuid:contact_id>/place", place.ContactPlace.as_view(), name="api_place"),
    path("templates", templates.Templates.as_view(), name="api_templates"),
    path("templates/<uuid:template_id>", templates.OneTemplate.as_view(), name="api_template"),
]
