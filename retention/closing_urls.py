"""Addresses of ending an organization."""

from django.urls import path

from retention.views import closing

_PLACE = "settings/end/"

urlpatterns = [
    path(_PLACE, closing.closing, name="closing"),
    path(_PLACE + "ask/", closing.ask_closing, name="ask_closing"),
    path(_PLACE + "agree/", closing.agree_to_closing, name="agree_to_closing"),
    path(_PLACE + "take-back/", closing.take_back_closing, name="take_back_closing"),
    path(_PLACE + "export/", closing.export_everything, name="export_everything"),
]
