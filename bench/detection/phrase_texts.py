"""The texts the intents are learned from: drawn from the phrases of `phrases/`, and written as people write."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.detection.everyday import MESSAGES, read_lists
from bench.detection.grammar import Value, Values, draw_items, read_sections
from bench.detection.items import Item
from bench.detection.values import VALUES
from compliance.intents.words import gate_words, read_lexicon

PHRASES = Path(__file__).parent / "phrases"
SEED = "intents 1"
DRAWN_FROM_A_LINE = 14
MOST_WRITINGS = 10  # of one text: where a line gives few texts, each is written more often
LONG_ONES = 3  # one long text for so many short ones
FEWEST_TEXTS = 8  # a word must stand in to be known
UNKNOWN_LISTS = ("thing", "gadget", "event", "worker", "person", "service", "name", "last", "biz", "oak")


def phrase_values() -> Values:
    """The words of the phrases, beside the values of the labelled messages."""
    own = {name: ("", _one_of(words)) for name, words in read_lists(PHRASES / "words.txt").items()}
    return dict(VALUES) | own


def _one_of(words: list[str]) -> Value:
    return lambda chance: chance.choice(words)


def draw_phrases() -> list[Item]:
    """All messages drawn from the phrases."""
    values, seen = phrase_values(), set[str]()
    items: list[Item] = []
    for path in sorted(PHRASES.glob("*.txt")):
        if path.name != "words.txt":
            for section in read_sections(path.read_text(encoding="utf-8")):
                section.count = len(section.lines) * DRAWN_FROM_A_LINE
                items += draw_items(section, values, seen, SEED)
    return items


def as_people_write(items: Sequence[Item]) -> list[tuple[str, Item]]:
    """Each message as it is, and again with something before, after, or another message around it, or a slip."""
    chance = random.Random(SEED)  # noqa: S311 -- the same each time
    lists = read_lists(PHRASES / "words.txt")
    plain = [item.text for item in items if not item.intents]
    texts = [(item.text, item) for item in items]
    lines = Counter(family_of(item) for item in items)
    for item in items:
        for _ in range(max(1, min(MOST_WRITINGS, DRAWN_FROM_A_LINE // lines[family_of(item)]))):
            text = _as_somebody_writes(item.text, plain, lists, chance)
            if text != item.text:
                texts.append((text, item))
    harmless = [item for item in items if not item.intents]
    for _ in range(len(harmless) // LONG_ONES):  # long sentences hold many words and want nothing all the same
        several = chance.sample(harmless, chance.randint(2, 4))
        texts.append((chance.choice((", ", " ")).join(item.text for item in several), several[0]))
    return texts


def family_of(item: Item) -> str:
    """The line of phrases a text was drawn from: one thing to say and the ways to say it."""
    return item.id.rpartition("-")[0]


def _as_somebody_writes(
    text: str, plain: Sequence[str], lists: Mapping[str, Sequence[str]], chance: random.Random
) -> str:
    if chance.random() < 0.35:
        text = f"{chance.choice(lists['opening'])}{chance.choice((' ', ', '))}{text}"
    if chance.random() < 0.45:
        text = f"{text}{chance.choice(('', ' '))}{chance.choice(lists['closing'])}"
    if chance.random() < 0.2:
        other = chance.choice(plain)
        text = chance.choice((f"{other}, {text}", f"{text}, {other}", f"{text} {other}"))
    return with_slip(text, chance) if chance.random() < 0.15 else text


def with_slip(text: str, chance: random.Random) -> str:
    """The text with one letter lost, doubled or exchanged with the next."""
    place = chance.randrange(1, max(2, len(text) - 1))
    before, here, after = text[:place], text[place : place + 1], text[place + 1 :]
    return chance.choice((before + after, before + here + here + after, before + after[:1] + here + after[1:]))


def known_words(items: Iterable[Item]) -> list[str]:
    """Plain words that stand in many texts and mean something; things, people and places are left unknown."""
    lists = read_lists(PHRASES / "words.txt") | read_lists(MESSAGES / "words.txt")
    unknown = {word for name in UNKNOWN_LISTS for entry in lists.get(name, ()) for word in entry.lower().split()}
    unknown |= set(read_lexicon())
    counts: Counter[str] = Counter()
    for item in items:
        counts.update(set(gate_words(item.text)))
    return sorted(word for word, n in counts.items() if n >= FEWEST_TEXTS and word.isalpha() and word not in unknown)
