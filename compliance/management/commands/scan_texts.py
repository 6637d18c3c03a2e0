"""`manage.py scan_texts IN OUT`: what many texts hold that must not be in a text. No database."""

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Literal

from compliance.compiled import in_use
from compliance.detectors import Finding, scan
from texting.line_command import LineCommand


class Command(LineCommand):
    """Scan each text in a file of JSON lines."""

    help = """Find cards, identity and bank numbers, health, money and secrets in texts.

IN holds one JSON object a line, in UTF-8: {"id": ..., "text": "...", "direction": "in"}. "direction" is "in" (from the
customer, also when missing) or "out". Texts that one sender wrote one after the other stand as "parts": ["...", ...]
instead of, or beside, "text", which then is the parts joined by line breaks. Other keys are ignored.

OUT gets one line for each, in the same order: {"id", "labels", "intents", "reasons"}
  labels   {"type", "start", "end"}: places count code points of the text, the end exclusive; pieces of one value have
           the same "group"
  intents  what a customer wants that must not be done by text
  reasons  {"of", "start", "rule", "weight"}: the rules by which each label was given; the rules never hold the value

- stands for standard input or output. OUT is complete or not there at all. How many texts a second of one processor
were scanned is written to standard error, with whether compiled modules did it. A fault ends with status 1 and one
sentence that names the line."""
    verb = "scan"
    instead = "parts"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the word lists, then scan and write."""
        self._scanner = _Scanner()
        super().handle(*args, **options)

    def answer(self, subject: str, line: dict[str, Any]) -> dict[str, Any]:
        """One line."""
        return self._scanner.answer(subject, line)

    def tell(self, done: int) -> None:
        """How fast it was, and how."""
        self.stderr.write(f"{done:,} texts, {done / max(self._scanner.seconds, 1e-9):,.0f} a second.")
        self.stderr.write(
            "By compiled modules." if in_use() else "By modules as they are written: `make compiled` is faster."
        )


class _Scanner:
    """Answers lines and keeps the processor time that scanning took, without reading and writing."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._classify = _intents()
        scan("to load the word lists")

    def answer(self, text: str, line: dict[str, Any]) -> dict[str, Any]:
        """The answer to one line. Raises ValueError for a line that makes no sense."""
        parts = _parts(text, line)
        direction = _direction(line)
        started = time.process_time()  # so that other programs count little
        findings = scan(parts, direction=direction)
        intents = self._classify("\n".join(parts)) if direction == "in" else ()
        self.seconds += time.process_time() - started
        return {
            "labels": [_label(finding) for finding in findings],
            "intents": [intent.name for intent in intents],
            "reasons": [
                {"of": finding.type, "start": finding.start, "rule": reason.rule, "weight": reason.weight}
                for finding in findings
                for reason in finding.reasons
            ],
        }


def _intents() -> Callable[[str], Sequence[Any]]:
    """The classifier of intents, where this version has one."""
    try:
        found: Callable[[str], Sequence[Any]] = import_module("compliance.intents").classify
    except ModuleNotFoundError:
        return lambda text: ()
    return found


def _parts(text: str, line: dict[str, Any]) -> list[str]:
    if "parts" not in line:
        return [text]
    parts = line["parts"]
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts):
        raise ValueError('"parts" must be a list of strings.')
    if "text" in line and text != "\n".join(parts):
        raise ValueError('"text" must be the "parts" joined by line breaks, or left out.')
    return parts


def _direction(line: dict[str, Any]) -> Literal["in", "out"]:
    direction = line.get("direction", "in")
    if direction not in ("in", "out"):
        raise ValueError('"direction" must be "in" or "out".')
    return "in" if direction == "in" else "out"


def _label(finding: Finding) -> dict[str, Any]:
    label: dict[str, Any] = {"type": finding.type, "start": finding.start, "end": finding.end}
    return label if finding.group is None else {**label, "group": finding.group}
