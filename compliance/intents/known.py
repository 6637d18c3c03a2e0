"""The features that have weights, found by walking over the words of a sentence: no name of a feature is put together.

`features.features_of` says what the features of a sentence are, and is what the weights are learned with. Of those
hardly a tenth has a weight; each word knows which of its neighbours and pairs do.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, final

from compliance.intents.features import PLAIN_WORDS_IN_PAIRS, REACH, SHORT
from compliance.intents.words import EDGE, UNKNOWN

ALWAYS: Final = "always"
"""How the feature without a name is called in reasons."""
INTENTS: Final = 3


@final
class Feature:
    """A feature with its weight for each intent, and room for the reasons that were made of it.

    `ranks`: its place among the reasons for each intent, the strongest first; -1 where it weighs nothing.
    """

    __slots__ = ("asks", "confused", "name", "offers", "ranks", "told")

    def __init__(self, name: str, confused: float, asks: float, offers: float) -> None:
        """`name`: as in `features_of`, "" for what counts for every text."""
        self.name = name
        self.confused = confused
        self.asks = asks
        self.offers = offers
        self.told: list[Any] | None = None  # few are ever told
        self.ranks = [-1] * INTENTS

    def weight(self, place: int) -> float:
        """For an intent, by its place."""
        return self.confused if place == 0 else self.asks if place == 1 else self.offers


@final
class _Word:
    """A word as the model knows it: by itself, before another, and as the first of a pair."""

    __slots__ = ("alone", "before", "far", "tells")

    def __init__(self, *, tells: bool) -> None:
        """`tells`: whether it may be one of a pair."""
        self.alone: Feature | None = None
        self.before: dict[str, Feature] = {}
        self.far: dict[str, Feature] = {}
        self.tells = tells


_UNKNOWN: Final = _Word(tells=False)


def _ranked(every: Sequence[Feature], place: int) -> list[Feature]:
    """The features that weigh something for an intent, the strongest first, each told its rank."""
    keys = [(-abs(feature.weight(place)), feature.name or ALWAYS, bool(feature.name)) for feature in every]
    order = sorted([number for number, key in enumerate(keys) if key[0]], key=keys.__getitem__)
    ranked = [every[number] for number in order]
    for rank, feature in enumerate(ranked):
        feature.ranks[place] = rank
    return ranked


@final
class Known:
    """All features that have a weight."""

    __slots__ = ("_whole", "_words", "always", "ranked")

    def __init__(self, weights: Mapping[str, tuple[float, float, float]], names: Sequence[str]) -> None:
        """`weights`: by feature, as in the data file. `names`: everything that a sentence may hold."""
        self._words: dict[str, _Word] = {}
        self._whole: dict[str, Feature] = {}
        self.always = Feature("", *weights[""])
        for name in names:
            self._word(name)
        every = [self.always]
        for name, (confused, asks, offers) in weights.items():
            if name:
                every.append(Feature(name, confused, asks, offers))
                self._keep(every[-1])
        self.ranked = [_ranked(every, place) for place in range(INTENTS)]

    def _word(self, name: str) -> _Word:
        if name not in self._words:
            self._words[name] = _Word(tells=name.isupper() or name in PLAIN_WORDS_IN_PAIRS)
        return self._words[name]

    def _keep(self, feature: Feature) -> None:
        name = feature.name
        if name.startswith("="):
            self._whole[name[1:]] = feature
        elif ".." in name:
            first, _, second = name.partition("..")
            self._word(first).far[second] = feature
        elif " " in name:
            first, _, second = name.partition(" ")
            self._word(first).before[second] = feature
        elif name not in (EDGE, UNKNOWN):
            self._word(name).alone = feature

    def features_of(self, tokens: Sequence[str]) -> set[Feature]:
        """Those of `features.features_of(tokens)` that have a weight."""
        found: set[Feature] = set()
        words = self._words
        if len(tokens) <= SHORT and (whole := self._whole.get(" ".join(tokens[1:-1]))) is not None:
            found.add(whole)
        first = words.get(tokens[0], _UNKNOWN)
        if first.alone is not None:
            found.add(first.alone)
        before = words.get(EDGE, _UNKNOWN)
        telling: list[_Word] = []
        places: list[int] = []
        for place in range(1, len(tokens)):
            token = tokens[place]
            if (feature := before.before.get(token)) is not None:
                found.add(feature)
            word = words.get(token, _UNKNOWN)
            if (feature := word.alone) is not None:
                found.add(feature)
            if word.tells:
                for at in range(max(0, len(telling) - REACH), len(telling)):
                    if place - places[at] <= REACH and (feature := telling[at].far.get(token)) is not None:
                        found.add(feature)
                telling.append(word)
                places.append(place)
            before = word
        return found
