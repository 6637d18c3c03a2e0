"""Addresses of purges."""

from django.urls import path

from retention.views import purges

_PLACE = "settings/purges/"

urlpatterns = [
    path(_PLACE, purges.purges, name="purges"),
    path(_PLACE + "now/", purges.purge_now, name="purge_now"),
    path(_PLACE + "<uuid:purge_id>/", purges.purge, name="purge"),
    path(_PLACE + "<uuid:purge_id>/agree/", purges.agree_to_purge, name="agree_to_purge"),
    path(_PLACE + "<uuid:purge_id>/call-off/", purges.call_off_purge, name="call_off_purge"),
    path(_PLACE + "<uuid:purge_id>/certificate.json", purges.certificate_json, name="certificate_json"),
    path(_PLACE + "<uuid:purge_id>/certificate.pdf", purges.certificate_pdf, name="certificate_pdf"),
]
