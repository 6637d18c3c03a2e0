"""Addresses below /api/v1/ that are about permission, templates, review checks, reviews and improvements."""

from django.urls import path

from compliance.api import actions, consent, place, review_checks, reviews, templates

urlpatterns = [
    path("contacts/<uuid:contact_id>/consent", consent.ContactConsent.as_view(), name="api_consent"),
    path("contacts/<uuid:contact_id>/place", place.ContactPlace.as_view(), name="api_place"),
    path("templates", templates.Templates.as_view(), name="api_templates"),
    path("templates/<uuid:template_id>", templates.OneTemplate.as_view(), name="api_template"),
    path(
        "conversations/<uuid:conversation_id>/review-checks",
        review_checks.ConversationChecks.as_view(),
        name="api_conversation_checks",
    ),
    path("review-checks", review_checks.ReviewChecks.as_view(), name="api_review_checks"),
    path("reviews", reviews.Reviews.as_view(), name="api_reviews"),
    path("reviews/<uuid:scored_id>", reviews.OneReview.as_view(), name="api_review"),
    path("actions", actions.Actions.as_view(), name="api_actions"),
    path("actions/<uuid:action_id>", actions.OneAction.as_view(), name="api_action"),
]
