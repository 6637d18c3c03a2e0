"""Addresses of opt-in forms: where customers fill them in, and where colleagues write them."""

from django.urls import path

from compliance.views import form_sharing, opt_in_forms, public_form

_PUBLIC = "forms/<str:form_key>/"
_FORMS = "settings/forms/"
_FORM = "settings/forms/<uuid:form_id>/"

urlpatterns = [
    path(_PUBLIC, public_form.public_form, name="public_form"),
    path(_PUBLIC + "thanks/", public_form.form_thanks, name="form_thanks"),
    path(_PUBLIC + "colour.css", public_form.form_colour, name="form_colour"),
    path(_PUBLIC + "logo/<uuid:logo_id>/", public_form.form_logo, name="form_logo"),
    path(_FORMS, opt_in_forms.opt_in_forms, name="opt_in_forms"),
    path(_FORMS + "new/", opt_in_forms.new_opt_in_form, name="new_opt_in_form"),
    path(_FORMS + "preview-colour.css", form_sharing.form_preview_colour, name="form_preview_colour"),
    path(_FORM, opt_in_forms.opt_in_form, name="opt_in_form"),
    path(_FORM + "edit/", opt_in_forms.edit_opt_in_form, name="edit_opt_in_form"),
    path(_FORM + "preview/", opt_in_forms.preview_opt_in_form, name="preview_opt_in_form"),
    path(_FORM + "code/", form_sharing.form_code, name="form_code"),
    path(_FORM + "publish/", opt_in_forms.publish_opt_in_form, name="publish_opt_in_form"),
    path(_FORM + "close/", opt_in_forms.close_opt_in_form, name="close_opt_in_form"),
    path(_FORM + "reopen/", opt_in_forms.reopen_opt_in_form, name="reopen_opt_in_form"),
]
