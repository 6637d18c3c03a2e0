"""Addresses of what members are told of."""

from django.urls import path

from texting.views import notifications, pushing

_DEVICE = "settings/notifications/push/<uuid:push_device_id>/"
_ONE = "notifications/<uuid:notification_id>/"

urlpatterns = [
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="read_notifications"),
    path("notifications/unread/", notifications.undo_read_all, name="undo_read_notifications"),
    path(_ONE + "read/", notifications.read_one, name="read_notification"),
    path(_ONE + "unread/", notifications.unread_one, name="unread_notification"),
    path("settings/notifications/", notifications.choices, name="notification_settings"),
    path("settings/notifications/push/", pushing.push_on, name="push_on"),
    path(_DEVICE + "off/", pushing.push_off, name="push_off"),
    path(_DEVICE + "test/", pushing.push_test, name="push_test"),
    path("inbox/c/<uuid:conversation_id>/colleagues/", notifications.colleagues, name="mentionable"),
]
