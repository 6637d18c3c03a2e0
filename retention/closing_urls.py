"""Addresses of ending an organization."""

from django.urls import path

from retention.views import closing, operator_ends

_PLACE = "settings/end/"
_ENDS = "operators/ends/"

urlpatterns = [
    path(_PLACE, closing.closing, name="closing"),
    path(_PLACE + "ask/", closing.ask_closing, name="ask_closing"),
    path(_PLACE + "agree/", closing.agree_to_closing, name="agree_to_closing"),
    path(_PLACE + "take-back/", closing.take_back_closing, name="take_back_closing"),
    path(_PLACE + "export/", closing.export_everything, name="export_everything"),
    path(_ENDS, operator_ends.operator_ends, name="operator_ends"),
    path(_ENDS + "csv/", operator_ends.operator_ends_csv, name="operator_ends_csv"),
    path(_ENDS + "<uuid:organization_id>/", operator_ends.operator_end, name="operator_end"),
    path(_ENDS + "<uuid:organization_id>/take-back/", operator_ends.operator_take_back, name="operator_take_back"),
    path(_ENDS + "<uuid:organization_id>/<slug:which>.json", operator_ends.end_certificate, name="end_certificate"),
]
