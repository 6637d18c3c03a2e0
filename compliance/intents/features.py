"""What the model looks at in a sentence: its words, neighbours, and pairs of telling words that are not far apart."""

from collections.abc import Iterable, Sequence
from typing import Final

from compliance.intents.words import EDGE, UNKNOWN

REACH: Final = 5  # how far apart a pair may be
SHORT: Final = 6  # with the edges
MOST_WORDS: Final = 60  # of a sentence that are looked at together
PLAIN_WORDS_IN_PAIRS: Final = frozenset(
    ("who", "why", "what", "how", "where", "when", "did", "never", "dont", "didnt", "not", "no", "cant", "wont", "you")
) | {"my", "me", "i", "is"}


def windows(sentence: Sequence[str]) -> Iterable[Sequence[str]]:
    """The sentence, or overlapping parts of a long one: so that the time stays in step with the length."""
    if len(sentence) <= MOST_WORDS:
        return (sentence,)
    half = MOST_WORDS // 2
    return (sentence[start : start + MOST_WORDS] for start in range(0, len(sentence) - half, half))


def features_of(tokens: Sequence[str]) -> set[str]:
    """The features of one sentence or part, which begins with an edge. Each counts once.

    `a` is a word, `a b` neighbours, `a..b` a pair, `=a b` the whole of a short sentence.
    """
    found = set(tokens)
    if len(tokens) <= SHORT:
        found.add("=" + " ".join(tokens[1:-1]))
    before = EDGE
    telling: list[tuple[int, str]] = []
    for place, token in enumerate(tokens[1:]):
        found.add(f"{before} {token}")
        before = token
        if token.isupper() or token in PLAIN_WORDS_IN_PAIRS:
            for earlier, other in telling:
                if place - earlier <= REACH:
                    found.add(f"{other}..{token}")
            telling.append((place, token))
            if len(telling) > REACH:
                del telling[0]
    found -= {EDGE, UNKNOWN}
    return found
