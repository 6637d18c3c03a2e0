"""Addresses of opt-in forms: where customers fill them in, and where colleagues write them."""

from django.urls import path

from compliance.views import public_form

_PUBLIC = "forms/<str:form_key>/"

urlpatterns = [
    path(_PUBLIC, public_form.public_form, name="public_form"),
    path(_PUBLIC + "thanks/", public_form.form_thanks, name="form_thanks"),
    path(_PUBLIC + "colour.css", public_form.form_colour, name="form_colour"),
    path(_PUBLIC + "logo/<uuid:logo_id>/", public_form.form_logo, name="form_logo"),
]
