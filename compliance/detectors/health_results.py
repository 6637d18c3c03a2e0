"""Results in a text: a test, a value or a germ with what came of it, and phrases that say it by themselves."""

import re
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.reading import Draft, reasons
from compliance.detectors.sentences import Sentence
from compliance.detectors.vocabulary import Hit

_DATA: Final = read("health")
_BLOCKS: Final = frozenset(_DATA["blocks_between"])
_FEW_RESULTS: Final = frozenset(_DATA["few_results"])
_ICD: Final = re.compile(r"(?<![a-z0-9.])[a-tv-z]\d[0-9ab]\.[0-9a-z]{1,4}(?![a-z0-9])")
_REST_OF_NUMBER: Final = re.compile(r"[\d.,/]*\d|")
_DEGREES: Final = frozenset(_DATA["degrees"])
_NOT: Final = ("not", "not_next")
_BESIDE: Final = 8  # characters between a test and its result
_BETWEEN: Final = (
    "level|levels|count|score|result|reading|number|is|was|of|at|are|came|back|in|now|today|this|morning|still|about|"
    "around|es|de|went|up|down|to|hit|a|has|been|my|your|from|dropped|rose|jumped|fell|climbed|improved|steady|esta|en"
)
_VALUE: Final = re.compile(rf"[^a-z0-9.!?\n]{{0,3}}(?:(?:{_BETWEEN} ?)?[:=]? ?){{0,6}}[~<>]? ?\d")
_NONE: Final = re.compile(r"(?<![a-z])no (?:[a-z]+ of |visible |new |obvious |abnormal |sign of )?\Z")
_SEEN: Final = re.compile(
    r"(?: [a-z]+)? (?:was |were |is |are |been )?(?:found|seen|detected|noted|visible|identified)(?![a-z])"
)
_GROWTHS: Final = frozenset(_DATA["growths"])
_NATURE: Final = re.compile(
    r"(?: [a-z]{1,8}){0,4} (?:is|was|are|were|back|be|as|looks|es|era|salio|fue)(?: just| only)?(?: an?| un| una)? "
    r"(?:(?:benign[oa]?|malignant|malign[oa]|(?:pre|non[ -]?)?cancerous|not cancer(?:ous)?)"
    r"(?: (?:cyst|polyp|growth|tumor|mole|nodule|mass|lesion|lump|quiste))?|harmless (?:cyst|polyp|growth|mole|"
    r"nodule)|"
    r"lipoma|fibroma|hemangioma)(?![a-z])"
)
_NATURE_WITHIN: Final = 32
_TURNED_OUT: Final = re.compile(
    r"(?: (?:we )?(?:removed|biopsied|took|on [a-z ]{3,16}))?"
    r" (?:is|was|were|are|came back(?: as)?|turned out(?: to be)?|came out(?: as)?|es|era|fue)(?: just| "
    r"likely)? (?:an? |una? )?"
)
_ON_LABS: Final = re.compile(  # "Vitamin D is deficient on your panel"
    r" (?:level )?(?:is|was|came back|looks|are) (?:(?:very|a bit|a little|slightly|quite|too|really) )?"
    r"(?:low|high|deficient|elevated|borderline|normal)"
    r"(?= (?:on|in|per) (?:your|ur|the|his|her|this) (?:[a-z]{3,8} )?(?:panel|labs?|labwork|blood ?work|"
    r"results?|test))"
)
_CLEAR: Final = re.compile(
    r" (?:is|was|came back|looks|looked|are|were) (?:all |completely |totally )?(?:clear|clean)"
    r"(?! (?:the|your|my|a|of|off|up|out|with|for)(?![a-z]))(?![a-z])"
)
_THING: Final = re.compile(
    r"(?<![a-z])(?:roof|gutters?|pool|spa|hot tub|water|well|radon|soil|paint|basement|attic|crawl ?space|emissions|"
    r"smog|air quality|mold|septic|tank|carbon monoxide|gas line|asbestos|pipes?|lawn|pond)(?![a-z])"
)
_NONE_WITHIN: Final = 30
_SHORT: Final = 14  # characters between a value and what is said of it in a word: "su presion esta alta"
_SEER: Final = 80  # characters before a finding in which stands who saw it
FAR: Final = 48  # characters from a term to what is said of it
_RESULT: Final = 48


def draft_of(start: int, end: int, *rules: str) -> Draft:
    """A draft of health information."""
    return Draft("HEALTH_INFO", ((start, end),), reasons(*rules))


def few_words(sentence: Sentence, start: int, end: int, most: int) -> bool:
    """Whether at most so many words stand between, and none that breaks the tie."""
    words = sentence.words_between(start, end)
    return len(words) <= most and _BLOCKS.isdisjoint(words)


_BEFORE_UP: Final = re.compile(
    r"(?<![a-z])(?:pick(?:ed|ing)?|set|sign(?:ed)?|show|follow|call|open|back|coming|come|made) \Z"
)


def result_of(sentence: Sentence, hit: Hit) -> list[Draft]:  # noqa: PLR0911 - one for each way to say a result
    """A test, value or germ with its result."""
    if _harmless(sentence, hit) or of_a_thing(sentence, hit):
        return []
    person = sentence.before(hit.start, FAR, "person")
    more = [f"health.person/{person.phrase}"] if person else []
    value = _VALUE.match(sentence.text, hit.end) if "analyte" in hit.kinds else None
    if value:
        end = _number_end(sentence.text, value.end())
        if not _inside_a_code(sentence.text, hit.start, end):
            return [draft_of(hit.start, end, f"health.term/{hit.phrase}", "health.value", *more)]
    if sentence.before(hit.start, 60, "asks"):
        return []
    if plainly := _plainly(sentence, hit):
        return [draft_of(hit.start, plainly, f"health.term/{hit.phrase}", "health.result/plainly", *more)]
    result = sentence.after(hit.end, _RESULT, "firm_result")
    before = sentence.before(hit.start, 14, "firm_result")
    if (
        before
        and (before.phrase in _FEW_RESULTS or "test" in hit.kinds or "analyte" in hit.kinds)
        and "plain_test" not in hit.kinds
    ):
        return [draft_of(before.start, hit.end, f"health.term/{hit.phrase}", f"health.result/{before.phrase}", *more)]
    if result is None and person and "test" in hit.kinds:
        result = sentence.after(hit.end, 30, "result")
    owned = person or hit.phrase.startswith(("su ", "mi "))
    if result is None and owned and "analyte" in hit.kinds and not sentence.asks:
        result = sentence.after(hit.end, _SHORT, "result")
    if result and _fits(sentence, hit, result, person):
        return [draft_of(hit.start, result.end, f"health.term/{hit.phrase}", f"health.result/{result.phrase}", *more)]
    seen = sentence.after(hit.end, _RESULT, "finding", "condition")
    if seen and "test" in hit.kinds and _shows(sentence, hit.end, seen.start):
        return [draft_of(hit.start, seen.end, f"health.term/{hit.phrase}", f"health.result/{seen.phrase}", *more)]
    found = sentence.before(hit.start, 20, "finding")
    if found and (person or "test" in hit.kinds) and few_words(sentence, found.end, hit.start, 3):
        seer = sentence.words_between(max(sentence.start, found.start - _SEER), found.start)[-4:]
        told = person is not None and found.end <= person.start
        if (told or "we" in seer) and any(word in _DATA["shows"] for word in seer):
            return [draft_of(found.start, hit.end, f"health.term/{hit.phrase}", f"health.result/{found.phrase}", *more)]
    return []


def _plainly(sentence: Sentence, hit: Hit) -> int:
    """Where a result ends that stands right behind its test or value ("mammogram is clear"); 0 for none."""
    if "analyte" in hit.kinds and (low := _ON_LABS.match(sentence.text, hit.end, sentence.end)):
        return low.end()
    if "test" not in hit.kinds or "plain_test" in hit.kinds:
        return 0
    clear = _CLEAR.match(sentence.text, hit.end, sentence.end)
    return clear.end() if clear else 0


def low_on_labs(sentence: Sentence, hit: Hit) -> list[Draft]:
    """A vitamin that a panel shows too little of: "Vitamin D is deficient on your panel"."""
    low = _ON_LABS.match(sentence.text, hit.end, sentence.end)
    return [draft_of(hit.start, low.end(), f"health.term/{hit.phrase}", "health.result/on labs")] if low else []


def of_a_thing(sentence: Sentence, hit: Hit) -> bool:
    """Whether a roof, a pool or a well was tested, and nobody: "the water test came back high"."""
    thing = _THING.search(sentence.text, max(sentence.start, hit.start - _SEER), hit.start)
    return thing is not None and sentence.before(hit.start, FAR, "person") is None


def _harmless(sentence: Sentence, hit: Hit) -> bool:
    """Whether a phrase beside a test makes it nobody's."""
    if sentence.by_kind.keys().isdisjoint(_NOT):
        return False
    beside = sentence.around(hit.start, hit.end, 16, "not") or sentence.after(hit.end, 3, "not_next")
    return beside is not None and not sentence.before(hit.start, 20, "person")


def _shows(sentence: Sentence, start: int, end: int) -> bool:
    """Whether what stands between a test and a finding ties them: a verb, or nothing but a colon or a dash."""
    words = sentence.words_between(start, end)
    return any(word in _DATA["shows"] for word in words) or (
        _DEGREES.issuperset(words) and sentence.text[start:end].lstrip()[:1] in (":", "-", "=")
    )


def _fits(sentence: Sentence, hit: Hit, result: Hit, person: Hit | None) -> bool:
    between = sentence.words_between(hit.end, result.start)
    if (
        len(between) > 7
        or not _BLOCKS.isdisjoint(between)
        or "or" in sentence.words_between(result.end, result.end + 8)
        or (result.phrase == "up" and _BEFORE_UP.search(sentence.text, hit.end, result.start))
    ):
        return False
    if "plain_test" in hit.kinds:
        return result.phrase in _FEW_RESULTS and person is not None
    return "pathogen" not in hit.kinds or result.phrase in _FEW_RESULTS


def _inside_a_code(text: str, start: int, end: int) -> bool:
    """Whether letters or digits touch both: `8a1c4a` is a colour, and no A1C of 4."""
    return (start > 0 and text[start - 1].isalnum()) or text[end : end + 1].isalpha()


def _number_end(text: str, place: int) -> int:
    match = _REST_OF_NUMBER.match(text, place)
    return match.end() if match else place


def phrase_of(sentence: Sentence, hit: Hit) -> list[Draft]:  # noqa: PLR0911 - one for each kind of phrase
    """ "tested positive", "positive for rsv", "came back abnormal", a diagnosis code."""
    if hit.phrase.startswith(("icd", "diagnosis code")):
        code = _ICD.search(sentence.text, hit.end, min(hit.end + 40, sentence.end))
        return [draft_of(code.start(), code.end(), "health.term/icd", "health.value")] if code else []
    if hit.phrase.startswith("stage"):
        near = sentence.around(hit.start, hit.end, 20, "condition")
        return (
            [draft_of(hit.start, hit.end, "health.term/stage", "health.disclosure")]
            if near and "cancer" in near.phrase
            else []
        )
    if of_a_thing(sentence, hit):
        return []
    if (sentence.asks or hit.phrase.startswith("come ")) and sentence.before(hit.start, 40, "asks"):
        return []
    what = sentence.after(hit.end, 16, "pathogen", "condition", "analyte", "medication", "otc")
    if hit.phrase.endswith(" for"):
        return (
            [draft_of(hit.start, what.end, f"health.result/{hit.phrase}", f"health.term/{what.phrase}")] if what else []
        )
    if sentence.before(hit.start, FAR, "not"):
        return []
    person = sentence.before(hit.start, FAR, "person")
    test = sentence.before(hit.start, FAR, "test", "plain_test", "pathogen", "analyte")
    first = hit.phrase.split()[0]
    grown = first in _GROWTHS and not sentence.asks
    if not (person or test or grown or first in ("tested", "di", "dio", "salio", "no") or "pregnan" in hit.phrase):
        return []
    end = what.end if what else hit.end
    more = [f"health.person/{person.phrase}"] if person else []
    start = test.start if test and hit.start - test.end <= _BESIDE else hit.start
    return [draft_of(start, end, f"health.result/{hit.phrase}", "health.disclosure", *more)]


def nature_of(sentence: Sentence, hit: Hit) -> list[Draft]:
    """What a growth is: "the mole is benign", "your lump turned out to be a benign cyst"."""
    if hit.phrase not in _GROWTHS or sentence.asks:
        return []
    told = _NATURE.match(sentence.text, hit.end, sentence.end)
    what = sentence.after(hit.end, _NATURE_WITHIN, "condition") if told is None else None
    if what and _TURNED_OUT.fullmatch(sentence.text, hit.end, what.start):
        return [draft_of(hit.start, what.end, f"health.term/{hit.phrase}", "health.result/nature")]
    if told is None:
        return []
    return [draft_of(hit.start, told.end(), f"health.term/{hit.phrase}", "health.result/nature")]


def ruled_out(sentence: Sentence, hit: Hit) -> list[Draft]:
    """A finding that was looked for and is not there: "no tumor was seen", "no signs of fracture were found"."""
    before = _NONE.search(sentence.text, max(sentence.start, hit.start - _NONE_WITHIN), hit.start)
    if before is None and not hit.phrase.startswith("no "):
        return []
    after = _SEEN.match(sentence.text, hit.end, min(len(sentence.text), hit.end + _NONE_WITHIN))
    if after is None:
        return []
    return [
        draft_of(
            before.start() if before else hit.start, after.end(), f"health.term/{hit.phrase}", "health.result/none seen"
        )
    ]
