"""What is looked for among signs before a pattern is tried must be there whenever the pattern is."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.detectors import dates, digit_runs, gates, shapes, vocabulary

PIECES = (
    *"aabpxz01299 -./#,$:\n<é",
    *(
        "1a9",
        "1a99",
        "1ab9",
        "abcd",
        "abcde",
        "ab",
        "99",
        "1234",
        "123456",
        "1234567",
        "12345678",
        "12.345.678",
        "p<",
        "a1c",
    ),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=10).map("".join)
LETTER_AT_DIGIT = re.compile(r"\d(?:[a-z]|(?<=[a-z]\d)|(?<=[a-z][-#]\d)|(?<=[axyz] \d)|[ -][a-z](?![a-z]))")
INITIALS = re.compile(r"(?<![a-z])[a-z][./ ][a-z](?![a-z])")
MIXED = re.compile(r"\d(?:[oil]|(?<=[oil]\d)|[ \-.][oil][ \-.]\d)")
FIGURES = re.compile(r"[a-z]\d|401|1099|w-2")


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("1a99")
@example("1ab9")
@example("x-1234567")
@example("12.345.678-z")
@example("ab 12 34 56 c")
@example("a#123")
@example("gb 8 2 w")
@example("d.o.b 1")
def test_no_pattern_of_the_gate_is_left_untried_where_it_holds(text):
    raw = text.encode()
    signs = vocabulary.signs_of(raw)
    digits = sum(map(str.isdigit, text))
    assert gates._letter_at_digit(signs, raw) == bool(LETTER_AT_DIGIT.search(text))
    if digits >= gates._SHAPE_DIGITS:
        assert gates._begins_a_shape(text, signs, digits) == bool(gates._BEGINS_A_SHAPE.search(text))
    assert gates._begins_an_iban(text, raw) == bool(gates._BEGINS_AN_IBAN.search(text))
    assert gates._long_run(text, signs) == bool(gates._LONG_RUN.search(text))
    if ("." in text or "/" in text) and not ("b." in text or "b:" in text):  # "b. 3/4/80" is a birth
        assert gates._initials(text, raw) == bool(INITIALS.search(text))
    if FIGURES.search(text):
        assert (
            vocabulary.words_with_figures(text, vocabulary.signs_of(text.encode()), None).names
            == vocabulary.words_of(text, vocabulary.WORD_WITH_FIGURES).names
        )


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("abcpe1234a")
@example("baaa010101hbbbbb01")
@example("morga657054sm9ij")
@example("ab123456c")
@example("a-123 456-789")
@example("x1234567z")
@example("p<gbrsmith<<john<<")
@example("1eg4te5mk72")
@example("1 / 2 / 90")
def test_no_date_and_no_shape_is_left_untried_where_it_stands(text):
    if dates._NUMERIC.search(text):
        assert dates._may_hold_digits(text.encode().translate(dates._MARKS_BETWEEN).decode())
    signs = vocabulary.signs_of(text.encode())
    ends_in_letter = "0a" in signs or "0 a" in signs or "0-a" in signs
    assert all(
        needs in (text if needs == "p<" else signs) and (ends_in_letter or not ends)
        for pattern, _, needs, ends in shapes._GOVERNMENT
        if pattern.search(text)
    )
    assert "0a" in signs or not shapes._MBI.search(text)
    assert shapes._may_be_iban(text.encode()) or not shapes._IBAN_START.search(text)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("oil0123456789 -.#é~"), max_size=24))
@example("4 o 1")
@example("4o")
@example("b o1")
@example("4#1")
def test_letters_and_odd_marks_between_digits_are_seen(text):
    def with_all_patterns(pattern, change):
        return change if pattern.search(text) else text

    assert digit_runs.usual_marks(text) == with_all_patterns(
        digit_runs._ODD_MARK, digit_runs._ODD_ROW.sub(digit_runs._with_dashes, text)
    )
    if MIXED.search(text):
        assert digit_runs._may_be_mixed(text)
