"""Addresses of escalations."""

from django.urls import path

from compliance.views import escalation_acts, escalation_report, escalation_settings, escalations

_ONE = "escalations/<uuid:escalation_id>/"
_SETTINGS = "settings/escalations/"

urlpatterns = [
    path("escalations/", escalations.escalations, name="escalations"),
    path("escalations/csv/", escalations.export, name="export_escalations"),
    path("inbox/c/<uuid:conversation_id>/escalate/", escalation_acts.escalate, name="escalate"),
    path(_ONE, escalations.escalation, name="escalation"),
    path(_ONE + "take/", escalation_acts.take, name="escalation_take"),
    path(_ONE + "offer/", escalation_acts.offer, name="escalation_offer"),
    path(_ONE + "assign/", escalation_acts.assign, name="escalation_assign"),
    path(_ONE + "contact/", escalation_acts.contact, name="escalation_contact"),
    path(_ONE + "close/", escalation_acts.close, name="escalation_close"),
    path(_ONE + "waive/", escalation_acts.waive, name="escalation_waive"),
    path(_ONE + "switch/", escalation_acts.switch, name="escalation_switch"),
    path(_SETTINGS, escalation_settings.hours, name="escalation_hours"),
    path(_SETTINGS + "holidays/add/", escalation_settings.add_holiday, name="add_holiday"),
    path(_SETTINGS + "holidays/adopt/", escalation_settings.adopt_holidays, name="adopt_holidays"),
    path(_SETTINGS + "holidays/<uuid:holiday_id>/remove/", escalation_settings.remove_holiday, name="remove_holiday"),
    path(_SETTINGS + "clocks/", escalation_settings.clocks, name="escalation_clocks"),
    path(_SETTINGS + "clocks/<slug:trigger>/", escalation_settings.clock, name="escalation_clock"),
    path(_SETTINGS + "rules/", escalation_settings.own_rules, name="escalation_rules"),
    path(_SETTINGS + "rules/new/", escalation_settings.new_rule, name="new_escalation_rule"),
    path(_SETTINGS + "rules/<uuid:rule_id>/", escalation_settings.change_rule, name="change_escalation_rule"),
    path(_SETTINGS + "rules/<uuid:rule_id>/switch/", escalation_settings.switch_rule, name="switch_escalation_rule"),
    path(_SETTINGS + "texts/", escalation_settings.texts, name="escalation_texts"),
    path(_SETTINGS + "texts/<slug:trigger>/<slug:language>/", escalation_settings.text, name="escalation_text"),
    path("reports/escalations/", escalation_report.escalation_report, name="escalation_report"),
    path("reports/escalations/csv/", escalation_report.escalation_report_csv, name="escalation_report_csv"),
]
