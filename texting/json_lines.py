"""Files of JSON lines in and out, for commands that judge one thing a line: `{"id": ..., "text": ...}`.

Every fault names its line. The output appears under its name only when it is complete: it is written beside it and then
renamed. `-` means standard input or output. Plain values: no Django.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

LONGEST_LINE = 1_048_576  # bytes; a text has at most 1,600 characters
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Answer = Callable[[str, dict[str, Any]], dict[str, Any]]


class BadLines(ValueError):
    """The work cannot be done. `str(error)` is a sentence for the person at the terminal; it never quotes a text."""


def answer_lines(source: str, target: str, answer: Answer, *, subject: str = "text", instead: str = "") -> int:
    """Write `{"id": <id of the line>, **answer(subject, line)}` for each line of `source` to `target`; return how many.

    `subject` is the key of the string that each line is about; a line with the key `instead` may do without it, and
    the subject is then empty. Raises `BadLines` for a file that cannot be read or
    written and for a line that is not UTF-8, too long, not a JSON object, without `id` or the subject, or refused by
    `answer` with a `ValueError`. Blank lines are left out.
    """
    with _reading(source) as lines, _writing(target) as out:
        count = 0
        for number, raw in _numbered(lines):
            row = _parsed(number, raw, subject, instead)
            try:
                result = {"id": row["id"], **answer(row.get(subject, ""), row)}
            except ValueError as error:
                raise BadLines(f"Line {number}: {error}") from None
            out.write(json.dumps(result).encode("ascii") + b"\n")  # escapes keep odd characters harmless anywhere
            count += 1
        return count


def _numbered(lines: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while raw := lines.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            raise BadLines(f"Line {number} is longer than {LONGEST_LINE:,} bytes.")
        if number == 1:
            raw = raw.removeprefix(_BYTE_ORDER_MARK)
        if raw.strip():
            yield number, raw


def _parsed(number: int, raw: bytes, subject: str, instead: str) -> dict[str, Any]:
    try:
        row = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadLines(f"Line {number} is not UTF-8 text. Save the file as UTF-8.") from None
    except (ValueError, RecursionError):
        raise BadLines(f"Line {number} is not JSON. Each line must be one JSON object.") from None
    if not isinstance(row, dict):
        raise BadLines(f'Line {number} is not a JSON object with the keys "id" and "{subject}".')
    for key in ("id", subject):
        if key not in row and not (key == subject and instead in row):
            raise BadLines(f'Line {number} has no "{key}".')
    if not isinstance(row.get(subject, ""), str):
        raise BadLines(f'Line {number}: "{subject}" must be a string.')
    return row


@contextmanager
def _reading(source: str) -> Iterator[BinaryIO]:
    if source == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(source).open("rb") as file:
            yield file
    except OSError as error:
        raise BadLines(f"Cannot read {source}: {error.strerror}.") from None


@contextmanager
def _writing(target: str) -> Iterator[BinaryIO]:
    if target == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(target).resolve()
    in_place = path.exists() and not path.is_file()  # a pipe or a device must not be replaced by a file
    written = path if in_place else path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with written.open("wb") as file:
            yield file
        if not in_place:
            written.replace(path)
    except OSError as error:
        raise BadLines(f"Cannot write {target}: {error.strerror}.") from None
    finally:
        if not in_place:
            written.unlink(missing_ok=True)
