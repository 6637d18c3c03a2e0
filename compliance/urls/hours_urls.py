"""Addresses of quiet hours."""

from django.urls import path

from compliance.views import hours, place

_HOURS = "settings/hours/"

urlpatterns = [
    path(_HOURS, hours.own, name="hours"),
    path(_HOURS + "save/", hours.save, name="hours_save"),
    path(_HOURS + "table/", hours.table, name="hours_table"),
    path(_HOURS + "table.csv", hours.table_csv, name="hours_csv"),
    path("contacts/<uuid:contact_id>/place/", place.place, name="contact_place"),
]
