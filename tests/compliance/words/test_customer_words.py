"""Only what the customer wrote just now is left for judging."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.words import customer_words, keywords, plain_words
from compliance.words.customer_words import own_words
from compliance.words.keyword_rules import rules


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("Stop\n\nSent from my iPhone", "Stop"),
        ("Ok. Sent from my Verizon, Samsung Galaxy smartphone", "Ok."),
        ("stop\n-- \nKim Lee\n555-0100", "stop"),
        ("> Reply STOP\nfine", "fine"),
        ("Yes\n\nOn Mon, Nov 2 at 9:00 Acme wrote:\nReply STOP to opt out", "Yes"),
        ("Sí\nEl lun, 2 nov a las 9:00 Acme escribió:\nALTO para salir", "Sí"),
        ("ok\n----- Original Message -----\nFrom: Acme\nReply STOP", "ok"),
        ("Liked “See you. Reply STOP” thanks", "thanks"),
        ("The text sent from your office says stop", "The text sent from your office says stop"),
        ("Liked your store but stop", "Liked your store but stop"),
    ],
)
def test_signatures_quotes_and_reactions_are_cut(body: str, left: str) -> None:
    words = own_words(body)
    assert (words.text.strip(), words.origin) == (left, "customer")


def test_a_long_quotation_is_not_the_customers_wish_but_a_quoted_word_is() -> None:
    assert " ".join(own_words('it says "reply STOP to opt out" what').unquoted.split()) == "it says what"
    assert own_words('"Stop"').unquoted == '"Stop"'
    assert own_words('"stop texting me please"').unquoted == '"stop texting me please"'


@pytest.mark.parametrize(
    "body", ["Loved an image", "Liked a photo.", "Reacted 👍 to your message", "Le gustó una foto"]
)
def test_a_reaction_to_a_picture_leaves_nothing(body: str) -> None:
    assert own_words(body).origin == "reaction"


@pytest.mark.parametrize(
    "body",
    [
        "I'm driving with Do Not Disturb While Driving turned on.",
        "I’m driving right now. I'll get back to you when I stop.",
        "Automatic reply: on leave",
        "This is an automated message. Text STOP to end.",
        "réponse automatique : absent",
        "Thanks for contacting us! Reply STOP to unsubscribe.",
    ],
)
def test_a_machine_that_answers_is_recognized(body: str) -> None:
    assert own_words(body).origin == "automatic"


@given(st.text())
def test_nothing_is_ever_added(body: str) -> None:
    words = own_words(body)
    assert len(words.text) <= len(body)
    assert words.origin in {"customer", "automatic", "reaction"}


def _runs(parsed: Any) -> list[list[str]]:
    """The rows of letters that each way through a pattern must hold."""
    ways: list[list[str]] = [[""]]
    for kind, what in parsed:
        name = str(kind)
        if name == "LITERAL":
            ways = [[*way[:-1], way[-1] + chr(what).lower()] for way in ways]
        elif name in {"SUBPATTERN", "BRANCH"}:
            parts = [what[3]] if name == "SUBPATTERN" else what[1]
            inner = [run for part in parts for run in _runs(part)]
            ways = [[*way[:-1], way[-1] + run[0], *run[1:]] for way in ways for run in inner]
        elif name != "AT":
            ways = [[*way, ""] for way in ways]
    return ways


def test_every_automatic_answer_holds_one_of_the_words_that_its_search_needs() -> None:
    rows = customer_words._DATA["automatic"]
    for row in rows:
        for way in _runs(re._parser.parse(row["pattern"])):  # type: ignore[attr-defined]
            assert any(words in run for words in row["needs"] for run in way), (row["pattern"], way)


def test_nothing_that_was_read_is_kept() -> None:
    own_words("My words")
    plain_words.bare("my words", rules())
    keywords.forget()
    sizes = [one.cache_info().currsize for one in (own_words, plain_words.bare, plain_words.respelled)]
    assert sizes == [0, 0, 0]
