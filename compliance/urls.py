"""Addresses of compliance."""

from django.urls import path

from compliance.views import carrier, permission, question_export, questions, receipt, test_text

_TEST = "settings/lines/<uuid:line_id>/test/"
_AGREEMENT = "settings/lines/agreement/"
_PERMISSION = "contacts/<uuid:contact_id>/permission/"

_QUESTIONS = "perhaps-stop/"

urlpatterns = [
    path("reports/number/", receipt.consent_receipt, name="consent_receipt"),
    path(_QUESTIONS, questions.questions, name="questions"),
    path(_QUESTIONS + "export/", question_export.export, name="export_questions"),
    path(_QUESTIONS + "<uuid:question_id>/stop/", questions.stop, name="question_stop"),
    path(_QUESTIONS + "<uuid:question_id>/keep/", questions.keep, name="question_keep"),
    path(_PERMISSION, permission.permission, name="consent"),
    path(_PERMISSION + "opted-out/", permission.opted_out, name="record_opt_out"),
    path(_PERMISSION + "agreed/", permission.agreed, name="record_permission"),
    path(_AGREEMENT, carrier.agreement, name="carrier_agreement"),
    path(_AGREEMENT + "differences.csv", carrier.export, name="carrier_agreement_export"),
    path(_AGREEMENT + "<uuid:line_id>/compare/", carrier.compare_now, name="compare_carrier"),
    path(_TEST, test_text.test_text, name="test_text"),
    path(_TEST + "<uuid:message_id>/", test_text.test_text_status, name="test_text_status"),
]
