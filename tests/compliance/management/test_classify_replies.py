"""`manage.py classify_replies`, started as an operator starts it: in its own process, without any environment."""

import json
from pathlib import Path

from tests.line_commands import manage


def test_texts_are_classified_without_a_database(tmp_path: Path) -> None:
    lines = [
        {"id": "a", "text": "STOP 🛑"},
        {"id": "b", "text": "Stop. wrong number"},
        {"id": "c", "text": "Do I have to reply STOP?"},
        {"id": "d", "text": "HELP!"},
        {"id": "e", "text": "Liked “Reply STOP to opt out”"},
        {"id": "f", "text": "yes", "opted_out": True},
        {"id": "g", "text": "see you at the bus stop"},
    ]
    (tmp_path / "in").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    done = manage("classify_replies", str(tmp_path / "in"), str(tmp_path / "out"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()] == [
        {"id": "a", "action": "opt_out", "tier": 0, "matched": "stop"},
        {"id": "b", "action": "opt_out", "tier": 1, "matched": "en:stop-alone"},
        {"id": "c", "action": "review", "tier": 2, "matched": "stop"},
        {"id": "d", "action": "help", "tier": 0, "matched": "help"},
        {"id": "e", "action": "none", "tier": None, "matched": "reaction"},
        {"id": "f", "action": "start", "tier": 0, "matched": "yes"},
        {"id": "g", "action": "none", "tier": None, "matched": None},
    ]


def test_dashes_mean_standard_input_and_output() -> None:
    done = manage("classify_replies", "-", "-", stdin='{"id": 1, "text": "start"}\n')
    assert json.loads(done.stdout) == {"id": 1, "action": "start", "tier": 0, "matched": "start"}


def test_a_bad_line_ends_the_command_with_one_sentence_and_no_output(tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"id": 1, "text": "stop"}\n{"id": 2, "text": "x", "opted_out": 1}')
    done = manage("classify_replies", str(tmp_path / "in"), str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (1, 'CommandError: Line 2: "opted_out" must be true or false.\n')
    assert not (tmp_path / "out").exists()
