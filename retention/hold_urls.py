"""Addresses of legal holds."""

from django.urls import path

from retention.views import hold_release, holds

_HOLDS = "settings/holds/"
_HOLD = _HOLDS + "<uuid:hold_id>/"

urlpatterns = [
    path(_HOLDS, holds.holds, name="holds"),
    path(_HOLDS + "export/", holds.export_holds, name="export_holds"),
    path(_HOLDS + "new/", holds.new_hold, name="new_hold"),
    path(_HOLD, holds.hold, name="hold"),
    path(_HOLD + "change/", holds.change_hold, name="change_hold"),
    path(_HOLD + "widen/", holds.widen_hold, name="widen_hold"),
    path(_HOLD + "release/", hold_release.ask_release, name="ask_release"),
    path(_HOLD + "release/answer/", hold_release.answer_release, name="answer_release"),
    path("inbox/c/<uuid:conversation_id>/holds/", holds.conversation_holds, name="conversation_holds"),
    path("contacts/<uuid:contact_id>/holds/", holds.contact_holds, name="contact_holds"),
]
