"""Our own labelled sets: every message drawn from the files of `messages/`, the same each time."""

from collections.abc import Iterable, Iterator

from bench.detection.everyday import MESSAGES
from bench.detection.grammar import draw_items, read_sections
from bench.detection.items import Item
from bench.detection.values import VALUES

SEED = "parley 1"
FILES = (
    "identifiers.txt",
    "health_and_finance.txt",
    "hard_negatives.txt",
    "ordinary.txt",
    "stories.txt",
    "intents.txt",
)
# Written later, each first scored before anything was mended; RESULTS.md holds those scores.
WRITTEN_BLIND = (
    "intents_second.txt",
    "fresh.txt",
    "third.txt",
    "fourth.txt",
    "fifth.txt",
    "sixth.txt",
    "seventh.txt",
    "eighth.txt",
)
# Labelled message by message, in lines of JSON as in `shared/detect/README.md`. The ninth by somebody who had seen no
# detector; the tenth for the kinds of faults that the ninth showed, before they were mended; the eleventh thereafter;
# the twelfth by somebody else who had seen no detector and none of these; the fourteenth for the kinds that it showed.
# The thirteenth is by the author of the twelfth and was kept from whoever mended until it had been scored; then the
# kinds of its faults were mended, for which messages were added to the fourteenth before. The fifteenth is by a third
# person who had seen none of all that; the sixteenth is for the kinds that it showed, written before they were mended.
# The seventeenth is again by somebody who had seen no detector, and the eighteenth for the kinds that it showed. So is
# the nineteenth, and what stands beside it is for its kinds; and the twentieth likewise.
# The twenty-first is by somebody who had seen no detector and none of these, and nobody who mends reads it: it judges.
# Whoever looks at what was missed in it makes a guard of it, and has somebody write another.
JUDGE = MESSAGES / "judge.jsonl"
NINTH = MESSAGES / "ninth.jsonl"
BY_HAND = {
    "ninth, written blind": NINTH,
    "tenth": MESSAGES / "tenth.jsonl",
    "eleventh": MESSAGES / "eleventh.jsonl",
    "twelfth, written blind": MESSAGES / "twelfth.jsonl",
    "thirteenth, written blind": MESSAGES / "thirteenth.jsonl",
    "fourteenth": MESSAGES / "fourteenth.jsonl",
    "fifteenth, written blind": MESSAGES / "fifteenth.jsonl",
    "sixteenth": MESSAGES / "sixteenth.jsonl",
    "seventeenth, written blind": MESSAGES / "seventeenth.jsonl",
    "eighteenth": MESSAGES / "eighteenth.jsonl",
    "nineteenth, written blind": MESSAGES / "nineteenth.jsonl",
    "beside the nineteenth": MESSAGES / "beside_nineteenth.jsonl",
    "twentieth, written blind": MESSAGES / "twentieth.jsonl",
    "beside the twentieth": MESSAGES / "beside_twentieth.jsonl",
}


def own_items(files: Iterable[str] = FILES) -> Iterator[Item]:
    """The items of those files; no text twice."""
    seen: set[str] = set()
    for name in files:
        for section in read_sections((MESSAGES / name).read_text(encoding="utf-8")):
            yield from draw_items(section, VALUES, seen, SEED)
