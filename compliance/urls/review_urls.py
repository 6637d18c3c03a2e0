"""Addresses of the review checks."""

from django.urls import path

from compliance.views import check_rates, check_runs, review_checks

_CHECKS = "reports/review-checks/"
_RUN = _CHECKS + "runs/<uuid:check_run_id>/"

urlpatterns = [
    path(_CHECKS, review_checks.review_checks, name="review_checks"),
    path(_CHECKS + "csv/", review_checks.export_review_checks, name="export_review_checks"),
    path(_CHECKS + "rates/", check_rates.check_rates, name="check_rates"),
    path(_CHECKS + "rates/csv/", check_rates.export_check_rates, name="export_check_rates"),
    path(_CHECKS + "runs/", check_runs.check_runs, name="check_runs"),
    path(_RUN, check_runs.check_run, name="check_run"),
    path(_RUN + "pause/", check_runs.pause_check_run, name="pause_check_run"),
    path(_RUN + "resume/", check_runs.resume_check_run, name="resume_check_run"),
    path(_RUN + "cancel/", check_runs.cancel_check_run, name="cancel_check_run"),
    path("inbox/c/<uuid:conversation_id>/checks/", review_checks.conversation_checks, name="conversation_checks"),
]
