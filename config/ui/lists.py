"""Lists that explain: timelines, reasons, differences."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.safestring import SafeString

from config.ui.registry import draw, register


@register.simple_tag
def timeline(entries: Iterable[object]) -> SafeString:
    """What happened, in order. An entry has `when` and `title`, and may have `detail`, `who`, `icon`, `tone`, `url`."""
    return draw("timeline", {"entries": entries})


@register.simple_tag
def reasons(items: Iterable[object]) -> SafeString:
    """Why something is so: rule, evidence, what to do. Used alike by the gate, by findings and by reviews.

    An item has `rule`, one sentence, and may have `evidence`, `evidence_url`, `act`, `act_url` and `tone`.
    """
    return draw("reasons", {"items": items})


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `kind` is `same`, `removed` or `added`."""

    kind: str
    text: str


def word_differences(before: str, after: str) -> Iterator[Piece]:
    """Compare word by word; joined, `same` and `removed` give `before`, `same` and `added` give `after`."""
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    for move, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if move == "equal":
            yield Piece("same", "".join(old[old_from:old_to]))
            continue
        if old_from < old_to:
            yield Piece("removed", "".join(old[old_from:old_to]))
        if new_from < new_to:
            yield Piece("added", "".join(new[new_from:new_to]))


@register.simple_tag
def diff(before: str, after: str) -> SafeString:
    """Two versions of a text in one: words taken away and words added, said as well as coloured."""
    return draw("diff", {"pieces": list(word_differences(before, after))})
