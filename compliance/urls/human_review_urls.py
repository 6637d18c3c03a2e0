"""Addresses of human review."""

from django.urls import path

from compliance.views import own_reviews, review_queue, review_report, review_settings, scorecards

_SETTINGS = "settings/reviews/"
_CARDS = _SETTINGS + "scorecards/"

_QUEUE = "reviews/queue/"
_ONE = "reviews/<uuid:scored_id>/"
_MINE = "reviews/yours/"

urlpatterns = [
    path("reviews/", review_queue.reviews, name="reviews"),
    path(_QUEUE, review_queue.review_queue, name="review_queue"),
    path(_QUEUE + "next/", review_queue.next_review, name="next_review"),
    path(_QUEUE + "<uuid:drawn_id>/take/", review_queue.take_review, name="take_review"),
    path(_QUEUE + "<uuid:drawn_id>/set-aside/", review_queue.set_aside, name="set_aside"),
    path("reviews/done/", review_queue.reviews_done, name="reviews_done"),
    path("reviews/disputes/", own_reviews.review_disputes, name="review_disputes"),
    path("reviews/disputes/<uuid:dispute_id>/", own_reviews.review_dispute, name="review_dispute"),
    path("reviews/agreement/", review_report.reviewers_compared, name="reviewers_compared"),
    path("reports/reviews/", review_report.review_report, name="review_report"),
    path("reports/reviews/csv/", review_report.export_reviews, name="export_reviews"),
    path(_MINE, own_reviews.my_reviews, name="my_reviews"),
    path(_MINE + "<uuid:scored_id>/", own_reviews.my_review, name="my_review"),
    path(_MINE + "<uuid:scored_id>/read/", own_reviews.acknowledge_review, name="acknowledge_review"),
    path(_MINE + "<uuid:scored_id>/dispute/", own_reviews.dispute_review, name="dispute_review"),
    path(_ONE, review_queue.review, name="review"),
    path(_ONE + "keep/", review_queue.keep_review, name="keep_review"),
    path(_ONE + "give-back/", review_queue.give_back_review, name="give_back_review"),
    path(_SETTINGS, review_settings.review_settings, name="review_settings"),
    path(_SETTINGS + "teams/<uuid:team_id>/", review_settings.team_sampling, name="team_sampling"),
    path(_CARDS, scorecards.scorecards, name="scorecards"),
    path(_CARDS + "new/", scorecards.new_scorecard, name="new_scorecard"),
    path(_CARDS + "<uuid:card_id>/", scorecards.scorecard, name="scorecard"),
    path(_CARDS + "<uuid:card_id>/retire/", scorecards.retire_scorecard, name="retire_scorecard"),
]
