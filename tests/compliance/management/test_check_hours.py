"""`manage.py check_hours`, started as an operator starts it: in its own process, without any environment."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.line_commands import manage

LINE = {"id": 1, "number": "+12125550123", "at": "2026-11-25T12:00:00-05:00", "class": "marketing"}


def test_lines_are_judged_without_a_database(tmp_path: Path) -> None:
    late = "2026-11-25T20:30:00-05:00"
    lines = [
        {"id": 1, "number": "+13055550123", "at": late, "class": "marketing"},
        {"id": 2, "number": "+12125550123", "state": "CA", "zip": None, "at": late, "class": "marketing"},
        {"id": 3, "number": "+13055550123", "at": late, "class": "reply_to_inbound"},
    ]
    (tmp_path / "in").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    done = manage("check_hours", str(tmp_path / "in"), str(tmp_path / "out"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    eastern, pacific = "America/New_York", "America/Los_Angeles"
    assert [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()] == [
        {"id": 1, "verdict": "hold", "opens_at": "2026-11-26T13:00:00Z", "zones": [eastern], "rules": ["US-FL"]},
        {"id": 2, "verdict": "allow", "opens_at": None, "zones": [pacific, eastern], "rules": ["US-CA", "US-NY"]},
        {"id": 3, "verdict": "allow", "opens_at": None, "zones": [eastern], "rules": []},
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"number": "555-0123"}, "The number must be in international form, such as +12125550123."),
        ({"number": 12125550123}, '"number" must be a string.'),
        ({"at": ""}, '"at" must be a date and time such as 2026-11-26T20:30:00-05:00.'),
        ({"at": "2026-11-26T20:30:00"}, '"at" must say its offset, such as 2026-11-26T20:30:00-05:00.'),
        ({"at": "9999-12-31T23:59:59Z"}, '"at" must lie between 1970 and 2100.'),
        ({"state": 7}, '"state" must be a string.'),
        ({"zone": "Eastern"}, "The time zone must be a name such as America/New_York."),
        (
            {"class": "promo"},
            '"class" must be one of marketing, debt, informational, reply_to_inbound, security, emergency.',
        ),
    ],
)
def test_a_bad_line_ends_the_command_with_one_sentence_that_names_it(
    tmp_path: Path, changed: dict, sentence: str
) -> None:
    (tmp_path / "in").write_text(f"{json.dumps(LINE)}\n{json.dumps(LINE | changed)}\n")
    with pytest.raises(CommandError) as refused:
        call_command("check_hours", str(tmp_path / "in"), str(tmp_path / "out"))
    assert str(refused.value) == f"Line 2: {sentence}"
    assert list(tmp_path.iterdir()) == [tmp_path / "in"]


def test_an_operator_reads_one_sentence_and_no_trace() -> None:
    done = manage("check_hours", "-", "-", stdin=json.dumps(LINE | {"at": ""}))
    words = 'CommandError: Line 1: "at" must be a date and time such as 2026-11-26T20:30:00-05:00.\n'
    assert (done.returncode, done.stderr) == (1, words)
