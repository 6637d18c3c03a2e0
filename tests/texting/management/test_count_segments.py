"""`manage.py count_segments`, started as an operator starts it: in its own process, without any environment."""

import json
from pathlib import Path

import pytest

from tests.line_commands import manage


def test_texts_are_counted_without_a_database(tmp_path: Path) -> None:
    lines = [
        {"id": "plain", "text": "See you at 5 [gate {2}]"},
        {"id": "emoji", "text": "👍🏽👍🏽 ok ç 👍🏽"},
        {"id": "smart", "text": "Don’t", "smart_encoding": True},
    ]
    (tmp_path / "in").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    done = manage("count_segments", str(tmp_path / "in"), str(tmp_path / "out"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()] == [
        {"id": "plain", "encoding": "GSM-7", "units": 27, "segments": 1, "culprits": []},
        {"id": "emoji", "encoding": "UCS-2", "units": 18, "segments": 1, "culprits": ["👍🏽", "ç"]},
        {"id": "smart", "encoding": "GSM-7", "units": 5, "segments": 1, "culprits": []},
    ]


def test_dashes_mean_standard_input_and_output() -> None:
    done = manage("count_segments", "-", "-", stdin='{"id": 1, "text": "hi"}\n')
    assert json.loads(done.stdout) == {"id": 1, "encoding": "GSM-7", "units": 2, "segments": 1, "culprits": []}
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("nonsense", "CommandError: Line 1 is not JSON. Each line must be one JSON object.\n"),
        (
            '{"id": 1, "text": "", "smart_encoding": "yes"}',
            'CommandError: Line 1: "smart_encoding" must be true or false.\n',
        ),
    ],
)
def test_a_bad_line_ends_the_command_with_one_sentence(tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / "in").write_text(line)
    done = manage("count_segments", str(tmp_path / "in"), str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (1, sentence)
    assert not (tmp_path / "out").exists()


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "in").touch()
    done = manage("count_segments", str(tmp_path / "in"), str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "There was no line to count.\n")
    assert (tmp_path / "out").read_bytes() == b""
