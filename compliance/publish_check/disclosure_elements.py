"""What the words beside a box say, and what they take back. No Django.

Each question is asked of plain words, sentence by sentence or clause by clause. "Says" needs the words in one
sentence and no negation near them; a clause that denies the thing outweighs one that says it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from compliance.publish_check.disclosure_words import (
    LINK,
    clauses,
    languages,
    plain,
    sentences,
    short_name,
    without_links,
)

_SLASH = {"en": " per ", "es": " por ", "fr": " par "}
_FRENCH_NE = re.compile(r"\b(?:ne|n) (?=(?:\w+ ){0,3}(?:pas|jamais|aucune?|plus|ni)\b)")
_NEAR = 3  # words between a negation and what it denies
_GENERIC = {"text", "texts", "sms", "message", "messages", "msgs", "updates", "alerts", "news", "offers", "program"}


@dataclass(frozen=True)
class Wording:
    """One wording, cut up. `program` is the name of what it is for."""

    raw: str
    language: str
    brand: str
    program: str = ""

    @cached_property
    def bare(self) -> str:
        """Without links, and `4/month` as words."""
        return without_links(self.raw).replace("/", _SLASH[self.language])

    @cached_property
    def whole(self) -> list[str]:
        """Sentences in plain words, keywords in capitals marked as `kw…`."""
        return [plain(sentence) for sentence in sentences(self._marked)]

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """Each clause with the sentence it stands in."""
        return [(part, plain(sentence)) for sentence in sentences(self._marked) for part in clauses(sentence)]

    @cached_property
    def _marked(self) -> str:
        text = self.bare
        for word in ("STOP", "HELP", "INFO", "ALTO", "PARAR", "AYUDA", "ARRET", "ARRÊT", "AIDE"):
            text = re.sub(rf"(?<!\w){word}(?!\w)", f"kw{plain(word)}", text)
        return text

    @cached_property
    def agrees_by_number(self) -> bool:
        """Whether giving the number is said to be the agreement."""
        asked, tick = self.of("by_number"), self.of("by_tick")
        return any(asked.search(words) and not tick.search(words) for words in self.whole)

    def of(self, name: str) -> re.Pattern[str]:
        """A list of the language's patterns."""
        return languages()[self.language].pattern(name)

    def near(self, *parts: str, most: tuple[int, ...]) -> re.Pattern[str]:
        """Several lists near each other."""
        return languages()[self.language].near(*parts, most=most)

    def denies(self, words: str) -> bool:
        """Whether there is a negation among the words, other than those that harm nothing."""
        return bool(self.of("negation").search(self.without_harmless(words)))

    def without_harmless(self, words: str) -> str:
        """Without `no more texts` and its like."""
        patterns = languages()[self.language]
        for each in patterns.data["harmless"]:
            words = patterns.words(each).sub(" ", words)
        return words

    def denied_before(self, words: str, at: int) -> bool:
        """Whether one of the few words before that place is a negation."""
        return self.denies(" ".join(words[:at].split()[-_NEAR:]))


def missing_elements(wording: Wording, *, marketing: bool) -> Iterator[str]:
    """The rules of `disclosures.EXPLAINED` that the words break, but for those about links."""
    asked: list[tuple[str, Callable[[Wording], bool]]] = [
        ("brand", _names_brand),
        ("agreement", _agrees),
        ("number", _names_number),
        ("condition", is_no_condition),
        ("frequency", _says_how_often),
        ("rates", _says_rates),
        ("stop", lambda given: _explains(given, "stop")),
        ("help", lambda given: _explains(given, "help")),
    ]
    if marketing:
        asked.append(("automated", lambda given: _says(given, given.of("automated"))))
    yield from (rule for rule, says in asked if not says(wording))
    if not _says_purpose(wording, marketing=marketing):
        yield "purpose"
    forbidden: list[tuple[str, Callable[[Wording], bool]]] = [
        ("reserved", _misuses),
        ("others", _speaks_for_others),
        ("bundled", _bundles),
        ("mixed", lambda given: _mixes(given, marketing=marketing)),
        ("by_number", lambda given: given.agrees_by_number),
    ]
    yield from (rule for rule, does in forbidden if does(wording))


def is_no_condition(wording: Wording) -> bool:
    """Whether it says that nobody has to agree in order to buy."""
    said = False
    for part, sentence in wording.parts:
        words = _one_negation(part)
        claim = wording.of("is_condition").search(words)
        if claim and wording.of("buy").search(sentence) and not wording.denied_before(words, claim.start()):
            return False
    for sentence in wording.whole:
        said = said or any(_frees(wording, _one_negation(part)) for part in [*_parts_of(wording, sentence), sentence])
    return said


def _parts_of(wording: Wording, sentence: str) -> list[str]:
    return [part for part, whole in wording.parts if whole == sentence]


def _one_negation(words: str) -> str:
    """French denies with two words; one is enough to count."""
    return _FRENCH_NE.sub("", words)


def _free_spans(wording: Wording, words: str) -> Iterator[re.Match[str]]:
    """Where it is said, in each of the ways people say it, with one negation and not two."""
    ways = (
        (wording.near("consent", "no", "condition", "buy", most=(6, 5, 8)), 1),
        (wording.near("no", "say_yes", "buy", most=(5, 12)), 1),
        (wording.near("buy", "no", "consent", most=(6, 5)), 1),
        (wording.near("no", "condition", "buy", most=(3, 5)), 1),
        (wording.near("consent", "optional", "buy", most=(4, 8)), 0),
    )
    for way, negations in ways:
        for match in way.finditer(words):
            before = " ".join(words[: match.start()].split()[-2 * _NEAR :])
            if len(wording.of("no").findall(f"{before} {match[0]}")) == negations:
                yield match


def _frees(wording: Wording, words: str) -> bool:
    return next(_free_spans(wording, words), None) is not None


def _without_condition(wording: Wording, words: str) -> str:
    """The other words: the negation in `not a condition` denies nothing else."""
    words = _one_negation(words)
    for match in _free_spans(wording, words):
        return f"{words[: match.start()]} {words[match.end() :]}"
    return words


def _names_brand(wording: Wording) -> bool:
    name = short_name(wording.brand)
    if not name:
        return False
    denied = re.compile(rf"(?:not|no|pas) (?:from|by|for|de|par|of) {re.escape(name)}(?!\w)")
    text = " . ".join(wording.whole)
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)) and not denied.search(text)


def _agrees(wording: Wording) -> bool:
    said = False
    for sentence in wording.whole:
        if "kwstop" in sentence or "kwhelp" in sentence:
            continue  # "if you no longer want texts" takes nothing back
        words = _without_condition(wording, sentence)
        for match in wording.of("agree").finditer(words):
            text = wording.of("text").search(words, match.start()) or _messages_to_phone(wording, words, match.start())
            if not text:
                continue
            before = " ".join(words[: match.start()].split()[-_NEAR:])
            if wording.of("negation").search(f"{before} {words[match.start() : text.start()]}"):
                return False
            said = True
    return said


def _messages_to_phone(wording: Wording, words: str, at: int) -> re.Match[str] | None:
    return wording.of("message").search(words, at) if wording.of("number").search(words) else None


def _names_number(wording: Wording) -> bool:
    return any(
        wording.of("number").search(words) and not wording.of("number_negated").search(words) for words in wording.whole
    )


def _says(wording: Wording, pattern: re.Pattern[str]) -> bool:
    """Whether the words are there without a negation just before them."""
    return any(
        not wording.denied_before(words, match.start()) for words in wording.whole for match in pattern.finditer(words)
    )


def _says_how_often(wording: Wording) -> bool:
    patterns = languages()[wording.language]
    if any(wording.of("frequency_negated").search(words) for words in wording.whole):
        return False
    return any(patterns.words(each).search(words) for words in wording.whole for each in patterns.data["frequency"])


def _says_rates(wording: Wording) -> bool:
    patterns = languages()[wording.language]

    def speaks(words: str) -> bool:
        return any(all(patterns.words(each).search(words) for each in way) for way in patterns.data["rates"])

    spoken = [_without_condition(wording, part) for part, _ in wording.parts if speaks(part)]
    spoken = spoken or [_without_condition(wording, words) for words in wording.whole if speaks(words)]
    free = any(wording.of("rates_negated").search(words) for words in wording.whole)
    return bool(spoken) and not free and not any(wording.denies(words) for words in spoken)


def _explains(wording: Wording, keyword: str) -> bool:
    """Whether a reply with the keyword is said to do what the keyword does."""
    patterns = languages()[wording.language]
    rule = patterns.data[keyword]
    in_capitals = "|".join(f"kw{word}" for word in rule["words"].split("|"))
    marked = patterns.words(in_capitals)
    word = in_capitals if any(marked.search(words) for words in wording.whole) else rf"(?<!to )(?:{rule['words']})"
    asked = patterns.words(rf"(?:{patterns.data['reply']})(?: \w+){{0,5}}? (?:{word})")
    does = patterns.words(rf"(?:{word}) (?:to|for|para|pour|cancels|ends|unsubscribes|cancela|annule|and)")
    named, purpose = patterns.words(word), patterns.words(rule["for"])
    said = False
    for part, sentence in wording.parts:
        if not named.search(part):
            continue
        if wording.denies(_without_condition(wording, part)):
            return False
        said = said or bool((asked.search(sentence) or does.search(part)) and purpose.search(sentence))
    return said


def _says_purpose(wording: Wording, *, marketing: bool) -> bool:
    pattern = wording.of("marketing" if marketing else "informational")
    about = {word for word in plain(wording.program).split() if len(word) > 3 and word not in _GENERIC}
    for part, _ in wording.parts:
        words = _without_name(wording, _without_condition(wording, part))
        if wording.of("reply").search(words) and ("kwstop" in words or "kwhelp" in words):
            continue
        if any(not wording.denied_before(words, match.start()) for match in pattern.finditer(words)):
            return True
        if not marketing and about and about <= set(words.split()) and not wording.denies(words):
            return True
    return False


def _without_name(wording: Wording, words: str) -> str:
    """A company called Bargain Deals says by its name nothing of what it will text."""
    name = short_name(wording.brand)
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", words) if name else words


def _misuses(wording: Wording) -> bool:
    patterns = languages()[wording.language]
    said = [plain(sentence) for sentence in sentences(wording.bare)]
    return any(patterns.words(each).search(words) for words in said for each in patterns.data["misused"])


def _speaks_for_others(wording: Wording) -> bool:
    return any(
        wording.of("others").search(part) and not wording.of("negation").search(sentence)
        for part, sentence in wording.parts
    )


def _bundles(wording: Wording) -> bool:
    """Whether the sentence that agrees to texts agrees to something else as well."""
    with_labels = LINK.sub(r"\1", wording.raw)
    for sentence in sentences(with_labels):
        words = plain(sentence)
        agreed = wording.of("agree").search(words)
        more = wording.of("bundled").search(words, agreed.start()) if agreed else None
        if more and not wording.denied_before(words, more.start()):
            return True
    return False


def _mixes(wording: Wording, *, marketing: bool) -> bool:
    pattern = wording.of("serving" if marketing else "selling")
    name = set(plain(wording.program).split())
    for part, _ in wording.parts:
        words = _without_name(wording, _without_condition(wording, part))
        for match in pattern.finditer(words):
            if match[0] not in name and not wording.denied_before(words, match.start()):
                return True
    return False
