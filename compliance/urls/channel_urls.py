"""Addresses of calls about escalations."""

from django.urls import path

from compliance.views import call_hooks, calls

_HOOK = "webhooks/<slug:provider>/<str:key>/calls/<str:token>"

urlpatterns = [
    path("escalations/<uuid:escalation_id>/call/", calls.call, name="escalation_call"),
    path("escalations/calls/<uuid:call_id>/result/", calls.result, name="call_result"),
    path(_HOOK, call_hooks.report, name="call_report"),
    path(_HOOK + "/connect", call_hooks.connect, name="call_connect"),
]
