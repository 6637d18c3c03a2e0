"""Two tables of replies, written before anybody measured the rules with them (decision 0115).

One line a text: what it must be, a tab, the text (\\n is a line break). O: an opt-out, heard at once; P: perhaps, so
paused or more; N: about something else; S and H: START and HELP. A text of O that is only paused is a weakness, one
that is not even paused is a fault; a text of N that opts out is a fault, one that is paused is a weakness.
"""

from pathlib import Path

import pytest

from compliance.words.keywords import classify

HERE = Path(__file__).parent
RIGHT = {"O": {"opt_out"}, "P": {"review", "opt_out"}, "N": {"none"}, "S": {"start"}, "H": {"help"}}
FAULTS = {("O", "none"), ("N", "opt_out"), ("O", "start"), ("S", "opt_out"), ("H", "opt_out")}
KNOWN_FAULT = "Never text? I thought you did"  # a question about a habit; the same words as an order opt out


def table(name: str) -> list[tuple[str, str]]:
    rows = (HERE / f"held_out_{name}.tsv").read_text("utf-8").splitlines()
    return [(label, text.replace("\\n", "\n")) for label, text in (row.split("\t") for row in rows)]


@pytest.mark.parametrize(("name", "size", "most"), [("first", 470, 10), ("second", 100, 4)])
def test_texts_that_nobody_has_shown_the_rules_are_understood(name: str, size: int, most: int) -> None:
    judged = [(label, text, classify(text).action) for label, text in table(name)]
    missed = [row for row in judged if row[2] not in RIGHT[row[0]]]
    faults = [row for row in missed if (row[0], row[2]) in FAULTS and row[1] != KNOWN_FAULT]
    assert len(judged) >= size
    assert faults == []
    assert len(missed) <= most, missed


@pytest.mark.parametrize(
    "text",
    [
        "ya no me llames, mándame texto",
        "no me llamen, escríbanme por aquí",
        "no dejen de mandarme los recordatorios",
        "arrête-toi devant la porte",
        "ne m'appelez plus, textez-moi",
        "je ne reçois plus vos messages",
        "Hable más alto por favor",
    ],
)
def test_the_opposite_of_an_opt_out_is_none(text: str) -> None:
    assert classify(text).action == "none"


def test_no_comes_before_an_order_and_turns_it_only_in_one_breath() -> None:
    assert classify("no, dejen de mandarme mensajes").action == "opt_out"
    assert classify("no dejen de mandarme mensajes").action == "none"
