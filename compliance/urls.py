"""Addresses of compliance."""

from django.urls import path

from compliance.views import test_text

_TEST = "settings/lines/<uuid:line_id>/test/"

urlpatterns = [
    path(_TEST, test_text.test_text, name="test_text"),
    path(_TEST + "<uuid:message_id>/", test_text.test_text_status, name="test_text_status"),
]
