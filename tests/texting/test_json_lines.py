"""The machinery under the commands that judge a file of texts: faults name their line, output is whole or absent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from texting.json_lines import LONGEST_LINE, BadLines, answer_lines

Run = Callable[[bytes], list[dict[str, Any]]]


def length(text: str, line: dict[str, Any]) -> dict[str, Any]:
    if line.get("forbidden"):
        raise ValueError('"forbidden" is not allowed.')
    return {"length": len(text)}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def answered(content: bytes) -> list[dict[str, Any]]:
        (tmp_path / "in").write_bytes(content)
        count = answer_lines(str(tmp_path / "in"), str(tmp_path / "out"), length)
        lines = (tmp_path / "out").read_text().splitlines()
        assert len(lines) == count
        return [json.loads(line) for line in lines]

    return answered


def test_each_line_is_answered_in_order_with_its_own_id(run: Run) -> None:
    content = '{"id": "b", "text": "åß"}\n\n{"id": 7, "text": ""}\r\n{"id": null, "text": "\\ud83d", "other": 1}'
    assert run(content.encode()) == [{"id": "b", "length": 2}, {"id": 7, "length": 0}, {"id": None, "length": 1}]


def test_a_byte_order_mark_is_no_fault(run: Run) -> None:
    assert run(b'\xef\xbb\xbf{"id": 1, "text": "x"}') == [{"id": 1, "length": 1}]


def test_an_empty_file_gives_an_empty_file(run: Run) -> None:
    assert run(b"") == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"{oops", "Line 2 is not JSON. Each line must be one JSON object."),
        (b"[" * 100_000, "Line 2 is not JSON. Each line must be one JSON object."),
        (b'{"id": ' + b"9" * 5000 + b', "text": ""}', "Line 2 is not JSON. Each line must be one JSON object."),
        (b"[1, 2]", 'Line 2 is not a JSON object with the keys "id" and "text".'),
        (b'{"text": "x"}', 'Line 2 has no "id".'),
        (b'{"id": 1}', 'Line 2 has no "text".'),
        (b'{"id": 1, "text": 5}', 'Line 2: "text" must be a string.'),
        (b'{"id": 1, "text": null}', 'Line 2: "text" must be a string.'),
        (b'{"id": 1, "text": "caf\xe9"}', "Line 2 is not UTF-8 text. Save the file as UTF-8."),
        (b'{"id": 1, "text": "", "forbidden": 1}', 'Line 2: "forbidden" is not allowed.'),
        (b'{"id": 1, "text": "' + b"x" * LONGEST_LINE, f"Line 2 is longer than {LONGEST_LINE:,} bytes."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_line_is_named_and_nothing_is_written(run: Run, tmp_path: Path, line: bytes, sentence: str) -> None:
    (tmp_path / "out").write_text("from yesterday")
    with pytest.raises(BadLines) as refusal:
        run(b'{"id": 1, "text": "good"}\n' + line)
    assert str(refusal.value) == sentence
    assert (tmp_path / "out").read_text() == "from yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"], "no half-written file stays behind"


def test_a_file_in_utf_16_is_refused(run: Run) -> None:
    with pytest.raises(BadLines, match="Line 1 is not UTF-8"):
        run('{"id": 1, "text": "x"}'.encode("utf-16"))


def test_a_file_may_be_answered_in_place(tmp_path: Path) -> None:
    both = tmp_path / "both"
    both.write_text('{"id": 1, "text": "abc"}')
    answer_lines(str(both), str(both), length)
    assert json.loads(both.read_text()) == {"id": 1, "length": 3}


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadLines, match=r"Cannot read .*missing: No such file"):
        answer_lines(str(tmp_path / "missing"), str(tmp_path / "out"), length)
    assert not (tmp_path / "out").exists()
    (tmp_path / "in").write_text("")
    with pytest.raises(BadLines, match=r"Cannot write .*: No such file"):
        answer_lines(str(tmp_path / "in"), str(tmp_path / "missing" / "out"), length)
    with pytest.raises(BadLines, match=r"Cannot write .*: Is a directory"):
        answer_lines(str(tmp_path / "in"), str(tmp_path), length)


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"id": 1, "text": "abc"}')
    assert answer_lines(str(tmp_path / "in"), "/dev/null", length) == 1
    assert Path("/dev/null").is_char_device()
