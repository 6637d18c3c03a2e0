"""Finds the sentence that can only mean "do not text me" (tier 1), in the customer's own words.

A phrase must fill a sentence, a clause or the end of a run-on sentence, apart from politeness; a reason may follow it
("stop texting me I never signed up"). It does not count when the words around it limit it ("after 9pm", "about the
car"), take it back ("lol", "but keep the reminders"), offer another channel ("call me") or make it a question: those
texts are for a person to judge. Plain values: no Django.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from compliance.words.keyword_rules import OptOut, Rules
from compliance.words.phrase_matching import END, Words
from compliance.words.plain_words import sentences, spelled

_CLAUSE = re.compile("[,:]")
_EDGE = 30  # of a longer sentence only this many words at both ends are searched: the time stays linear


@dataclass(frozen=True, slots=True)
class _Sentence:
    words: tuple[str, ...]
    clause_starts: frozenset[int]  # indexes into `words`; 0 and the end are among them
    hedged: bool
    reasoned: bool


def opting_out(text: str, rules: Rules) -> str | None:
    """The id of the phrase by which the text opts out, or None. `text`: own words without quotations."""
    read = list(_read(text, rules))
    if not any(rules.opt_out.possible(words) for words, _ in read):
        return None
    found_in = [_weighed(words, starts, rules) for words, starts in read]
    hedged = sum(sentence.hedged for sentence in found_in)
    reasoned = any(sentence.reasoned for sentence in found_in)
    for sentence in found_in:
        if hedged == sentence.hedged:  # no other sentence takes it back
            found = _in_sentence(sentence, rules, reasoned)
            if found:
                return found
    return None


def _read(text: str, rules: Rules) -> Iterator[tuple[tuple[str, ...], frozenset[int]]]:
    """The words of each sentence, and where its clauses begin."""
    for sentence in sentences(text):
        clauses = [spelled(clause, rules).split() for clause in _CLAUSE.split(sentence)]
        words = tuple(word for clause in clauses for word in clause)
        if words:
            starts = frozenset(accumulate((len(clause) for clause in clauses), initial=0))
            yield words, starts


def _weighed(words: tuple[str, ...], starts: frozenset[int], rules: Rules) -> _Sentence:
    hedged, reasoned = rules.hedges.first((*words, END)), rules.reasons.first(words)
    return _Sentence(words, starts, hedged is not None, reasoned is not None)


def _in_sentence(sentence: _Sentence, rules: Rules, reasoned: bool) -> str | None:
    for start in _starts(sentence, rules):
        ends = _ends(sentence, start, rules)
        for begin in rules.before.ends(sentence.words, {start}):
            if _is_inverted(sentence, begin, rules):
                continue
            for key, reached in rules.opt_out.at(sentence.words, begin):
                opt_out = rules.opt_outs[key]
                if opt_out.needs_reason and not reasoned:
                    continue
                if any(
                    _closes(sentence, opt_out, start, end, rules) for end in ends & _rounded(sentence, reached, rules)
                ):
                    return opt_out.id
                if opt_out.open and any(_goes_on(sentence, opt_out, start, end, rules) for end in reached):
                    return opt_out.id
    return None


def _is_inverted(sentence: _Sentence, begin: int, rules: Rules) -> bool:
    """Whether the word before, said in one breath, turns what begins here into its opposite."""
    return begin not in sentence.clause_starts and any(rules.inverted.at(sentence.words, begin - 1))


def _rounded(sentence: _Sentence, reached: set[int], rules: Rules) -> set[int]:
    """The ends of a phrase with the politeness after it."""
    return rules.after.ends(sentence.words, reached)


def _starts(sentence: _Sentence, rules: Rules) -> Iterator[int]:
    """Where a phrase may begin: a sentence, a clause, after a joining word, or amid a run-on sentence."""
    words = sentence.words
    for index, word in enumerate(words):
        if _EDGE < index < len(words) - _EDGE:
            continue
        previous = words[index - 1] if index else ""
        clause_starts = index in sentence.clause_starts or previous in rules.joins
        run_on = word in rules.run_on_starts and previous not in rules.run_on_blockers
        if (clause_starts or run_on) and not _asked(sentence, index, rules):
            yield index


def _asked(sentence: _Sentence, index: int, rules: Rules) -> bool:
    """Whether the clause around `index` asks ("how do I ...", "if you ...") rather than tells."""
    clause = max(start for start in sentence.clause_starts if start <= index)
    opening = sentence.words[clause : clause + 8]
    return rules.asking.leading(opening) and not rules.reasons.leading(opening)


def _ends(sentence: _Sentence, start: int, rules: Rules) -> set[int]:
    """Where a phrase that begins at `start` may end: the sentence, its clause, or before the next joining word."""
    clause = min(position for position in sentence.clause_starts if position > start)
    join = next((i for i in range(start + 1, min(clause, start + _EDGE)) if sentence.words[i] in rules.joins), clause)
    return {len(sentence.words), clause, join}


def _closes(sentence: _Sentence, opt_out: OptOut, start: int, end: int, rules: Rules) -> bool:
    """Whether the phrase with its politeness is a clause of its own and nothing around it speaks against it."""
    before, after = sentence.words[:start], sentence.words[end:]
    if opt_out.bare and (before or after) and not (rules.reasons.first(before) or rules.reasons.first(after)):
        return False
    return not _speaks_against(before, after, rules)


def _goes_on(sentence: _Sentence, opt_out: OptOut, start: int, end: int, rules: Rules) -> bool:
    """Whether what follows the phrase without a pause is a reason."""
    before, after = sentence.words[:start], sentence.words[end:]
    begins = after and after[0] in rules.open_starts and not opt_out.bare
    return bool(begins or rules.reasons.leading(after)) and not _speaks_against(before, after, rules)


def _speaks_against(before: Words, after: Words, rules: Rules) -> bool:
    return bool(rules.hedges.first(before) or rules.hedges.first((*after, END)) or rules.limits.first(after))
