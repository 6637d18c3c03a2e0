"""Addresses of calls and e-mails about escalations."""

from django.urls import path

from compliance.views import call_hooks, call_list, calls, letters

_HOOK = "webhooks/<slug:provider>/<str:key>/calls/<str:token>"

urlpatterns = [
    path("escalations/<uuid:escalation_id>/call/", calls.call, name="escalation_call"),
    path("escalations/calls/<uuid:call_id>/result/", calls.result, name="call_result"),
    path("escalations/calls/", call_list.listed, name="call_list"),
    path("escalations/<uuid:escalation_id>/calls/plan/", call_list.schedule, name="schedule_call"),
    path("escalations/calls/planned/<uuid:task_id>/", call_list.change, name="change_call_task"),
    path("escalations/calls/planned/<uuid:task_id>/end/", call_list.end, name="end_call_task"),
    path("escalations/<uuid:escalation_id>/mail/", letters.write, name="escalation_mail"),
    path("settings/escalations/mail/", letters.all_texts, name="escalation_letters"),
    path("settings/escalations/mail/<slug:language>/", letters.text, name="letter_text"),
    path(_HOOK, call_hooks.report, name="call_report"),
    path(_HOOK + "/connect", call_hooks.connect, name="call_connect"),
]
