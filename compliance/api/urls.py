"""Addresses below /api/v1/ that are about permission, templates, polls, review checks, reviews and improvements."""

from django.urls import path

from compliance.api import actions, consent, place, polls, review_checks, reviews, templates

urlpatterns = [
    path("contacts/<uuid:contact_id>/consent", consent.ContactConsent.as_view(), name="api_consent"),
    path("contacts/<uuid:contact_id>/place", place.ContactPlace.as_view(), name="api_place"),
    path("polls", polls.Polls.as_view(), name="api_polls"),
    path("polls/<uuid:poll_id>", polls.OnePoll.as_view(), name="api_poll"),
    path("polls/<uuid:poll_id>/start", polls.PollStart.as_view(), name="api_poll_start"),
    path("polls/<uuid:poll_id>/close", polls.PollClosing.as_view(), name="api_poll_close"),
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
