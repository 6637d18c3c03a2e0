"""Addresses of automations."""

from django.urls import path

from compliance.views import automation_log, automations

_ALL = "settings/automations/"
_ONE = _ALL + "<uuid:automation_id>/"

urlpatterns = [
    path(_ALL, automations.automations, name="automations"),
    path(_ALL + "new/", automations.choose, name="choose_automation"),
    path(_ALL + "new/<slug:when>/", automations.new, name="new_automation"),
    path(_ALL + "all/", automations.switch_all, name="switch_automations"),
    path(_ALL + "log/", automation_log.log, name="automation_log"),
    path(_ALL + "log/csv/", automation_log.export, name="export_automation_log"),
    path(_ONE, automations.change, name="change_automation"),
    path(_ONE + "trial/", automation_log.trial, name="automation_trial"),
    path(_ONE + "switch/", automations.switch, name="switch_automation"),
    path(_ONE + "move/", automations.move, name="move_automation"),
    path(_ONE + "remove/", automations.remove, name="remove_automation"),
]
