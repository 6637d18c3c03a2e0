"""Addresses of compliance."""

from django.urls import path

from compliance.urls import action_urls, content_urls, human_review_urls, opt_in_urls, review_urls
from compliance.urls.automation_urls import urlpatterns as automation_urls
from compliance.urls.channel_urls import urlpatterns as channel_urls
from compliance.urls.escalation_urls import urlpatterns as escalation_urls
from compliance.urls.hours_urls import urlpatterns as hours_urls
from compliance.urls.measure_urls import urlpatterns as measure_urls
from compliance.urls.poll_urls import urlpatterns as poll_urls
from compliance.urls.satisfaction_urls import urlpatterns as satisfaction_urls
from compliance.urls.template_urls import urlpatterns as template_urls
from compliance.views import (
    answers,
    carrier,
    finding_exceptions,
    findings,
    import_files,
    importing,
    permission,
    question_export,
    questions,
    receipt,
    report,
    report_mails,
    requesting,
    test_text,
    work_report,
)

_TEST = "settings/lines/<uuid:line_id>/test/"
_AGREEMENT = "settings/lines/agreement/"
_PERMISSION = "contacts/<uuid:contact_id>/permission/"

_QUESTIONS = "perhaps-stop/"

_FINDINGS = "reports/findings/"
_EXCEPTIONS = _FINDINGS + "exceptions/"
_RUN = "contacts/permission-requests/<uuid:run_id>/"
_IMPORT = "contacts/imports/<uuid:import_id>/"

urlpatterns = [
    path("reports/", report.reports, name="reports"),
    path("reports/permission/", report.permission_report, name="permission_report"),
    path("reports/permission/csv/", report.permission_report_csv, name="permission_report_csv"),
    path("reports/work/", work_report.work_reports, name="work_reports"),
    path("reports/work/<slug:sheet>/", work_report.work_report, name="work_report"),
    path("reports/work/<slug:sheet>/csv/", work_report.work_report_csv, name="work_report_csv"),
    path(_FINDINGS, findings.findings, name="findings"),
    path(_FINDINGS + "csv/", findings.export, name="export_findings"),
    path(_EXCEPTIONS, finding_exceptions.exceptions, name="finding_exceptions"),
    path(_EXCEPTIONS + "<uuid:exception_id>/keep/", finding_exceptions.keep_exception, name="keep_exception"),
    path(_EXCEPTIONS + "<uuid:exception_id>/remove/", finding_exceptions.remove_exception, name="remove_exception"),
    path(_FINDINGS + "<uuid:finding_id>/exception/", finding_exceptions.make_exception, name="make_exception"),
    path(_FINDINGS + "<uuid:finding_id>/", findings.decide, name="decide_finding"),
    path("reports/mails/", report_mails.report_mails, name="report_mails"),
    *opt_in_urls.urlpatterns,
    path("reports/number/", receipt.consent_receipt, name="consent_receipt"),
    path("contacts/permission-requests/", requesting.permission_requests, name="permission_requests"),
    path("contacts/permission-requests/new/", requesting.new_request, name="new_request"),
    path(_RUN, requesting.permission_request, name="permission_request"),
    path(_RUN + "pause/", requesting.pause_request, name="pause_request"),
    path(_RUN + "resume/", requesting.resume_request, name="resume_request"),
    path(_RUN + "cancel/", requesting.cancel_request, name="cancel_request"),
    path(_RUN + "answers.csv", requesting.request_answers, name="request_answers"),
    path("contacts/imports/", importing.imports, name="imports"),
    path(_IMPORT, importing.one_import, name="consent_import"),
    path(_IMPORT + "columns/", importing.name_columns, name="import_columns"),
    path(_IMPORT + "attest/", importing.attest, name="attest_import"),
    path(_IMPORT + "pause/", importing.pause, name="pause_import"),
    path(_IMPORT + "resume/", importing.resume, name="resume_import"),
    path(_IMPORT + "cancel/", importing.cancel, name="cancel_import"),
    path(_IMPORT + "undo/", importing.undo, name="undo_import"),
    path(_IMPORT + "left-out.csv", import_files.left_out, name="import_left_out"),
    path(_IMPORT + "rows.csv", import_files.outcomes, name="import_outcomes"),
    path(_QUESTIONS, questions.questions, name="questions"),
    path(_QUESTIONS + "export/", question_export.export, name="export_questions"),
    path(_QUESTIONS + "<uuid:question_id>/stop/", questions.stop, name="question_stop"),
    path(_QUESTIONS + "<uuid:question_id>/put-back/", questions.put_back, name="question_put_back"),
    path(_QUESTIONS + "<uuid:question_id>/keep/", questions.keep, name="question_keep"),
    path(_PERMISSION, permission.permission, name="consent"),
    path(_PERMISSION + "opted-out/", permission.opted_out, name="record_opt_out"),
    path(_PERMISSION + "agreed/", permission.agreed, name="record_permission"),
    path(_PERMISSION + "bought/", permission.bought, name="record_purchase"),
    path(_PERMISSION + "patient/", permission.patient, name="record_patient"),
    path(_AGREEMENT, carrier.agreement, name="carrier_agreement"),
    path(_AGREEMENT + "differences.csv", carrier.export, name="carrier_agreement_export"),
    path(_AGREEMENT + "<uuid:line_id>/compare/", carrier.compare_now, name="compare_carrier"),
    path("settings/answers/", answers.automatic_answers, name="automatic_answers"),
    path(_TEST, test_text.test_text, name="test_text"),
    path(_TEST + "<uuid:message_id>/", test_text.test_text_status, name="test_text_status"),
    *automation_urls,
    *hours_urls,
    *escalation_urls,
    *channel_urls,
    *measure_urls,
    *poll_urls,
    *satisfaction_urls,
    *template_urls,
    *content_urls.urlpatterns,
    *action_urls.urlpatterns,
    *human_review_urls.urlpatterns,
    *review_urls.urlpatterns,
]
