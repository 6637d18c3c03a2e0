"""Addresses of templates: where colleagues write them, and where one is taken into a text."""

from django.urls import path

from compliance.views import left_templates, template_editing, template_moves, template_picking, templates

_TEMPLATES = "settings/templates/"
_TEMPLATE = _TEMPLATES + "<uuid:template_id>/"
_PICK = "inbox/c/<uuid:conversation_id>/templates/"

urlpatterns = [
    path(_TEMPLATES, templates.message_templates, name="message_templates"),
    path(_TEMPLATES + "csv/", templates.export, name="export_templates"),
    path(_TEMPLATES + "library/", templates.library_page, name="template_library"),
    path(_TEMPLATES + "library/<slug:example_key>/", template_moves.use_example, name="use_template_example"),
    path(_TEMPLATES + "second/", template_moves.second_person, name="templates_second_person"),
    path(_TEMPLATES + "left-behind/", left_templates.hand_on_left_behind, name="hand_on_left_behind"),
    path(_TEMPLATES + "new/", template_editing.new_template, name="new_template"),
    path(_TEMPLATES + "preview/", template_editing.preview, name="preview_template"),
    path(_TEMPLATE, templates.message_template, name="message_template"),
    path(_TEMPLATE + "edit/", template_editing.edit_template, name="edit_template"),
    path(_TEMPLATE + "publish/", template_moves.publish, name="publish_template"),
    path(_TEMPLATE + "send-back/", template_moves.send_back, name="send_template_back"),
    path(_TEMPLATE + "duplicate/", template_moves.duplicate, name="duplicate_template"),
    path(_TEMPLATE + "back/<int:version_number>/", template_moves.take_back, name="take_template_back"),
    path(_TEMPLATE + "outcome/csv/", templates.export_outcome, name="export_template_outcome"),
    path(_TEMPLATE + "propose/", template_moves.propose, name="propose_template"),
    path(_TEMPLATE + "archive/", template_moves.archive, name="archive_template"),
    path(_TEMPLATE + "restore/", template_moves.restore, name="restore_template"),
    path(_PICK, template_picking.pick, name="pick_template"),
    path(_PICK + "<uuid:version_id>/", template_picking.take, name="take_template"),
]
