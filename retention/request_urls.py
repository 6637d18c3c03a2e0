"""Addresses of people's requests about their data."""

from django.urls import path

from retention.views import erasures, evidence, exports, requests

_REQUESTS = "settings/requests/"
_REQUEST = _REQUESTS + "<uuid:subject_id>/"

urlpatterns = [
    path(_REQUESTS, requests.subject_requests, name="subject_requests"),
    path(_REQUESTS + "export/", requests.export_subject_requests, name="export_subject_requests"),
    path(_REQUESTS + "new/", requests.new_subject_request, name="new_subject_request"),
    path(_REQUEST, requests.subject_request, name="subject_request"),
    path(_REQUEST + "proof/", requests.prove_subject, name="prove_subject"),
    path(_REQUEST + "extend/", requests.extend_subject_request, name="extend_subject_request"),
    path(_REQUEST + "close/", requests.close_subject_request, name="close_subject_request"),
    path(_REQUEST + "copy/", exports.copy_subject, name="copy_subject"),
    path("settings/evidence/", evidence.evidence, name="evidence"),
    path("settings/evidence/packs/", evidence.evidence_packs, name="evidence_packs"),
    path("settings/evidence/<uuid:pack_id>/", evidence.fetch_evidence, name="fetch_evidence"),
    path("settings/exports/<uuid:export_id>/", exports.fetch_export, name="fetch_export"),
    path(_REQUEST + "erase/", erasures.erase_subject, name="erase_subject"),
    path(_REQUEST + "erase/agree/", erasures.agree_to_erasure, name="agree_to_erasure"),
    path(_REQUEST + "erase/call-off/", erasures.call_off_erasure, name="call_off_erasure"),
    path(_REQUEST + "erasure.json", erasures.erasure_json, name="erasure_json"),
    path(_REQUEST + "erasure.pdf", erasures.erasure_pdf, name="erasure_pdf"),
]
