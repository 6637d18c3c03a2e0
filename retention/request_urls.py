"""Addresses of people's requests about their data."""

from django.urls import path

from retention.views import requests

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
]
