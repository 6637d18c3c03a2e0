"""What a text costs: our cases in `segment_cases.jsonl` agree with the provider's public calculator."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scaling import grows_in_step
from texting import segments
from texting.graphemes import clusters
from texting.segments import GSM_BASIC, GSM_EXTENSION, SegmentCount, count, replace_culprits, simplify_accents, smart

CASES = [json.loads(line) for line in Path(__file__).with_name("segment_cases.jsonl").read_text().splitlines()]
GSM = GSM_BASIC + GSM_EXTENSION
TRICKY = st.sampled_from(
    [*"aZ 9@€[^ç“’—…\u00a0\t`é", "😀", "👍🏽", "🇺🇸", "👨‍👩‍👧‍👦", "e\u0301", "한", "नि", "\r\n", "\u200b", "½"]
)
texts = st.one_of(st.text(), st.lists(TRICKY, max_size=200).map("".join), st.text(alphabet=GSM, max_size=400))


def text_of(case: dict[str, Any]) -> str:
    return "".join(part * times for part, times in case["parts"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_known_text_costs_what_the_provider_says(case: dict[str, Any]) -> None:
    result = count(text_of(case), case.get("smart_encoding", False))
    assert (result.encoding, result.units, result.segments) == (case["encoding"], case["units"], case["segments"])
    assert [culprit.character for culprit in result.culprits] == case["culprits"]


def test_the_gsm_table_has_127_characters_and_10_extensions() -> None:
    assert len(set(GSM_BASIC)) == len(GSM_BASIC) == 127
    assert len(set(GSM_EXTENSION)) == len(GSM_EXTENSION) == 10
    assert not set(GSM_BASIC) & set(GSM_EXTENSION)


@given(st.text(alphabet=GSM, max_size=2000))
def test_a_gsm_text_costs_one_or_two_units_a_character_and_no_pair_is_split(text: str) -> None:
    result = count(text)
    assert (result.encoding, result.culprits) == ("GSM-7", ())
    assert result.units == sum(2 if character in GSM_EXTENSION else 1 for character in text)
    if result.units > 160:
        assert -(-result.units // 153) <= result.segments <= -(-result.units // 152)


@given(texts, st.booleans())
def test_segments_hold_the_units_and_culprits_explain_the_encoding(text: str, smart_encoding: bool) -> None:
    result = count(text, smart_encoding)
    body = smart(text) if smart_encoding else text
    assert result.segments >= 1
    assert result.units <= max(
        result.segments * segments.PART_SIZE[result.encoding], segments.SINGLE_SIZE[result.encoding]
    )
    assert (result.encoding == "UCS-2") == bool(result.culprits)
    assert [culprit.index for culprit in result.culprits] == sorted(culprit.index for culprit in result.culprits)
    for culprit in result.culprits:
        assert body[culprit.index :].startswith(culprit.character)
        assert culprit.name


@given(texts)
def test_clusters_put_together_are_the_text_again(text: str) -> None:
    pieces = list(clusters(text))
    assert "".join(pieces) == text
    assert all(pieces)


@pytest.mark.parametrize(
    "seen",
    [
        "👨‍👩‍👧‍👦",
        "🇺🇸",
        "1️⃣",
        "👍🏽",
        "❤️‍🔥",
        "🏳️‍🌈",
        "é́",
        "한",
        "\u1112\u1161\u11ab",
        "नि",
        "กำ",
        "🏴\U000e0067\U000e0062\U000e007f",
    ],
)
def test_what_a_person_sees_as_one_is_one_cluster(seen: str) -> None:
    assert list(clusters("a" + seen + "b")) == ["a", seen, "b"]


def test_flags_pair_up_and_line_breaks_stay_apart() -> None:
    assert list(clusters("🇺🇸🇲🇽🇨")) == ["🇺🇸", "🇲🇽", "🇨"]
    assert list(clusters("a\r\n\u0301")) == ["a", "\r", "\n", "\u0301"]


def test_a_cluster_bigger_than_a_segment_is_laid_down_piece_by_piece() -> None:
    assert count("a" + "\u0301" * 200).segments == 3
    assert count("😀" + "\u0301" * 66).segments == 1


def test_a_lone_surrogate_costs_one_unit() -> None:
    result = count("a\ud83d")
    assert (result.encoding, result.units, result.culprits[0].name) == ("UCS-2", 2, "half of a character")


def test_the_meter_names_the_character_and_offers_a_replacement() -> None:
    first, second, third, fourth = count("It’s ç — 🇺🇸").culprits
    assert (first.index, first.name, first.replacement) == (2, "curly apostrophe", "'")
    assert (second.name, second.replacement) == ("latin small letter c with cedilla", None)
    assert (third.name, third.replacement) == ("em dash", "-")
    assert (fourth.character, fourth.name, fourth.replacement) == ("🇺🇸", "flag US", None)


@pytest.mark.parametrize(
    ("dear", "cheap"),
    [
        ("“Don’t forget” — it’s at 5…", "\"Don't forget\" - it's at 5..."),
        ("5\u00a0pm\u2009sharp\tok", "5 pm sharp ok"),
        ("in\u200bvis\u00adible", "invisible"),
        ("• eggs\n• milk", "- eggs\n- milk"),
        ("‹a› ™️ № ¾ `x`", "'a' TM No. 3/4 'x'"),
        ("cafe\u0301", "café"),
        ("\u212bngstro\u0308m", "Ångström"),
    ],
)
def test_the_offered_replacements_make_a_text_cheap(dear: str, cheap: str) -> None:
    assert replace_culprits(dear) == cheap
    assert count(cheap).encoding == "GSM-7"


@pytest.mark.parametrize("text", ["Núñez 😀", "مى\u200cخواهم", "ç ł ő", "\u200d", "é\u0323"])
def test_replacing_never_touches_letters_or_emoji(text: str) -> None:
    assert replace_culprits(text) == text


@given(texts)
def test_replacing_twice_changes_nothing_more_and_never_costs_the_encoding(text: str) -> None:
    once = replace_culprits(text)
    assert replace_culprits(once) == once
    assert not [culprit for culprit in count(once).culprits if culprit.replacement is not None]
    if count(text).encoding == "GSM-7":
        assert once == text


def test_accents_are_simplified_only_where_gsm_lacks_the_letter() -> None:
    assert (
        simplify_accents("Łódź, ça, Núñez, œuvre, ệ, Müller, été, ﬀ, ß")
        == "Lodz, ca, Nuñez, oeuvre, e, Müller, été, ﬀ, ß"
    )
    assert simplify_accents("Йод ά नि 😀") == "Йод ά नि 😀"


def test_smart_encoding_composes_accents_before_the_table_can_destroy_them() -> None:
    assert smart("Sen\u0303or Nun\u0303ez") == "Señor Nuñez"
    assert smart(unicodedata.normalize("NFD", "Côté")) == "Côté"
    assert smart("\u2001|\u2000") == " |  ", "composing must not turn one space into another"


def test_the_tables_are_json_and_complete_enough_for_the_meter_in_the_browser() -> None:
    tables = json.loads(json.dumps(segments.tables()))
    assert tables["basic"] == GSM_BASIC
    assert tables["extension"] == GSM_EXTENSION
    assert "".join(tables["smart"].get(character, character) for character in "“½\t›") == '"1/2       >'
    assert tables["replacements"]["\u00a0"] == " "
    assert (tables["single"]["UCS-2"], tables["part"]["GSM-7"]) == (70, 153)
    assert all(count(offer).encoding == "GSM-7" for offer in tables["replacements"].values())
    assert all(count(offer).encoding == "GSM-7" for offer in tables["smart"].values())
    assert all(count(offer).encoding == "GSM-7" for offer in tables["accents"].values())


@pytest.mark.parametrize("unit", ["a", "€", "😀", "e\u0301", "\u0301", "🇺", "\u200d"])
def test_counting_time_grows_in_step_with_the_text(unit: str) -> None:
    def measure(times: int) -> None:
        count(unit * times, smart_encoding=True)

    assert grows_in_step(measure, size=20_000, times=8, at_most=40, floor=0.002)


def test_an_empty_text_is_one_segment() -> None:
    assert count("") == SegmentCount("GSM-7", 0, 1, ())
