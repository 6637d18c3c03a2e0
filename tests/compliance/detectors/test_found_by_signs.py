"""What is looked for by walking over signs is what a pattern over the whole text finds."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.detectors import (
    amounts,
    card_details,
    credentials,
    dates,
    digit_runs,
    known_words,
    sentence_ends,
    sentences,
    shapes,
    values,
    vocabulary,
)
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


@settings(max_examples=100, deadline=None)
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


@settings(max_examples=100, deadline=None)
@given(TEXTS)
@example("12thmarch1990")
@example("x'may 1990")
@example("12 marchof 1990")
@example("1 2 12 12 12")
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


@settings(max_examples=100, deadline=None)
@given(TEXTS)
@example("5,%")
@example("1 / 2")
@example("1-2-90")
@example("a: 1")
def test_values_that_are_none_are_looked_for_wherever_they_may_be(text):
    reading = read(text)
    if values._NO_VALUE.search(reading.text):
        assert values._is_marked(reading)
    if values._WITH_DATE.search(reading.text):
        assert values._may_be_spaced(reading)
    if dates._NUMERIC.search(reading.text):
        assert values._is_marked(reading) or values._may_be_spaced(reading)


@settings(max_examples=100, deadline=None)
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
    whole = sentences.Sentence(reading.text, 0, len(reading.text), {})
    found = [(one.start, one.end) for one in amounts.amounts_of(reading, whole)]
    expected = [
        (match.start("sign") if match["sign"] else match.start("number"), match.end())
        for match in amounts._AMOUNT.finditer(reading.text)
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
    words = vocabulary.words_with_figures(text, vocabulary.signs_of(text.encode()), None)
    every = vocabulary.words_of(text, vocabulary.WORD_WITH_FIGURES)
    assert words.names == every.names


BEFORE = re.compile(rf"(\S{{4,64}}) (?:is|es|was|=|ist|as|for|are)(?: (?:{credentials._OWN}))* ?\Z")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from((*("Abc#9", "ab", "x" * 40, "is", "for", "my", "new", "was", "=", "\n"), *"    ")), max_size=9
    )
)
@example(["x" * 40, "x" * 40, " ", "is", " ", "my", " "])
@example(["Abc#9", " ", "is", " ", "is", " "])
@example(["Abc#9", "\n", " ", "is", " "])
def test_the_word_before_a_secrets_name_is_that_of_the_pattern(pieces):
    text = "".join(pieces)
    match = BEFORE.search(text[-credentials._WINDOW :])
    assert credentials._word_before(text, len(text))[0] == (match[1] if match else "")


def test_every_slip_of_a_word_means_it_and_is_as_long_as_slips_are_looked_up_from():
    known_words.settle()
    assert min(map(len, known_words._SLIPS)) >= known_words._LONG_SLIP
    for word, flags in known_words._WITHHELD.items():
        (known,) = known_words.look_up([word])
        assert known is None or not known.flags & flags, word
    for word in list(known_words._WORDS)[::50]:
        for slip, known in zip(
            known_words.slips(word), known_words.look_up(list(known_words.slips(word))), strict=True
        ):
            assert known is not None, slip
            assert word in known.meant
            assert known.flags & known_words._TELLING.get(word, 0) == known_words._TELLING.get(
                word, 0
            ) & ~known_words._WITHHELD.get(slip, 0)


def test_what_is_added_later_is_known_and_takes_nothing_away():
    before = known_words.look_up(["password", "passwrod", "zorbleflux"])
    lexicon = vocabulary.phrases({"KIND": ["zorbleflux of doom"]})
    try:
        found = lexicon.find("a zorblefluxx of doom", vocabulary.words_of("a zorblefluxx of doom"))
        assert [(hit.start, hit.end, hit.phrase) for hit in found] == [(2, 21, "zorbleflux of doom")]
        after = known_words.look_up(["password", "passwrod", "zorbleflux"])
        assert before[2] is None
        assert after[2] is not None
        assert [known.flags for known in after[:2]] == [known.flags for known in before[:2]]
    finally:
        known_words._LEXICONS.pop()
        for word in ("zorbleflux", "doom"):
            known_words._WORDS.pop(word, None)
        known_words.settle()
