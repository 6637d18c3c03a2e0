"""Addresses of improvements."""

from django.urls import path

from compliance.views import action_moves, action_report, actions

_ACTIONS = "reviews/actions/"
_ONE = _ACTIONS + "<uuid:action_id>/"

urlpatterns = [
    path(_ACTIONS, actions.actions, name="actions"),
    path(_ACTIONS + "new/", actions.new_action, name="new_action"),
    path(_ACTIONS + "csv/", actions.export_actions, name="export_actions"),
    path("reports/actions/", action_report.action_report, name="action_report"),
    path("reports/actions/csv/", action_report.export_action_report, name="export_action_report"),
    path(_ONE, actions.action, name="action"),
    path(_ONE + "edit/", actions.edit_action, name="edit_action"),
    path(_ONE + "begin/", action_moves.begin_action, name="begin_action"),
    path(_ONE + "done/", action_moves.finish_action, name="finish_action"),
    path(_ONE + "drop/", action_moves.drop_action, name="drop_action"),
    path(_ONE + "again/", action_moves.reopen_action, name="reopen_action"),
]
