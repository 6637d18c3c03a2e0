"""What somebody typed into the search, as terms: what the index is asked for, and what a text must really say.

Plain values: no Django. The index knows truncated marks of single words, so what it finds is looked at again: a text
counts only when what its reader may see of it says what was asked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from texting.masking import fold as fold_with_places
from texting.masking import numbers_in
from texting.searching.words import DENSE, LONGEST_WORD, SPACED, STOP_WORDS, fold, is_word, parts, spellings, words_of

LONGEST_QUERY = 200  # characters
MOST_TERMS = 10
AROUND = 60  # characters shown before the first hit, and
SHOWN = 220  # all in all

_QUOTED = re.compile(r'"([^"]*)"|[\u201c\u201e\u00ab]([^\u201d\u201c\u00bb]*)[\u201d\u201c\u00bb]')
_LONG_NUMBER = 7  # digits: shorter ones are words like others
_NATIONAL = 10


@dataclass(frozen=True)
class Term:
    """`words` are asked of the index; `pattern` is matched against a folded text; `digits` against its numbers."""

    words: tuple[str, ...]
    pattern: re.Pattern[str] | None = None
    digits: str = ""


@dataclass(frozen=True)
class Query:
    """`terms` must all be there. `names`: the words as a name could have them; `last_four` as a number could end.

    `common`: words that were left out, because every other text has them.
    """

    typed: str
    terms: tuple[Term, ...] = ()
    names: tuple[str, ...] = ()
    last_four: str = ""
    common: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """What the index is asked for, the longest first: they are the rarest."""
        found = {word for term in self.terms for word in term.words}
        return sorted(found, key=lambda word: (-len(word), word))


@dataclass(frozen=True)
class Part:
    """A piece of a text as the list of results shows it."""

    text: str
    is_hit: bool = False


def read(typed: str) -> Query:
    """The query that these words stand for; without terms when there is nothing to look for in them."""
    typed = " ".join(typed.replace("\x00", " ").split())[:LONGEST_QUERY]
    terms: list[Term] = []
    common: list[str] = []
    rest = typed
    for found in _QUOTED.finditer(typed):
        quoted = found[1] or found[2] or ""
        if term := _phrase(quoted):
            terms.append(term)
            common += [] if term.words else [part for part, _dense in parts(fold(quoted))]
        rest = rest.replace(found[0], " ", 1)
    loose = rest
    for begin, end, digits in numbers_in(rest):
        terms.append(Term((digits[-4:],), digits=digits))
        loose = loose[:begin] + " " * (end - begin) + loose[end:]
    for part, dense in parts(fold(loose)):
        if dense or is_word(part):
            terms.append(Term(tuple(words_of(part)) or (part[:LONGEST_WORD],), _pattern([(part, dense)])))
        elif part in STOP_WORDS:
            common.append(part)
    folded = [part for part, _ in parts(fold(typed))]
    last = folded[0] if len(folded) == 1 and len(folded[0]) == 4 and folded[0].isdecimal() else ""
    if not any(term.words for term in terms):  # there is nothing to ask the index for
        terms = []
    return Query(typed, tuple(terms[:MOST_TERMS]), tuple(folded[:MOST_TERMS]), last, tuple(common))


def _phrase(words: str) -> Term | None:
    """Words that must follow each other. Stop words count here, and are left to the looking at the text; where there
    are no others, it is for texts that are found by something else.
    """
    folded = list(parts(fold(words)))
    return Term(tuple(words_of(words)), _pattern(folded)) if folded else None


def _pattern(words: Iterable[tuple[str, bool]]) -> re.Pattern[str]:
    pieces = []
    for word, dense in words:
        edges = not dense and word[0].isalnum()
        pieces.append(rf"(?<!{SPACED}){re.escape(word)}(?!{SPACED})" if edges else re.escape(word))
    between = rf"(?:(?!{SPACED}|[{DENSE}]).)*"
    return re.compile(between.join(pieces), re.DOTALL)


def says(query: Query, text: str) -> bool:
    """Whether a text, as its reader sees it, says all that was asked."""
    folded = fold(text)
    return bool(query.terms) and all(_says(term, text, folded) for term in query.terms)


def _says(term: Term, text: str, folded: str) -> bool:
    if term.pattern is not None:
        return term.pattern.search(folded) is not None
    return any(_same_number(term.digits, digits) for _, _, digits in numbers_in(text))


def _same_number(asked: str, there: str) -> bool:
    """The same digits, or the same without a country's code before them; or a part of a longer one."""
    return asked in there or (len(there) >= _LONG_NUMBER and asked.endswith(there[-_NATIONAL:]))


def is_named(query: Query, name: str) -> bool:
    """Whether each word of the query begins a word of this name."""
    written = spellings(name)
    return bool(query.names) and all(any(_begins(word, one) for one in written) for word in query.names)


@lru_cache(maxsize=64)
def _beginning(word: str) -> re.Pattern[str]:
    edge = rf"(?<!{SPACED})" if not re.match(rf"[{DENSE}]", word) else ""
    return re.compile(edge + re.escape(word))


def _begins(word: str, folded: str) -> bool:
    return _beginning(word).search(folded) is not None


def begun(query: Query, text: str) -> tuple[Part, ...]:
    """A short text as a whole, with what the words of the query begin in it marked."""
    folded, places = fold_with_places(text)
    spans = []
    for word in query.names:
        for found in _beginning(word).finditer(folded):
            end = places[found.end()] if found.end() < len(places) else len(text)
            spans.append((places[found.start()], end))
    pieces, at = [], 0
    for first, last in _merged(spans):
        pieces += [Part(text[at:first]), Part(text[first:last], is_hit=True)]
        at = last
    return tuple(one for one in [*pieces, Part(text[at:])] if one.text)


def excerpt(query: Query, text: str) -> tuple[Part, ...]:
    """The text around its first hit, with all hits marked; line breaks become spaces."""
    folded, places = fold_with_places(text)
    spans = [(begin, end) for term in query.terms if term.digits for begin, end, _ in _numbers(term, text)]
    for term in query.terms:
        for found in term.pattern.finditer(folded) if term.pattern else ():
            if found.end() > found.start():
                end = places[found.end()] if found.end() < len(places) else len(text)
                spans.append((places[found.start()], end))
    spans = _merged(spans)
    begin = max(0, spans[0][0] - AROUND) if spans else 0
    if begin:
        begin = text.find(" ", begin, spans[0][0]) + 1 or begin
    until = min(len(text), begin + SHOWN)
    pieces = [Part("…")] if begin else []
    at = begin
    for first, last in spans:
        if first >= until:
            break
        pieces += [Part(text[at:first]), Part(text[first : min(last, until)], is_hit=True)]
        at = min(last, until)
    pieces.append(Part(text[at:until]))
    if until < len(text):
        pieces.append(Part("…"))
    return tuple(Part(" ".join(_one_line(one.text)), one.is_hit) for one in pieces if one.text)


def _one_line(text: str) -> list[str]:
    return text.replace("\r", " ").replace("\n", " ").split(" ")


def _numbers(term: Term, text: str) -> list[tuple[int, int, str]]:
    return [one for one in numbers_in(text) if _same_number(term.digits, one[2])]


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
