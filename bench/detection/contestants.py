"""Who is measured: our detectors with our intents, and Presidio in an environment of its own."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.detection.items import Item, Prediction, Span, spans_of

ROOT = Path(__file__).resolve().parents[2]
PRESIDIO_PYTHON = ROOT / ".venv" / "presidio" / "bin" / "python"
PRESIDIO_SCRIPT = Path(__file__).with_name("presidio_predictions.py")


@dataclass(frozen=True, slots=True)
class Run:
    """What a contestant said, by item, and in how much processor time, loading left out."""

    name: str
    predictions: Mapping[str, Prediction]
    seconds: float

    def texts_a_second(self) -> float:
        """Items for each second."""
        return len(self.predictions) / self.seconds if self.seconds else 0.0


def run_ours(items: Sequence[Item]) -> Run:
    """Our detectors and intents, what there is of them, through their public calls."""
    scan = _public("compliance.detectors", "scan")
    classify = _public("compliance.intents", "classify")
    for item in items[:50]:
        _predict(item, scan, classify)
    start = time.process_time()
    predictions = {item.id: _predict(item, scan, classify) for item in items}
    return Run("Parley", predictions, time.process_time() - start)


def _public(module: str, name: str) -> Any:
    """A public call, or None where the package does not exist yet."""
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name and not module.startswith(error.name):
            raise
        return None


def _predict(item: Item, scan: Any, classify: Any) -> Prediction:
    """What both say about one item. Customers alone have intents."""
    findings = scan(item.parts, direction=item.direction) if scan else ()
    intents = classify(item.text) if classify and item.direction == "in" else ()
    labels = tuple(span for finding in findings for span in _spans(finding, item))
    return Prediction(labels, frozenset(intent.name for intent in intents))


def _spans(finding: Any, item: Item) -> list[Span]:
    """A finding's place in the joined text; a finding that tells its message counts from that message's start."""
    part = getattr(finding, "part", None)
    before = sum(len(text) + 1 for text in item.parts[:part]) if part else 0
    return [Span(str(finding.type), finding.start + before, finding.end + before)]


def run_presidio(items: Sequence[Item]) -> list[Run]:
    """Presidio with its pattern recognizers, at several of its score thresholds; none when it is not installed."""
    if not PRESIDIO_PYTHON.exists():
        return []
    lines = "\n".join(json.dumps({"id": item.id, "text": item.text}) for item in items)
    done = subprocess.run(
        [str(PRESIDIO_PYTHON), "-P", str(PRESIDIO_SCRIPT)], input=lines, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"Presidio failed: {done.stderr.strip().splitlines()[-1:]}")
        return []
    report = json.loads(done.stdout)
    return [
        Run(
            f"Presidio, score from {threshold}",
            {
                row["id"]: Prediction(spans_of(r for r in row["labels"] if r["score"] >= threshold))
                for row in report["rows"]
            },
            report["seconds"],
        )
        for threshold in (0.05, 0.35, 0.5)
    ]
