"""What is kept of a sentence is said again in the language of whoever reads it."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import translation

from tenancy.said import again, gettext, kept, moment, ngettext, together

AT = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
CLOSED = "This conversation is resolved already."


def in_spanish(stored: str) -> str:
    with translation.override("es"):
        return again(stored)


def test_a_sentence_is_said_in_the_language_of_its_maker_and_kept_for_every_reader():
    with translation.override("es"):
        said = gettext(CLOSED)
        stored = kept(said)
    assert said == "Esta conversación ya está resuelta."
    assert again(stored) == CLOSED
    assert in_spanish(stored) == said
    assert "resuelta" not in stored


def test_values_stay_and_what_is_said_within_a_sentence_is_said_again_too():
    when = gettext("It is possible again from %(when)s.") % {"when": moment(AT, "D j M, H:i")}
    assert when == "It is possible again from Mon 2 Mar, 14:05."
    assert in_spanish(kept(when)) == "Será posible de nuevo desde: lun 2 mar, 14:05."
    line = gettext("The line %(name)s is switched off.") % {"name": "Frente %(x)s 100%"}
    assert in_spanish(kept(line)) == "La línea Frente %(x)s 100% está apagada."


def test_several_are_kept_together_without_the_empty_ones():
    both = together(gettext(CLOSED), "", gettext("Its announcement is paused."))
    assert both == f"{CLOSED} Its announcement is paused."
    assert in_spanish(kept(both)) == "Esta conversación ya está resuelta. Su anuncio está en pausa."


def test_numbers_choose_the_form_again():
    for number in (1, 2):
        said = ngettext("%(number)d day", "%(number)d days", number) % {"number": number}
        assert again(kept(said)) == said


def test_the_message_of_an_error_still_knows():
    assert in_spanish(kept(str(ValueError(gettext(CLOSED))))) == "Esta conversación ya está resuelta."


@pytest.mark.parametrize("words", ["", "Plain.", "[1]", '{"say": 1}', "[", "null", "12", '["a", "b"]', "\u202e\x00"])
def test_other_words_stay_what_they_are(words):
    assert again(kept(words)) == words
    if words != "[1]":
        assert again(words) == words


def test_what_was_made_of_it_by_other_means_is_kept_as_it_is():
    assert again(kept(gettext(CLOSED).upper())) == CLOSED.upper()
    assert json.loads(kept(f"{gettext(CLOSED)}")) == [CLOSED] or "say" in kept(f"{gettext(CLOSED)}")
