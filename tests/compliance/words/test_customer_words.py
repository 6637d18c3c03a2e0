"""Only what the customer wrote just now is left for judging."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.words.customer_words import own_words


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
