"""What a text tells of a person's health: a term alone is none; somebody has it, takes it, or it is a result."""

import re

from compliance.detectors.data_files import read
from compliance.detectors.reading import Draft, Reading, reasons
from compliance.detectors.sentences import Sentence, sentences
from compliance.detectors.vocabulary import WORD, Hit, Word, phrases

_DATA = read("health")
LEXICON = phrases(_DATA["lists"])
_TERMS = ("condition", "medication", "otc", "treatment", "pathogen")
_OWN = frozenset(_DATA["own"])
_CLOSE = frozenset(_DATA["close_only"])
_HAVE = frozenset(_DATA["have"])
_BLOCKS = frozenset(_DATA["blocks_between"])
_FEW_RESULTS = frozenset(_DATA["few_results"])
_UNIT = r"(?:mg|mcg|g|ml|units?|iu|tabs?|tablets?|pills?|milligrams?)"
_DOSE = re.compile(rf"[^a-z0-9]{{0,3}}(?:[a-z]{{2,6}} )?\d+(?:\.\d+)?\s?{_UNIT}(?![a-z])")
_BETWEEN = (
    "level|levels|count|score|result|reading|number|is|was|of|at|are|came|back|in|now|today|this|morning|still|about|"
    "around|es|de|went|up|down|to|hit|a|has|been|my|your"
)
_VALUE = re.compile(rf"[^a-z0-9.!?\n]{{0,3}}(?:(?:{_BETWEEN} ?)?[:=]? ?){{0,6}}[~<>]? ?\d")
_ICD = re.compile(r"(?<![a-z0-9.])[a-tv-z]\d[0-9ab]\.[0-9a-z]{1,4}(?![a-z0-9])")
_FAR, _NEAR, _NEXT, _RESULT = 48, 30, 16, 48
_TERMS_ONLY = frozenset({"condition"})
_NEXT_KIND = frozenset({"not_next", "not_adjacent"})
_FEWEST_RULES = {"condition": 2, "medication": 2, "treatment": 2, "pathogen": 2, "otc": 3}
_NEEDS_PERSON = frozenset(_DATA["needs_person"])
_BESIDE = 8  # characters between a test and its result
_TESTED = frozenset(_DATA["tested"])


def find_health(reading: Reading, words: list[Word]) -> list[Draft]:
    """Drafts of health information."""
    hits = LEXICON.find(reading.text, words)
    found: list[Draft] = []
    for sentence in sentences(reading.text, hits):
        for hit in sentence.kind(*_TERMS):
            rules = _told(sentence, hit, inbound=reading.direction == "in")
            if rules:
                found.append(_draft(hit.start, _with_dose(reading.text, hit), *rules))
        for hit in sentence.kind("test", "analyte", "pathogen", "plain_test", "condition"):
            if not hit.kinds <= _TERMS_ONLY or _is_tested(sentence, hit):
                found += _result(sentence, hit)
        for hit in sentence.kind("phrase"):
            found += _phrase(sentence, hit)
    return found


def _draft(start: int, end: int, *rules: str) -> Draft:
    return Draft("HEALTH_INFO", ((start, end),), reasons(*rules))


def _told(sentence: Sentence, hit: Hit, *, inbound: bool) -> list[str]:
    """The rules by which a term is told of somebody; empty when it is not."""
    kind = next(kind for kind in _TERMS if kind in hit.kinds)
    person = sentence.before(hit.start, _FAR, "person")
    own = person is not None and person.phrase in _OWN and _few_words(sentence, person.end, hit.start, 2)
    strong = sentence.before(hit.start, _FAR, "strong_discloses") or sentence.after(hit.end, _NEAR, "strong_discloses")
    dosed = kind in ("medication", "otc") and bool(_DOSE.match(sentence.text, hit.end))
    harmless = _harmless(sentence, hit)
    if harmless and not _told_all_the_same(harmless, hit, person=person, own=own, strong=strong):
        return []
    if not own and (harmless or not dosed) and _asked(sentence, hit, medicine=kind == "medication" and not harmless):
        return []
    rules = [f"health.term/{hit.phrase}"]
    if strong and (kind != "otc" or person) and (inbound or person or strong.phrase not in _NEEDS_PERSON):
        rules.append(f"health.disclosure/{strong.phrase}")
    close = _tied(sentence, hit)
    if person and (own or close or "verbs" in hit.kinds):
        rules.append(f"health.person/{person.phrase}")
    elif close and close.phrase in _HAVE and _opens(sentence, close):
        rules.append(f"health.disclosure/{close.phrase}")
    elif inbound and hit.phrase.startswith("allerg") and hit.start - sentence.start <= 1:
        rules.append("health.person/opens the sentence")
    if dosed:
        rules.append("health.dose")
    if kind == "medication" and len(rules) == 1 and inbound and not harmless:
        rules.append("health.disclosure/names a prescription medicine")
    return rules if len(rules) >= _FEWEST_RULES[kind] else []


def _harmless(sentence: Sentence, hit: Hit) -> Hit | None:
    """A phrase close to a term that makes it somebody's trade, a campaign or a joke."""
    return (
        sentence.around(hit.start, hit.end, _FAR, "animals")
        or sentence.before(hit.start, 26, "not")
        or sentence.after(hit.end, _NEAR, "not")
        or sentence.after(hit.end, _NEXT, "not_next")
        or sentence.after(hit.end, 1, "not_adjacent")
    )


def _told_all_the_same(harmless: Hit, hit: Hit, *, person: Hit | None, own: bool, strong: Hit | None) -> bool:
    """Whether what is said of somebody weighs more than the harmless phrase."""
    if person is None or "animals" in harmless.kinds:
        return False
    return (strong is not None and harmless.kinds.isdisjoint(_NEXT_KIND)) or (own and harmless.start < hit.start)


def _asked(sentence: Sentence, hit: Hit, *, medicine: bool) -> bool:
    """Whether the term is only asked about; who asks for a medicine mostly takes it, unless it is for its price."""
    return bool(sentence.before(hit.start, 60, "sells" if medicine else "asks"))


def _tied(sentence: Sentence, hit: Hit) -> Hit | None:
    """A verb right before a term that gives it to somebody: "has", "taking"."""
    close = sentence.before(hit.start, 24, "discloses")
    if close is None or not _few_words(sentence, close.end, hit.start, 3):
        return None
    return close if close.phrase not in _CLOSE or _few_words(sentence, close.end, hit.start, 1) else None


def _is_tested(sentence: Sentence, hit: Hit) -> bool:
    """Whether the word behind a term makes it a test: "HPV test", "hepatitis panel"."""
    word = WORD.match(sentence.text, hit.end + 1)
    return bool(word and word.group() in _TESTED)


def _opens(sentence: Sentence, hit: Hit) -> bool:
    """Whether nothing but filling stands before: "have asthma", "also has copd"."""
    return len(sentence.words_between(sentence.start, hit.start)) <= 2


def _few_words(sentence: Sentence, start: int, end: int, most: int) -> bool:
    words = sentence.words_between(start, end)
    return len(words) <= most and _BLOCKS.isdisjoint(words)


def _with_dose(text: str, hit: Hit) -> int:
    dose = _DOSE.match(text, hit.end) if {"medication", "otc"} & hit.kinds else None
    return dose.end() if dose else hit.end


def _result(sentence: Sentence, hit: Hit) -> list[Draft]:  # noqa: PLR0911 - one for each way to say a result
    """A test, value or germ with its result."""
    if (
        sentence.around(hit.start, hit.end, 16, "not") or sentence.after(hit.end, 3, "not_next")
    ) and not sentence.before(hit.start, 20, "person"):
        return []
    person = sentence.before(hit.start, _FAR, "person")
    more = [f"health.person/{person.phrase}"] if person else []
    value = _VALUE.match(sentence.text, hit.end) if "analyte" in hit.kinds else None
    if value and not _inside_a_code(sentence.text, hit.start, _number_end(sentence.text, value.end())):
        return [
            _draft(
                hit.start, _number_end(sentence.text, value.end()), f"health.term/{hit.phrase}", "health.value", *more
            )
        ]
    if sentence.before(hit.start, 60, "asks"):
        return []
    result = sentence.after(hit.end, _RESULT, "firm_result")
    before = sentence.before(hit.start, 14, "firm_result")
    if (
        before
        and (before.phrase in _FEW_RESULTS or "test" in hit.kinds or "analyte" in hit.kinds)
        and "plain_test" not in hit.kinds
    ):
        return [_draft(before.start, hit.end, f"health.term/{hit.phrase}", f"health.result/{before.phrase}", *more)]
    if result is None and person and "test" in hit.kinds:
        result = sentence.after(hit.end, 30, "result")
    if result and _fits(sentence, hit, result, person):
        return [_draft(hit.start, result.end, f"health.term/{hit.phrase}", f"health.result/{result.phrase}", *more)]
    seen = sentence.after(hit.end, _RESULT, "finding", "condition")
    if (
        seen
        and "test" in hit.kinds
        and any(word in _DATA["shows"] for word in sentence.words_between(hit.end, seen.start))
    ):
        return [_draft(hit.start, seen.end, f"health.term/{hit.phrase}", f"health.result/{seen.phrase}", *more)]
    return []


def _fits(sentence: Sentence, hit: Hit, result: Hit, person: Hit | None) -> bool:
    between = sentence.words_between(hit.end, result.start)
    if (
        len(between) > 7
        or not _BLOCKS.isdisjoint(between)
        or "or" in sentence.words_between(result.end, result.end + 8)
    ):
        return False
    if "plain_test" in hit.kinds:
        return result.phrase in _FEW_RESULTS and person is not None
    return "pathogen" not in hit.kinds or result.phrase in _FEW_RESULTS


def _inside_a_code(text: str, start: int, end: int) -> bool:
    """Whether letters or digits touch both: `8a1c4a` is a colour, and no A1C of 4."""
    return (start > 0 and text[start - 1].isalnum()) or text[end : end + 1].isalpha()


def _number_end(text: str, place: int) -> int:
    match = re.compile(r"[\d.,/]*\d|").match(text, place)
    return match.end() if match else place


def _phrase(sentence: Sentence, hit: Hit) -> list[Draft]:  # noqa: PLR0911 - one for each kind of phrase
    """ "tested positive", "positive for rsv", "came back abnormal", a diagnosis code."""
    if hit.phrase.startswith(("icd", "diagnosis code")):
        code = _ICD.search(sentence.text, hit.end, min(hit.end + 40, sentence.end))
        return [_draft(code.start(), code.end(), "health.term/icd", "health.value")] if code else []
    if hit.phrase.startswith("stage"):
        near = sentence.around(hit.start, hit.end, 20, "condition")
        return (
            [_draft(hit.start, hit.end, "health.term/stage", "health.disclosure")]
            if near and "cancer" in near.phrase
            else []
        )
    if sentence.before(hit.start, 40, "asks") and sentence.asks:
        return []
    what = sentence.after(hit.end, 16, "pathogen", "condition", "analyte", "medication", "otc")
    if hit.phrase.endswith(" for"):
        return (
            [_draft(hit.start, what.end, f"health.result/{hit.phrase}", f"health.term/{what.phrase}")] if what else []
        )
    if sentence.before(hit.start, _FAR, "not"):
        return []
    person = sentence.before(hit.start, _FAR, "person")
    test = sentence.before(hit.start, _FAR, "test", "plain_test", "pathogen", "analyte")
    first = hit.phrase.split()[0]
    if not (person or test or first in ("tested", "di", "dio", "salio", "no") or "pregnan" in hit.phrase):
        return []
    end = what.end if what else hit.end
    more = [f"health.person/{person.phrase}"] if person else []
    start = test.start if test and hit.start - test.end <= _BESIDE else hit.start
    return [_draft(start, end, f"health.result/{hit.phrase}", "health.disclosure", *more)]
