"""Addresses of Settings > Opt-in, and of asking for permission from a thread."""

from django.urls import path

from compliance.views import keywords, opt_in_export, opt_in_limits, opt_ins, programs

_OPT_IN = "settings/opt-in/"
_PROGRAM = _OPT_IN + "programs/<uuid:program_id>/"

urlpatterns = [
    path(_OPT_IN, programs.program_list, name="programs"),
    path(_OPT_IN + "programs/new/", programs.new_program, name="new_program"),
    path(_PROGRAM, programs.program, name="program"),
    path(_PROGRAM + "change/", programs.change_program, name="change_program"),
    path(_PROGRAM + "switch/", programs.switch_program, name="switch_program"),
    path(_PROGRAM + "words/<slug:text_kind>/<slug:language>/", programs.program_words, name="program_words"),
    path(_OPT_IN + "keywords/", keywords.keyword_list, name="keywords"),
    path(_OPT_IN + "keywords/new/", keywords.new_keyword, name="new_keyword"),
    path(_OPT_IN + "keywords/<uuid:keyword_id>/", keywords.keyword, name="keyword"),
    path(_OPT_IN + "keywords/<uuid:keyword_id>/switch/", keywords.switch_keyword, name="switch_keyword"),
    path(_OPT_IN + "keywords/<uuid:keyword_id>/image/", keywords.keyword_image, name="keyword_image"),
    path(_OPT_IN + "protection/", opt_in_limits.limits, name="opt_in_limits"),
    path(_OPT_IN + "all/", opt_ins.opt_ins, name="opt_ins"),
    path(_OPT_IN + "all/find/", opt_ins.find_opt_ins, name="find_opt_ins"),
    path(_OPT_IN + "all/export/", opt_in_export.export, name="export_opt_ins"),
    path(_OPT_IN + "all/<uuid:opt_in_id>/confirm/", opt_ins.confirm_opt_in, name="confirm_opt_in"),
    path("inbox/<uuid:conversation_id>/ask-permission/", opt_ins.ask_permission, name="ask_permission"),
    path(_OPT_IN + "rules/", programs.consent_rules, name="consent_rules"),
]
