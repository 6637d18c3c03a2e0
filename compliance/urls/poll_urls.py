"""Addresses of opinion polls."""

from django.urls import path

from compliance.views import polls

_ONE = "polls/<uuid:poll_id>/"

urlpatterns = [
    path("polls/", polls.polls, name="polls"),
    path("polls/new/", polls.new_poll, name="new_poll"),
    path(_ONE, polls.poll, name="poll"),
    path(_ONE + "edit/", polls.edit_poll, name="edit_poll"),
    path(_ONE + "close/", polls.close_poll, name="close_poll"),
    path(_ONE + "csv/", polls.poll_counts, name="poll_counts"),
    path(_ONE + "people/", polls.poll_people, name="poll_people"),
]
