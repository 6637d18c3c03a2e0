"""Which answer a reply means, however it is written; what could mean two, or none, is unclear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.polls.choosing import chosen, is_own, key_of

TIMES = ("In the morning", "Evening", "Very good", "Good", "2 days")
DRESSES = ["{}", " {} ", "{})", "#{}", "{}!!", "Option {}", "{} {}"]
DAYS = ("Mardi", "Jeudi matin")
COLORS = ("Red", "Blue", "It doesn't matter")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        *((said, 1) for said in ("2", " 2.", "two", "Two!", "#2", "2️⃣", "(2)", "２", "②", "2 2")),
        *((said, 1) for said in ("no. 2", "dos", "DOS")),
        *((said, 1) for said in ("Option 2", "opción dos", "la segunda", "I'll take 2, thanks", "2nd", "2 evening")),
        *((said, 1) for said in ("evening", "Evening please", "evening (2)", "2\n\n", "> In the morning\n2")),
        *((said, 0) for said in ("morning", "In the MORNING.", "uno", "1 in the morning", "primero")),
        *((said, 2) for said in ("very good", "Very good!")),
        *((said, 3) for said in ("good", "GOOD", "4")),
        *((said, 4) for said in ("2 days", "5")),
        *((said, None) for said in ("1 or 2", "1,2", "1 and 2", "not evening", "No evening", "morning or evening")),
        *((said, None) for said in ("Evening stop", "stop the evening", "unsubscribe evening", "evening, remove me")),
        *((said, None) for said in ("quitame evening", "evening baja", "Alto evening", "evening cancelar por favor")),
        *(
            (said, None)
            for said in ("9", "0", "10", "2.5", "2/3", "$2", "2pm", "half past 2", "call me at 2", "a", "b")
        ),
        *((said, None) for said in ("", "  ", "👍", "2 kids are ill", "two hours late", "1 evening", "no")),
        *(
            (said, None)
            for said in ("cant do evening", "I can’t do the evening", "evening doesn't work", "Evening hate it")
        ),
        *((said, None) for said in ("what time in the evening", "which evening?", "any evening", "evening isnt good")),
        *((said, None) for said in ("2 evening?", "evening then, or what", "evening unless it rains")),
        *((said, 1) for said in ("2?", "Evening?", "evening works for me")),
        *((said, None) for said in ("2 👎", "👎🏽 evening", "❌ 2", "Evening 🚫")),
        ("x" * 9_000, None),
    ],
)
def test_a_number_is_read_however_it_is_written(said, place):
    assert chosen(said, TIMES) == place


def test_no_before_a_number_may_be_the_answer_no():
    assert [chosen(said, ("Yes", "No")) for said in ("no 1", "No. 1", "nr 1", "1", "no", "yes")] == [
        *(None, None),
        *(0, 0, 1, 0),
    ]


def test_a_cross_that_is_an_answer_denies_none():
    assert [chosen(said, ("✅ Yes", "❌ No")) for said in ("❌ No", "❌ 2", "👎 2")] == [1, 1, None]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        *((said, 1) for said in ("b)", "B", "(b)", "b.", "b blue", "I vote b", "Letter B", "🅱", "la b")),
        *((said, 0) for said in ("a", "option A", "red!", "A")),
        *((said, 2) for said in ("c", "It doesnt matter", "it doesn’t matter")),
        *((said, None) for said in ("a or b", "A blue", "2", "d", "two", "a lot")),
    ],
)
def test_so_is_a_letter(said, place):
    assert chosen(said, COLORS, lettered=True) == place


@pytest.mark.parametrize(
    ("said", "place"),
    [
        *(
            (said, 0)
            for said in ("mardi", "Mardi svp", "un", "premier", "1er", "le mardi s’il vous plaît", "je prends le 1")
        ),
        *((said, 1) for said in ("deux", "Le deuxième", "2e", "plutôt jeudi matin", "réponse 2", "jeudi matin merci")),
        *(
            (said, None)
            for said in ("pas mardi", "je ne peux pas mardi", "sauf jeudi matin", "jamais mardi", "ni mardi")
        ),
        *((said, None) for said in ("mardi ou jeudi matin", "non, mardi", "mardi arrêtez", "quel mardi", "trois")),
    ],
)
def test_french_is_read_and_its_denials_are_none(said, place):
    assert chosen(said, DAYS) == place


@settings(max_examples=40)
@given(st.integers(2, 9), st.integers(0, 8), st.sampled_from(DRESSES))
def test_every_key_is_read_back_and_no_other(count, place, dress):
    answers = [f"answer{chr(97 + at) * 3}" for at in range(count)]
    for lettered in (False, True):
        said = dress.replace("{}", key_of(place, lettered=lettered))
        assert chosen(said, answers, lettered=lettered) == (place if place < count else None)


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_no_text_breaks_it_and_every_answer_there_is_is_one(said):
    place = chosen(said, TIMES)
    assert place is None or 0 <= place < len(TIMES)


def test_reactions_and_machines_answer_nothing():
    assert not is_own("Liked “1 In the morning”")
    assert chosen("Liked “1 In the morning”", TIMES) is None
    assert is_own("2")
