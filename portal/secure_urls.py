"""Addresses of secure messages: the customer's page, and what members send, take back and read."""

from django.urls import path

from portal.views import portal_settings, private_page, sending

_PAGE = "s/<str:link_code>"

urlpatterns = [
    path(_PAGE, private_page.door_page, name="private_page"),
    path(_PAGE + "/code", private_page.code, name="private_code"),
    path(_PAGE + "/open", private_page.enter, name="private_open"),
    path(_PAGE + "/message", private_page.message, name="private_message"),
    path(_PAGE + "/answer", private_page.answer, name="private_answer"),
    path(_PAGE + "/close", private_page.close, name="private_close"),
    path("inbox/c/<uuid:conversation_id>/secure/", sending.send_securely, name="send_securely"),
    path("inbox/secure/<uuid:secure_id>/revoke/", sending.revoke, name="revoke_secure"),
    path("inbox/secure/<uuid:secure_id>/unlock/", sending.unlock, name="unlock_secure"),
    path("inbox/secure/replies/<uuid:reply_id>/", sending.read_reply, name="secure_reply"),
    path("settings/portal/", portal_settings.portal_settings, name="portal_settings"),
]
