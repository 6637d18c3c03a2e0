"""Addresses of the phone simulator; included only where `settings.SIMULATOR_ENABLED`."""

from django.urls import path

from texting.simulator import views

urlpatterns = [
    path("", views.first_phone, name="simulator"),
    path("<uuid:line_id>/", views.line, name="simulator_line"),
    path("<uuid:line_id>/add/", views.add, name="simulator_add"),
    path("<uuid:line_id>/<slug:phone_id>/", views.phone, name="simulator_phone"),
    path("<uuid:line_id>/<slug:phone_id>/texts/", views.texts, name="simulator_texts"),
    path("<uuid:line_id>/<slug:phone_id>/files/<uuid:file_id>/", views.file, name="simulator_file"),
    path("<uuid:line_id>/<slug:phone_id>/send/", views.send, name="simulator_send"),
    path("<uuid:line_id>/<slug:phone_id>/behaviour/", views.behave, name="simulator_behaviour"),
]
