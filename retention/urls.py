"""Addresses of periods and of the preview."""

from django.urls import path

from retention.views import conflicts, conversation_ends, periods, preview

_PLACE = "settings/retention/"

urlpatterns = [
    path(_PLACE, periods.retention, name="retention"),
    path(_PLACE + "nights/", preview.retention_nights, name="retention_nights"),
    path(_PLACE + "nights/csv/", preview.export_retention_nights, name="export_retention_nights"),
    path(_PLACE + "choices/<uuid:choice_id>/take-back/", periods.take_back_period, name="take_back_period"),
    path(_PLACE + "of/<slug:retention_kind>/", periods.change_period, name="change_period"),
    path(_PLACE + "disagreements/<slug:retention_kind>/", conflicts.decide_period_rules, name="decide_period_rules"),
    path(
        _PLACE + "decisions/<uuid:decision_id>/take-back/",
        conflicts.take_back_period_decision,
        name="take_back_period_decision",
    ),
    path("inbox/c/<uuid:conversation_id>/ends/", conversation_ends.conversation_ends, name="conversation_ends"),
]
