"""Which words a text is found by, and what is looked at again: one rule for both sides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texting.masking import hide_people
from texting.searching.asking import excerpt, is_named, read, says
from texting.searching.words import LONGEST_WORD, MOST_WORDS, beginnings_of, words_of


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Your Crème brûlée is ready", "creme BRULEE"),
        ("Die Straße ist gesperrt", "STRASSE"),
        ("予約は明日の午後です", "明日"),
        ("予約は明日の午後です", "予"),
        ("นัดหมายพรุ่งนี้เวลาสิบโมง", "พรุ่งนี้"),
        ("See you 🎉👍🏽", "👍"),
        ("I don't know", "don't know"),
        ("موعدك غدا الساعة", "غدا"),
        ("\u0645\u0648\u0639\u062f\u0643", "موعدك"),
        ("de\u0301ja\u0300 vu", "déjà"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full"),
        ("soft\u00adhyphen", "softhyphen"),
        ("It is off  the\nrecord, ok", '"off the record"'),
        ("It is off the record", "“off the record”"),
        ("How are you? Your order is late", '"how are you" late'),
        ("order " + "x" * 60 + "1", "x" * 60 + "1"),
        ("Call (415) 555-0123 today", "415-555-0123"),
        ("Call 4155550123", "+1 415 555 0123"),
        ("Order 100233451 has left", "100233451"),
    ],
)
def test_what_is_written_is_found(text, query):
    asked = read(query)
    assert says(asked, text)
    assert set(asked.words) <= set(words_of(text)), "and the index leads to it"
    assert any(part.is_hit for part in excerpt(asked, text))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("A party at ten", "art"),
        ("record the off", '"off the record"'),
        ("You are late, how?", '"how are you" late'),
        ("How are you?", '"how are you"'),
        ("Call •••• 0123", "415-555-0123"),
        ("order " + "x" * 60 + "1", "x" * 60 + "2"),
        ("the appointment", "the"),
        ("anything", ""),
        ("anything", '""'),
        ("anything", "?!. -"),
        ("anything", "\x00"),
    ],
)
def test_what_is_not_written_is_not_found(text, query):
    assert not says(read(query), text)


def test_numbers_and_addresses_are_no_words():
    """What is masked for some is in the index of nobody: of a number its last four digits are."""
    words = words_of("Write to maria.bell@example.com or call +1 (415) 555-0123, card 4111 1111 1111 1111")
    assert not {"maria", "bell", "example", "415", "555", "4155550123", "4111"} & set(words)
    assert {"write", "call", "card", "0123", "1111"} <= set(words)


def test_a_text_has_only_so_many_words_and_a_word_only_so_many_signs():
    assert len(words_of(" ".join(f"w{number}" for number in range(5_000)))) == MOST_WORDS
    assert words_of("y" * 100_000) == ["y" * LONGEST_WORD]


@given(st.text(max_size=300), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_and_any_query(text, typed):
    words, query = words_of(text), read(typed)
    assert len(words) == len(set(words)) <= MOST_WORDS
    shown = excerpt(query, text)
    assert all(part.text for part in shown)
    if says(query, text):
        assert any(part.is_hit for part in shown)
    if says(query, hide_people(text)):  # what stands in an address or a number is found by its last four digits only
        assert set(query.words) <= set(words), "what a text says leads to it"


def test_what_stands_in_an_address_leads_nowhere():
    assert words_of("00@0") == []
    assert says(read("00"), "00@0")


@given(st.lists(st.text("abcdéßж山 -'", min_size=1, max_size=8), min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_every_part_of_a_text_finds_it(parts):
    text = " ".join(parts)
    for part in parts:
        query = read(part)
        assert says(query, text) or not query.terms
        assert set(query.words) <= set(words_of(text))


def test_names_are_found_by_how_their_words_begin():
    assert is_named(read("mar be"), "Marcus Bell")
    assert is_named(read("bell marc"), "Marcus Bell")
    for typed in ("o'bri", "obri", "brien", "O’BRIEN"):
        assert is_named(read(typed), "Séan O’Brien"), typed
    assert not is_named(read("seano"), "Séan O’Brien")
    assert is_named(read("太郎"), "山田太郎")
    assert not is_named(read("arcus"), "Marcus Bell")
    assert not is_named(read(""), "Marcus Bell")
    assert {"ma", "marcus", "be", "bell"} <= set(beginnings_of("Marcus Bell"))
    assert "marcusmarcus" not in beginnings_of("Marcusmarcus")
