"""Addresses of texts that leave later."""

from django.urls import path

from texting.views import repeating, scheduled, scheduling

_ONE = "scheduled/<uuid:scheduled_id>/"
_SERIES = "scheduled/series/<uuid:series_id>/"

urlpatterns = [
    path("inbox/c/<uuid:conversation_id>/later/", scheduling.send_later, name="send_later"),
    path("scheduled/", scheduled.scheduled, name="scheduled"),
    path("scheduled/csv/", scheduled.export, name="export_scheduled"),
    path(_SERIES, repeating.series_page, name="series"),
    path(_SERIES + "edit/", repeating.edit_series, name="edit_series"),
    path(_SERIES + "pause/", repeating.pause_series, name="pause_series"),
    path(_SERIES + "resume/", repeating.resume_series, name="resume_series"),
    path(_SERIES + "cancel/", repeating.cancel_series, name="cancel_series"),
    path(_SERIES + "restore/", repeating.restore_series, name="restore_series"),
    path(_ONE + "edit/", scheduled.edit_scheduled, name="edit_scheduled"),
    path(_ONE + "cancel/", scheduled.cancel_scheduled, name="cancel_scheduled"),
    path(_ONE + "restore/", scheduled.restore_scheduled, name="restore_scheduled"),
    path(_ONE + "pause/", scheduled.pause_scheduled, name="pause_scheduled"),
    path(_ONE + "resume/", scheduled.resume_scheduled, name="resume_scheduled"),
    path(_ONE + "now/", scheduled.send_scheduled_now, name="send_scheduled_now"),
    path(_ONE + "put-away/", scheduled.put_away_scheduled, name="put_away_scheduled"),
]
