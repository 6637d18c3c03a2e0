"""Addresses of announcements."""

from django.urls import path

from texting.views import announcements, announcing

_ONE = "announcements/<uuid:announcement_id>/"

urlpatterns = [
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/new/", announcing.new_announcement, name="new_announcement"),
    path("announcements/alone/", announcing.announced_alone, name="announced_alone"),
    path(_ONE, announcements.announcement, name="announcement"),
    path(_ONE + "recipients/", announcements.announcement_recipients, name="announcement_recipients"),
    path(_ONE + "csv/", announcements.announcement_file, name="announcement_file"),
    path(_ONE + "edit/", announcing.edit_announcement, name="edit_announcement"),
    path(_ONE + "check/", announcing.check_announcement, name="check_announcement"),
    path(_ONE + "start/", announcing.start_announcement, name="start_announcement"),
    path(_ONE + "plan/", announcing.plan_announcement, name="plan_announcement"),
    path(_ONE + "unplan/", announcing.unplan_announcement, name="unplan_announcement"),
    path(_ONE + "approve/", announcing.approve_announcement, name="approve_announcement"),
    path(_ONE + "send-back/", announcing.send_back_announcement, name="send_back_announcement"),
    path(_ONE + "pause/", announcing.pause_announcement, name="pause_announcement"),
    path(_ONE + "resume/", announcing.resume_announcement, name="resume_announcement"),
    path(_ONE + "retry/", announcing.retry_announcement, name="retry_announcement"),
    path(_ONE + "cancel/", announcing.cancel_announcement, name="cancel_announcement"),
    path(_ONE + "discard/", announcing.discard_announcement, name="discard_announcement"),
]
