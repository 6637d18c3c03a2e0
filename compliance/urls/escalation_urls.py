"""Addresses of escalations."""

from django.urls import path

from compliance.views import escalation_acts, escalations

_ONE = "escalations/<uuid:escalation_id>/"

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
]
