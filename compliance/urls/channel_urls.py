"""Addresses of calls and e-mails about escalations."""

from django.urls import path

from compliance.views import call_hooks, calls, letters

_HOOK = "webhooks/<slug:provider>/<str:key>/calls/<str:token>"

urlpatterns = [
    path("escalations/<uuid:escalation_id>/call/", calls.call, name="escalation_call"),
    path("escalations/calls/<uuid:call_id>/result/", calls.result, name="call_result"),
    path("escalations/<uuid:escalation_id>/mail/", letters.write, name="escalation_mail"),
    path("settings/escalations/mail/<slug:language>/", letters.text, name="letter_text"),
    path(_HOOK, call_hooks.report, name="call_report"),
    path(_HOOK + "/connect", call_hooks.connect, name="call_connect"),
]
