"""`make eval-types`: how often the type of a text is told rightly, and how often a reply would wrongly be held.

ARGS="--mistakes" lists what was told wrongly. Appends to RESULTS.md of this folder with `--keep`.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.content_types import grammar
from bench.detection.sets import own_items
from compliance.content_types.classifying import VERSION, recognize
from compliance.content_types.kinds import ContentType

HERE = Path(__file__).parent
FORBIDDEN = "forbidden:"


@dataclass
class Tally:
    """Counts of one type."""

    right: int = 0
    missed: int = 0
    wrong: int = 0
    sure_wrong: int = 0

    @property
    def precision(self) -> float:
        """Of what was told to be this, the share that is."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what is this, the share that was told."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Scores:
    """What came of one set."""

    texts: int = 0
    right: int = 0
    by_type: dict[str, Tally] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    held_wrongly: int = 0
    offers: int = 0
    offers_held: int = 0

    @property
    def accuracy(self) -> float:
        """The share of all that was told rightly."""
        return self.right / self.texts


def held_out() -> Iterator[tuple[str, str]]:
    """(type, text) of the texts written by hand."""
    for line in (HERE / "held_out.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            type, text = line.split("\t")
            yield type, text


def told(text: str) -> tuple[str, bool]:
    """The type as a set names it, and whether it would act: a confident offer, or what carriers carry for nobody."""
    found = recognize(text)
    if found.forbidden:
        return FORBIDDEN + found.forbidden, True
    return found.type.value, found.is_confident and found.type is ContentType.PROMOTION


def score(items: Iterable[tuple[str, str]]) -> Scores:
    """Counts over a set."""
    scores = Scores()
    for type, text in items:
        said, acts = told(text)
        scores.texts += 1
        mine = scores.by_type.setdefault(type.partition(":")[0], Tally())
        is_offer = type == "promotion" or type.startswith(FORBIDDEN)
        scores.offers += is_offer
        scores.offers_held += is_offer and acts
        scores.held_wrongly += acts and not is_offer
        if said == type:
            scores.right += 1
            mine.right += 1
        else:
            mine.missed += 1
            scores.by_type.setdefault(said.partition(":")[0], Tally()).wrong += 1
            scores.mistakes.append(f"{type} told as {said}: {text}")
    return scores


def _lines(name: str, scores: Scores) -> Iterator[str]:
    yield f"**{name}**: {scores.texts:,} texts, {scores.accuracy:.1%} told rightly. Of {scores.offers:,} offers "
    others = scores.texts - scores.offers
    yield f"{scores.offers_held:,} would act; {scores.held_wrongly} of the other {others:,} would."
    yield ""
    yield "| type | precision | recall |"
    yield "| --- | --- | --- |"
    for type, tally in sorted(scores.by_type.items()):
        yield f"| {type} | {tally.precision:.3f} | {tally.recall:.3f} |"
    yield ""


def _ordinary() -> tuple[int, int]:
    """Of the ordinary texts of `make eval` that people of an office write: how many there are, how many would act."""
    texts = [item.text for item in own_items(("ordinary.txt", "stories.txt")) if item.direction == "out"]
    acting = Counter(told(text)[1] for text in texts)
    return len(texts), acting[True]


def main() -> None:
    """Print the figures, and keep them if asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mistakes", action="store_true")
    parser.add_argument("--keep", action="store_true")
    wanted = parser.parse_args()
    by_hand, made = score(held_out()), score(grammar.texts())
    count, acting = _ordinary()
    report = [f"Types of texts, version {VERSION}", "", *_lines("Written by hand", by_hand), *_lines("Grammar", made)]
    report.append(f"Of {count:,} ordinary outbound texts of `make eval` {acting} would act.")
    print("\n".join(report))
    if wanted.mistakes:
        print("\n".join(["", *by_hand.mistakes, *made.mistakes[:60]]))
    if wanted.keep:
        (HERE / "RESULTS.md").write_text("\n".join(report) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
