"""`manage.py scan_texts`, started as an operator starts it: in its own process, without any environment."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.line_commands import manage


def test_texts_are_scanned_without_a_database(tmp_path: Path) -> None:
    lines = [
        {"id": "a", "text": "💳 4111 1111 1111 1111"},
        {"id": "b", "parts": ["it is 41111111", "then 11111111"], "direction": "in"},
        {"id": "c", "text": "Your table is booked for 7.", "direction": "out"},
    ]
    (tmp_path / "in").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")

    done = manage("scan_texts", str(tmp_path / "in"), str(tmp_path / "out"))

    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"3 texts, [\d,]+ a second\.\nBy modules as they are written: .*\n", done.stderr)
    one, split, none = (json.loads(line) for line in (tmp_path / "out").read_text().splitlines())
    assert one["labels"] == [{"type": "PAYMENT_CARD", "start": 2, "end": 21}]
    assert {reason["rule"] for reason in one["reasons"]} >= {"card.brand_and_luhn", "card.usual_grouping"}
    assert [(label["start"], label["end"], label["group"]) for label in split["labels"]] == [(6, 14, 1), (20, 28, 1)]
    assert none == {"id": "c", "labels": [], "intents": [], "reasons": []}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"id": 2, "text": "x", "direction": "up"}', '"direction" must be "in" or "out".'),
        ('{"id": 2, "parts": "x"}', '"parts" must be a list of strings.'),
        ('{"id": 2, "parts": []}', '"parts" must be a list of strings.'),
        ('{"id": 2, "text": "b", "parts": ["a"]}', '"text" must be the "parts" joined by line breaks, or left out.'),
    ],
)
def test_a_bad_line_ends_the_command_with_one_sentence_and_no_output(tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / "in").write_text('{"id": 1, "text": "ssn 219-09-9999"}\n' + line)

    with pytest.raises(CommandError) as refused:
        call_command("scan_texts", str(tmp_path / "in"), str(tmp_path / "out"))

    assert str(refused.value) == f"Line 2: {sentence}"
    assert list(tmp_path.iterdir()) == [tmp_path / "in"]


def test_a_line_without_text_and_parts_is_refused() -> None:
    done = manage("scan_texts", "-", "-", stdin='{"id": 1}\n')

    assert (done.returncode, done.stdout, done.stderr) == (1, "", 'CommandError: Line 1 has no "text".\n')
