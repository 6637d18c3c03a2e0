"""What an inbound text says about being texted: stop, start, help, perhaps stop, or nothing.

A wrong "opted out" costs one delayed text; a wrong "sent" costs a fine and the customer's trust. Therefore:

* tier 0, the whole text is a keyword, politeness and typing errors aside: opt out;
* tier 1, a sentence can only mean "do not text me" (`opt_out_phrases.py`): opt out, a person looks at it afterwards;
* tier 2, it might mean that: pause marketing, a person decides. Never a guess the other way.

Only the customer's own words count (`customer_words.py`): a reaction to our text, a quotation or an auto-reply opts
nobody out. START and HELP count as whole texts only; YES is START only for someone who has opted out, because it is
also the commonest answer to an appointment. The words and phrases are data: `data/`, each with its source.

Every step takes time in step with the text. Plain values: no Django.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from compliance.words import customer_words, plain_words
from compliance.words.customer_words import OwnWords, own_words
from compliance.words.keyword_rules import LANGUAGES, Rules, rules
from compliance.words.opt_out_phrases import opting_out
from compliance.words.phrase_matching import END
from compliance.words.plain_words import bare, norm, one_slip, respelled, sentences, spelled

__all__ = ["Action", "Reply", "classify", "forget", "norm", "plain_core"]

Action = Literal["opt_out", "review", "start", "help", "none"]
_Judgement = tuple[Action, int | None, str | None]

_UNHAPPY_EMOJI = re.compile("[🛑🚫🖕⛔👎]")
_EMOJI_DRESS = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\\s.!]+")
_NAME_AFTER_STOP = re.compile(
    r"\s*(?:STOP|STOPALL|UNSUBSCRIBE|ARR[ÊE]T|BAJA)[\s,:]+(?:[^\W\d_a-z][^\W\d_A-Z]+[\s.]*){1,3}\Z"
)
_SHORTEST_TYPO = 5  # letters; shorter words have too many neighbours ("stop", "shop")
_LONGEST_KEYWORD = 80  # characters of `norm`; a longer text is not one keyword however polite


@dataclass(frozen=True, slots=True)
class Reply:
    """`tier`: 0, 1 or 2 as above, None for `none`. `matched`: the keyword or the rule that decided, never the text."""

    action: Action
    tier: int | None
    matched: str | None
    rules_version: str


def classify(text: str, *, languages: tuple[str, ...] = LANGUAGES, opted_out: bool = False) -> Reply:
    """Judge one inbound text. `opted_out`: the sender has opted out or is asked to confirm, so YES means START."""
    known = rules(languages)
    action, tier, matched = _judged(text, known, opted_out)
    return Reply(action, tier, matched, known.version)


def plain_core(text: str) -> str:
    """What a whole text says, politeness and repetition aside, in `bare` form: "yes" for "Yes please!".

    Empty for reactions, automatic replies, and texts that are too long to be one keyword.
    """
    known, own = rules(), own_words(text)
    plain = "" if own.origin in {"reaction", "automatic"} else bare(own.text, known)
    return _once(_stripped(plain.split(), known.polite_for_others)) if 0 < len(plain) <= _LONGEST_KEYWORD else ""


def forget() -> None:
    """Keep nothing of the texts read in memory any longer."""
    customer_words.forget()
    plain_words.forget()


def _judged(text: str, known: Rules, opted_out: bool) -> _Judgement:
    own = own_words(text)
    if own.origin == "reaction":
        return "none", None, "reaction"
    if own.origin == "automatic":
        phrase = opting_out(own.unquoted, known)
        return ("review", 2, phrase) if phrase else ("none", None, "automatic")
    return (
        _keyword(own.text, known, opted_out)
        or _phrase(own, known)
        or (_starting(own.text, known) if opted_out else None)
        or _possible(own.unquoted, known)
        or ("none", None, None)
    )


def _keyword(text: str, known: Rules, opted_out: bool) -> _Judgement | None:
    """Tier 0: the whole text is one keyword, or says one again and again."""
    plain = bare(text, known)
    if not plain or len(plain) > _LONGEST_KEYWORD:
        return None
    starting = known.start | known.start_when_opted_out if opted_out else known.start
    as_written, as_meant = plain.split(), respelled(plain, known).split()
    for words in (as_written, as_meant) if as_meant != as_written else (as_written,):
        core = _once(_stripped(words, known.polite_for_others))
        if core in known.help:
            return "help", 0, core
        if core in starting or _stripped(words, known.polite_for_start) in known.start:
            return "start", 0, core
        stop = _stop_word(_stripped(words, known.polite), known)
        if stop:
            return "opt_out", 0, stop
    return None


def _stop_word(core: str, known: Rules) -> str | None:
    """The stop word that `core` is, with typing errors and repetition allowed for; None if it is none."""
    stop = _plain_stop_word(core, known)
    if stop is None:
        stop = _plain_stop_word(_stripped(core.split(), frozenset(), known.polite_after), known)
        stop = None if stop in known.business else stop  # "cancel it" is about something else
    return stop


def _plain_stop_word(core: str, known: Rules) -> str | None:
    words = core.split()
    joined = "".join(words)
    if core in known.stop:
        return core
    if words and all(word in known.stop for word in words):
        return words[0]
    if joined in known.stop:
        return joined
    if len(joined) < _SHORTEST_TYPO or joined in known.not_typos:
        return None
    close = (target for target in known.typo_targets if abs(len(joined) - len(target)) < 2)
    return next((target for target in close if one_slip(joined, target)), None)


def _once(core: str) -> str:
    """One word said again and again is that word."""
    words = core.split()
    return words[0] if len(set(words)) == 1 else core


def _stripped(words: Sequence[str], polite: frozenset[str], polite_after: frozenset[str] = frozenset()) -> str:
    """`words` without polite words at both ends and without `polite_after` at the end, single-spaced."""
    left = list(words)
    shrinking = True
    while shrinking:
        size = len(left)
        for length in (3, 2, 1):
            if " ".join(left[:length]) in polite:
                left = left[length:]
            tail = " ".join(left[-length:])
            if tail in polite or tail in polite_after:
                left = left[:-length]
        shrinking = len(left) < size
    return " ".join(left)


def _phrase(own: OwnWords, known: Rules) -> _Judgement | None:
    """Tier 1."""
    found = opting_out(own.unquoted, known) or ("stop-and-name" if _NAME_AFTER_STOP.match(own.text) else None)
    return ("opt_out", 1, found) if found else None


def _starting(text: str, known: Rules) -> _Judgement | None:
    """A whole text that asks for texts again; asked only for someone who has opted out."""
    found = known.start_phrases.filling(spelled(text, known).split())
    return ("start", 1, "start-phrase") if found else None


def _possible(text: str, known: Rules) -> _Judgement | None:
    """Tier 2: the first rule by which the text might be a wish not to be texted."""
    if _UNHAPPY_EMOJI.search(text) and not _UNHAPPY_EMOJI.sub("", _EMOJI_DRESS.sub("", text)):
        return "review", 2, "emoji"
    said = [spelled(sentence, known).split() for sentence in sentences(text)]
    words = [word for sentence in said for word in sentence]
    if _stripped(words, known.polite) in known.near_misses:
        return "review", 2, "near-miss"
    rest = known.innocent.replaced([word for sentence in said for word in (*sentence, END)], "~")
    found = known.review_whole.filling([word for word in rest if word != END]) or known.review.first(rest)
    return ("review", 2, found) if found else None
