"""Addresses of types of texts and of those that wait for a colleague."""

from django.urls import path

from compliance.views import content_rules, held_texts

_HELD = "second-look/"
_RULES = "settings/types-of-texts/"

urlpatterns = [
    path(_HELD, held_texts.held_texts, name="held_texts"),
    path(_HELD + "<uuid:held_id>/approve/", held_texts.approve_held, name="approve_held"),
    path(_HELD + "<uuid:held_id>/refuse/", held_texts.refuse_held, name="refuse_held"),
    path(_HELD + "<uuid:held_id>/take-back/", held_texts.take_back_held, name="take_back_held"),
    path(_HELD + "<uuid:held_id>/put-away/", held_texts.put_away_held, name="put_away_held"),
    path(_RULES, content_rules.content_rules, name="content_rules"),
    path(_RULES + "save/", content_rules.save_content_rules, name="save_content_rules"),
]
