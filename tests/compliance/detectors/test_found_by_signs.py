"""What is looked for by walking over signs is what a pattern over the whole text finds."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.detectors import card_details, dates, digit_runs, finance, sentence_ends, shapes, values, vocabulary
from compliance.detectors.folding import fold
from compliance.detectors.reading import Reading, read_text

ROW = re.compile(r"\d+(?:[ \t\-._/*,:;|~+()&=]{1,3}\d+)*")
MARKS = st.text(st.sampled_from("0123456789 -./|,:;$%&a\n"), max_size=24)
PIECES = (
    *(
        "1",
        "12",
        "90",
        "2019",
        "1990",
        "04071990",
        "1229",
        "500",
        "1,200",
        ".50",
        "$",
        "-",
        " ",
        "/",
        " / ",
        ".",
        ",",
        ":",
    ),
    *("usd", "usd ", "£", "k", "%", "x", "é", "'", "march", "th", "of ", "the ", "mai", "twenty-nine", "\n", "!", "? "),
    *("1eg4", "te5", "mk72", "gb", "type ", "stage ", "chapter ", "a1c", "    "),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def read(text: str) -> Reading:
    return read_text(text, fold(text), "in", spelled=False, numbers=True)


def spans(matches: object) -> list[tuple[int, int]]:
    return [match.span() for match in matches]  # type: ignore[attr-defined]


@settings(max_examples=300, deadline=None)
@given(MARKS | TEXTS)
@example("1    2 3")
@example("4....5")
@example("4 - 5 ...6.")
def test_rows_of_digits_are_those_of_the_pattern(text):
    found = digit_runs.runs(text)
    assert [(run.start, run.end) for run in found] == spans(ROW.finditer(text))
    for run in found:
        assert [(group.start, group.end) for group in run.groups] == spans(
            re.compile(r"\d+").finditer(text, run.start, run.end)
        )
        assert all(group.digits == text[group.start : group.end] for group in run.groups)
        assert run.size == sum(len(group.digits) for group in run.groups)
    assert digit_runs.group_starts(text) == [match.start() for match in re.finditer(r"\d+", text)]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("12thmarch1990")
@example("x'may 1990")
@example("marchof 1990")
@example("marchtwenty-nine")
@example("1/2/1990 04071990")
@example("12/90 1229 1 2 29")
@example("1eg4te5mk72")
def test_dates_and_the_like_are_those_of_their_patterns(text):
    reading = read(text)
    text, starts = reading.text, reading.starts()
    for pattern in (dates._NUMERIC, dates._COMPACT, card_details._EXPIRY, card_details._SOLID, card_details._SPOKEN):
        assert spans(digit_runs.at_digits(pattern, text, starts)) == spans(pattern.finditer(text))
    assert spans(digit_runs.at_digits(shapes._MBI, text, starts)) == spans(shapes._MBI.finditer(text))
    if dates._NAMED.search(text) or card_details._NAMED.search(text):
        assert dates.names_a_month(reading)
    every = dates.dates(reading, named=True)
    assert sorted(date.start for date in every if date.compact) == [m.start() for m in dates._COMPACT.finditer(text)]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("5,%")
@example("1 / 2")
@example("1-2-90")
@example("a: 1")
def test_values_that_are_none_are_looked_for_wherever_they_may_be(text):
    reading = read(text)
    if values._NO_VALUE.search(reading.text):
        assert values._is_marked(reading.text)
    if values._WITH_DATE.search(reading.text):
        assert values._may_be_spaced(reading)
    if dates._NUMERIC.search(reading.text):
        assert values._is_marked(reading.text) or values._may_be_spaced(reading)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("-$5")
@example("x$5")
@example("x$ 5")
@example("xusd 5")
@example("-usd 5")
@example("5$6")
@example("5€ 6")
@example("1,200.50-5")
def test_amounts_are_those_of_the_pattern(text):
    reading = read(text)
    whole = finance.Sentence(reading.text, 0, len(reading.text), {})
    found = [(one.start, one.end) for one in finance._amounts(reading, whole)]
    expected = [
        (match.start("sign") if match["sign"] else match.start("number"), match.end())
        for match in finance._AMOUNT.finditer(reading.text)
    ]
    assert found == expected


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ab .!?;\né"), max_size=16))
def test_sentences_end_alike_in_plain_texts_and_others(text):
    ends = sentence_ends.sentence_ends
    assert ends(text + "é")[:-1] == ends(text.replace("é", "a") + "a")[:-1]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("type 2")
@example("stage 4 a1c")
def test_words_with_figures_are_those_of_the_pattern(text):
    words = vocabulary.words_with_figures(text, None)
    every = vocabulary.words_of(text, vocabulary.WORD_WITH_FIGURES)
    assert words.names == every.names
