"""The features that have weights, found by walking over the words of a sentence: no name of a feature is put together.

`features.features_of` says what the features of a sentence are, and is what the weights are learned with. Of those
hardly a tenth has a weight; each word knows which of its neighbours and pairs do. It also knows what it weighs at the
gate (`gate`), so that a word of a text is looked up once for all.
"""

from collections.abc import Mapping, Sequence
from typing import Final, final

from compliance.intents.features import PLAIN_WORDS_IN_PAIRS, REACH, SHORT
from compliance.intents.words import EDGE, END, LONGEST_WORD, NOT_LAST, NUMBER, UNKNOWN, _read_as

ALWAYS: Final = "always"
"""How the feature without a name is called in reasons."""
INTENTS: Final = 3


@final
class Feature:
    """A feature with its weight for each intent.

    `…_rank`: its place among the reasons for an intent, the strongest first; -1 where it weighs nothing.
    """

    __slots__ = ("asks", "asks_rank", "confused", "confused_rank", "name", "offers", "offers_rank")

    def __init__(self, name: str, confused: float, asks: float, offers: float) -> None:
        """`name`: as in `features_of`, "" for what counts for every text."""
        self.name = name
        self.confused = confused
        self.asks = asks
        self.offers = offers
        self.confused_rank = self.asks_rank = self.offers_rank = -1

    def weight(self, place: int) -> float:
        """For an intent, by its place."""
        return self.confused if place == 0 else self.asks if place == 1 else self.offers

    def rank(self, place: int) -> int:
        """For an intent, by its place."""
        return self.confused_rank if place == 0 else self.asks_rank if place == 1 else self.offers_rank

    def keep_rank(self, place: int, rank: int) -> None:
        """For an intent, by its place."""
        if place == 0:
            self.confused_rank = rank
        elif place == 1:
            self.asks_rank = rank
        else:
            self.offers_rank = rank


@final
class Word:
    """A word, or class of words, as gate and model know it: by itself, before another, and as the first of a pair."""

    __slots__ = ("alone", "before", "far", "name", "tells", "weight")

    def __init__(self, name: str) -> None:
        """`name`: as `words.Reader` has it."""
        self.name = name
        self.weight = 0.0  # at the gate
        self.alone: Feature | None = None
        self.before: dict[str, Feature] = {}
        self.far: dict[str, Feature] = {}
        self.tells = name.isupper() or name in PLAIN_WORDS_IN_PAIRS  # may be one of a pair


def _ranked(every: Sequence[Feature], place: int) -> list[Feature]:
    """The features that weigh something for an intent, the strongest first, each told its rank."""
    keys = [(-abs(feature.weight(place)), feature.name or ALWAYS, bool(feature.name)) for feature in every]
    order = sorted([number for number, key in enumerate(keys) if key[0]], key=keys.__getitem__)
    ranked = [every[number] for number in order]
    for rank, feature in enumerate(ranked):
        feature.keep_rank(place, rank)
    return ranked


@final
class Known:
    """All words that mean something, and all features that have a weight."""

    __slots__ = ("_edge", "_end", "_named", "_number", "_spelled", "_unknown", "_whole", "always", "ranked")

    def __init__(
        self,
        weights: Mapping[str, tuple[float, float, float]],
        classes: Mapping[str, str],
        gate: Mapping[str, float],
    ) -> None:
        """`weights`: by feature, as in the data file. `classes`: how each known word is named. `gate`: by name."""
        self._named: dict[str, Word] = {}
        self._whole: dict[str, Feature] = {}
        shortest_first = sorted(classes, key=len)  # they are met most, and so lie together
        self._spelled = {word: self.word(classes[word]) for word in shortest_first}
        for name, weight in gate.items():
            if name in self._named:  # edges, ends and numbers weigh nothing
                self._named[name].weight = weight
        self._edge, self._end, self._unknown, self._number = map(self.word, (EDGE, END, UNKNOWN, NUMBER))
        self._spelled[EDGE], self._spelled[END] = self._edge, self._end
        self.always = Feature("", *weights[""])
        every = [self.always]
        for name, (confused, asks, offers) in weights.items():
            if name:
                every.append(Feature(name, confused, asks, offers))
                self._keep(every[-1])
        self.ranked = [_ranked(every, place) for place in range(INTENTS)]

    def word(self, name: str) -> Word:
        """The word or class of that name, as `words.Reader` names them."""
        if name not in self._named:
            self._named[name] = Word(name)
        return self._named[name]

    def _keep(self, feature: Feature) -> None:
        name = feature.name
        if name.startswith("="):
            self._whole[name[1:]] = feature
        elif ".." in name:
            first, _, second = name.partition("..")
            self.word(first).far[second] = feature
        elif " " in name:
            first, _, second = name.partition(" ")
            self.word(first).before[second] = feature
        elif name not in (EDGE, UNKNOWN):
            self.word(name).alone = feature

    def read(self, text: str) -> list[Word]:
        """The words of a text, with the edges of clauses and the ends of sentences among them."""
        found: list[Word] = []
        spelled = self._spelled
        for written in _read_as(text).split():
            word = spelled.get(written)
            if word is None:
                word = self._number if not written.isalpha() and _holds_digit(written) else self._unknown
            found.append(word)
        return found

    def sentences(self, words: list[Word]) -> list[list[Word]]:
        """The sentences of these words, as `words.Reader` has them: an edge first, last and between clauses."""
        found: list[list[Word]] = []
        edge, end, unknown = self._edge, self._end, self._unknown
        sentence = [edge]
        last = edge
        for word in words:
            one = word
            if word is end:
                if last.name not in NOT_LAST:
                    _close(sentence, edge, found)
                    sentence, last = [edge], edge
                    continue
                one = edge
            if one is not last or (one is not edge and one is not unknown):
                sentence.append(one)
                last = one
        _close(sentence, edge, found)
        return found

    def features_of(self, words: list[Word]) -> set[Feature]:
        """Those of `features.features_of` that have a weight, of the words of a sentence."""
        found: set[Feature] = set()
        if len(words) <= SHORT:
            whole = self._whole.get(" ".join([word.name for word in words[1:-1]]))
            if whole is not None:
                found.add(whole)
        before = words[0]
        if before.alone is not None:
            found.add(before.alone)
        before = self._edge
        telling: list[Word] = []
        places: list[int] = []
        for place, word in enumerate(words):
            if place == 0:
                continue
            name = word.name
            if (feature := before.before.get(name)) is not None:
                found.add(feature)
            if (feature := word.alone) is not None:
                found.add(feature)
            if word.tells:
                for at in range(max(0, len(telling) - REACH), len(telling)):
                    if place - places[at] <= REACH and (feature := telling[at].far.get(name)) is not None:
                        found.add(feature)
                telling.append(word)
                places.append(place)
            before = word
        return found


def _holds_digit(written: str) -> bool:
    """Whether what is no word is a number; only the beginning is looked at."""
    for char in written[:LONGEST_WORD]:  # noqa: SIM110 - `any` takes thrice the time
        if char.isdigit():
            return True
    return False


def _close(sentence: list[Word], edge: Word, found: list[list[Word]]) -> None:
    if len(sentence) > 1:
        if sentence[-1] is not edge:
            sentence.append(edge)
        found.append(sentence)
