"""What a text tells of a person's health: a term alone is none; somebody has it, takes it, or it is a result."""

import re
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.health_places import (
    of_a_group,
    of_a_machine,
    of_who_writes,
    told_by_neighbour,
    told_in_passing,
)
from compliance.detectors.health_results import (
    FAR,
    draft_of,
    few_words,
    low_on_labs,
    nature_of,
    phrase_of,
    result_of,
    ruled_out,
)
from compliance.detectors.reading import Draft, Reading
from compliance.detectors.sentences import Sentence, sentences
from compliance.detectors.vocabulary import WORD, Hit, Words, phrases

_DATA: Final = read("health")
LEXICON: Final = phrases(_DATA["lists"])
_TERMS: Final = ("condition", "medication", "otc", "treatment", "pathogen")
_OWN: Final = frozenset(_DATA["own"])
_CLOSE: Final = frozenset(_DATA["close_only"])
_HAVE: Final = frozenset(_DATA["have"])
_UNIT: Final = r"(?:mg|mcg|g|ml|units?|iu|tabs?|tablets?|pills?|milligrams?)"
_DOSE: Final = re.compile(rf"[^a-z0-9]{{0,3}}(?:[a-z]{{2,6}} )?\d+(?:\.\d+)?\s?{_UNIT}(?![a-z])")
_CLAUSE: Final = re.compile(r"[,:(]|(?<= )(?:so|but|because|and|pero|asi|porque)(?= )")
_NEAR: Final = 30
_NEXT: Final = 16
_FILLING: Final = 80  # characters that two words and what stands around them have at most
_TERMS_ONLY: Final = frozenset({"condition"})
_NEXT_KIND: Final = frozenset({"not_next", "not_adjacent"})
_FEWEST_RULES: Final = {"condition": 2, "medication": 2, "treatment": 2, "pathogen": 2, "otc": 3}
_NEEDS_PERSON: Final = frozenset(_DATA["needs_person"])
_TESTED: Final = frozenset(_DATA["tested"])
_TOLD_BESIDE: Final = frozenset({"condition", "pathogen", "treatment"})
_SICK_WITH: Final = frozenset({"condition", "pathogen"})
_THIRD_PERSON: Final = frozenset(_DATA["third_person"])
_NOBODY: Final = frozenset(_DATA["nobody"])
_PATIENTS_WORDS: Final = frozenset(_DATA["patients_words"])
_ORDERS: Final = frozenset(_DATA["orders"])
_SINCE: Final = frozenset({"since", "since my"})
_TREATED: Final = frozenset({"on chemo", "on dialysis", "on oxygen", "on antibiotics", "on insulin", "on steroids"})
_MEDICINES: Final = frozenset({"medication", "otc"})
_TAKE: Final = frozenset(_DATA["take"])
_WE_FOUND: Final = re.compile(
    r"(?<![a-z])we (?:found|saw|see|detected|noticed) (?:a |an |some )?(?:[a-z]{3,9} ){0,2}\Z"
)
_THING_GAVE: Final = re.compile(
    r"(?:^|[ ,])(?:el|la|los|las|ese|esa|este|esta|tu|su|mi)(?! (?:lunes|martes|miercoles|jueves|viernes|sabado|"
    r"domingo|"
    r"mes|ano|semana|dia|noche|pasado|pasada|otro|otra|medico|doctor)) [a-z]{3,16} (?:casi )?\Z|(?:^| )casi \Z"
)
_A_NAME: Final = re.compile(r"\. ?[a-z]{2}")
_GOES_ON: Final = re.compile(r" (?!and |or |meds|adhd|medic|since|so |but |diag|as |is |runs)[a-z]")
_OF_DIABETICS: Final = re.compile(
    r"[ -](?:foot|feet|eye|retinal?|shoes?|socks?|friendly|menus?|snacks?|meals?|diet|recipes?|cookbooks?|class(?:es)?|"
    r"supplies|options?|desserts?|exams?|screenings?|candy|care)(?![a-z])"
)
_READY_FOR: Final = re.compile(r" for (?!pets?|sale|dogs?|cats?|horses?)[a-z]{2,14} (?:is|are) (?:now )?ready(?![a-z])")
_FOUND_WITHIN: Final = 44
_FEW_BEFORE: Final = 6
_FEW_WORDS: Final = 3


def find_health(reading: Reading, words: Words) -> list[Draft]:
    """Drafts of health information."""
    hits = LEXICON.find(reading.text, words)
    found: list[Draft] = []
    if not hits:
        return found
    denies = " no " in reading.text or reading.text.startswith("no ")
    for sentence in sentences(reading, hits):
        for hit in sentence.kind(*_TERMS):
            rules = _told_of_somebody(reading, sentence, hit, hits, found)
            if not rules and "otc" in hit.kinds:
                found += low_on_labs(sentence, hit)
            if rules and not (found and hit.phrase.startswith("off ") and found[-1].spans[0][0] >= sentence.start):
                found.append(draft_of(hit.start, _with_dose(reading.text, hit), *rules))
        for hit in sentence.kind("test", "analyte", "pathogen", "plain_test", "condition"):
            if not hit.kinds <= _TERMS_ONLY or _is_tested(sentence, hit):
                found += result_of(sentence, hit)
        if denies:
            for hit in sentence.kind("finding", "condition", "firm_result"):
                found += ruled_out(sentence, hit)
        for hit in sentence.kind("finding", "growth"):
            found += nature_of(sentence, hit)
        for hit in sentence.kind("phrase"):
            found += phrase_of(sentence, hit)
    return found


def _told_of_somebody(reading: Reading, sentence: Sentence, hit: Hit, hits: list[Hit], found: list[Draft]) -> list[str]:
    """The rules by which a term is told of somebody, by what is said with it or by what stands around it."""
    if "condition" in hit.kinds and (
        of_a_group(sentence, hit)
        or of_a_machine(sentence, hit)
        or _a_thing_gave(sentence, hit)
        or _is_a_plain_word(reading, hit)
    ):
        return []
    inbound = reading.direction == "in"
    rules = _told(sentence, hit, inbound=inbound)
    if not rules and inbound and "condition" in hit.kinds:
        rules = of_who_writes(sentence, hit)
    if rules or sentence.asks or _TOLD_BESIDE.isdisjoint(hit.kinds):
        return rules
    rules = told_by_neighbour(reading.text, hit, found)
    if not rules and inbound and not _harmless(sentence, hit):
        rules = told_in_passing(sentence, hit, hits)
    return rules


def _is_a_plain_word(reading: Reading, hit: Hit) -> bool:
    """Whether letters that are short for an illness are a word here: "with Ms. Kovac", "add baby to insurance"."""
    last = hit.phrase.rpartition(" ")[2]
    if last == "ms":
        return reading.as_written(hit.start, hit.end).endswith("Ms") or bool(_A_NAME.match(reading.text, hit.end))
    if last == "add":
        return not reading.as_written(hit.start, hit.end).endswith("ADD") and bool(
            _GOES_ON.match(reading.text, hit.end)
        )
    return last == "diabetic" and bool(_OF_DIABETICS.match(reading.text, hit.end))


def _a_thing_gave(sentence: Sentence, hit: Hit) -> bool:
    """Whether a match or a bill is said to have given it: "ese partido me dio un infarto"."""
    return (
        hit.phrase.startswith("me dio ")
        and _THING_GAVE.search(sentence.text, max(sentence.start, hit.start - FAR), hit.start) is not None
    )


def _told(sentence: Sentence, hit: Hit, *, inbound: bool) -> list[str]:
    """The rules by which a term is told of somebody; empty when it is not."""
    kind = next(kind for kind in _TERMS if kind in hit.kinds)
    person = sentence.before(hit.start, FAR, "person")
    own = person is not None and person.phrase in _OWN and few_words(sentence, person.end, hit.start, 2)
    strong = sentence.before(hit.start, FAR, "strong_discloses") or sentence.after(hit.end, _NEAR, "strong_discloses")
    if strong and strong.phrase in _PATIENTS_WORDS and not inbound:
        strong = None  # "our diabetes cookbook is back"
    dosed = kind in ("medication", "otc") and bool(_DOSE.match(sentence.text, hit.end))
    harmless = _harmless(sentence, hit)
    if harmless and not _told_all_the_same(harmless, hit, person=person, own=own, strong=strong):
        return []
    away = inbound and kind in _SICK_WITH and _keeps_away(sentence, hit)
    asked = not away and not own and (harmless or not dosed)
    if asked and _asked(sentence, hit, medicine=kind == "medication" and not harmless):
        return []
    rules = [f"health.term/{hit.phrase}"]
    if strong and (kind != "otc" or person) and (inbound or person or strong.phrase not in _NEEDS_PERSON):
        rules.append(f"health.disclosure/{strong.phrase}")
    close = _tied(sentence, hit)
    if away:
        rules.append("health.disclosure/keeps away")
    if person and (own or close or "verbs" in hit.kinds):
        rules.append(f"health.person/{person.phrase}")
    elif close and _gives(sentence, close, kind, inbound=inbound):
        rules.append(f"health.disclosure/{close.phrase}")
    elif inbound and _begins(sentence, hit):
        rules.append("health.person/opens the sentence")
    rules += _seen(sentence, hit) if kind == "condition" and not (inbound or harmless or rules[1:]) else []
    if dosed:
        rules.append("health.dose")
    if kind == "otc" and strong and not inbound and not person and _orders(sentence, strong, hit):
        rules = [rules[0], f"health.disclosure/{strong.phrase}", "health.disclosure/order"]
    few = len(rules) < _FEWEST_RULES[kind]
    rules += _ready_for(sentence, hit) if few and kind == "medication" and not inbound else []
    if few and not inbound and not harmless and kind in _MEDICINES and _told_to_take(sentence, hit):
        rules += ["health.disclosure/order", "health.person/order"]
    if kind == "medication" and len(rules) == 1 and inbound and not harmless:
        rules.append("health.disclosure/names a prescription medicine")
    return rules if len(rules) >= _FEWEST_RULES[kind] else []


def _harmless(sentence: Sentence, hit: Hit) -> Hit | None:
    """A phrase close to a term that makes it somebody's trade, a campaign or a joke.

    What follows in another clause speaks of something else: "I'm diabetic, do you have ...".
    """
    clause = _CLAUSE.search(sentence.text, hit.end, hit.end + _NEAR)
    near = clause.start() - hit.end if clause else _NEAR
    return (
        sentence.before(hit.start, FAR, "animals")
        or sentence.after(hit.end, min(near, FAR) if clause else FAR, "animals")
        or sentence.before(hit.start, _NEXT, "things")
        or sentence.before(hit.start, 26, "not")
        or sentence.after(hit.end, near, "not")
        or _names_a_thing(sentence, hit, min(near, _NEXT))
        or sentence.after(hit.end, 1, "not_adjacent")
    )


def _seen(sentence: Sentence, hit: Hit) -> list[str]:
    """The rule when a clinic says that it found what a term names: "we found a small bleed on the brain"."""
    start = max(sentence.start, hit.start - _FOUND_WITHIN)
    return ["health.disclosure/found"] if _WE_FOUND.search(sentence.text, start, hit.start) else []


def _orders(sentence: Sentence, strong: Hit, hit: Hit) -> bool:
    """Whether a business says what to do with a medicine: "please stop taking the naproxen"."""
    return strong.phrase in _ORDERS and strong.end <= hit.start and few_words(sentence, strong.end, hit.start, 2)


def _gives(sentence: Sentence, close: Hit, kind: str, *, inbound: bool) -> bool:
    """Whether a verb before a term gives it to who writes, or to somebody of no list."""
    if inbound and kind == "treatment" and close.phrase in _SINCE:
        return True
    return close.phrase in _HAVE and (_opens(sentence, close) or _somebody_has(sentence, close, kind))


def _told_to_take(sentence: Sentence, hit: Hit) -> bool:
    """Whether a business's sentence begins by telling somebody to take a medicine, and names no price."""
    begin = sentence.text[sentence.start : hit.start].lstrip(" .!\n")
    return begin.strip() in _TAKE and "$" not in sentence.text and "%" not in sentence.text


def _ready_for(sentence: Sentence, hit: Hit) -> list[str]:
    """The rule when a business says whose medicine is ready: "Amoxicillin for Theo is ready"."""
    begins = hit.start - sentence.start <= 1
    return ["health.disclosure/ready for"] if begins and _READY_FOR.match(sentence.text, hit.end) else []


def _names_a_thing(sentence: Sentence, hit: Hit, near: int) -> Hit | None:
    """The word behind a term that makes it a thing: "diabetes class"; not the place of "measles at the clinic"."""
    thing = sentence.after(hit.end, near, "not_next")
    return thing if thing and len(sentence.words_between(hit.end, thing.start)) <= 1 else None


def _told_all_the_same(harmless: Hit, hit: Hit, *, person: Hit | None, own: bool, strong: Hit | None) -> bool:
    """Whether what is said of somebody weighs more than the harmless phrase."""
    if person is None:
        return False
    if "things" in harmless.kinds and harmless.end <= person.start and "verbs" in hit.kinds:
        return True  # "need the mini fridge, im diabetic"
    if not harmless.kinds.isdisjoint(("animals", "things")):
        return False
    return (strong is not None and harmless.kinds.isdisjoint(_NEXT_KIND)) or (own and harmless.start < hit.start)


def _asked(sentence: Sentence, hit: Hit, *, medicine: bool) -> bool:
    """Whether the term is only asked about; who asks for a medicine mostly takes it, unless it is for its price."""
    return bool(sentence.before(hit.start, 60, "sells" if medicine else "asks"))


def _tied(sentence: Sentence, hit: Hit) -> Hit | None:
    """A verb right before a term that gives it to somebody: "has", "taking"."""
    close = sentence.before(hit.start, 24, "discloses")
    if close is None or not few_words(sentence, close.end, hit.start, 3):
        return None
    return close if close.phrase not in _CLOSE or few_words(sentence, close.end, hit.start, 1) else None


def _begins(sentence: Sentence, hit: Hit) -> bool:
    """Whether a phrase opens a sentence and so is told of who writes: "allergic to nuts", "had a stroke"."""
    if hit.phrase.startswith("allerg"):
        return hit.start - sentence.start <= 1
    state = _is_state(hit) and hit.phrase not in _TREATED
    if hit.phrase in _TREATED and sentence.text[hit.start - 2 : hit.start] == ", ":
        return not sentence.asks
    return "verbs" in hit.kinds and not state and not sentence.asks and _opens(sentence, hit)


def _somebody_has(sentence: Sentence, close: Hit, kind: str) -> bool:
    """Whether somebody named in no list has a condition: "tenant in 4B has copd", "coach, tyler has a concussion"."""
    if kind != "condition" or close.phrase not in _THIRD_PERSON or sentence.asks:
        return False
    if close.start - sentence.start > _FILLING:  # many words: none are counted, so that the time stays in step
        return False
    words = sentence.words_between(sentence.start, close.start)
    return 0 < len(words) <= _FEW_BEFORE and _NOBODY.isdisjoint(words)


def _keeps_away(sentence: Sentence, hit: Hit) -> bool:
    """Whether an illness opens what somebody writes who stays away for it: "migraine again, can't make the 10am"."""
    if "absence" not in sentence.by_kind or sentence.asks:
        return False
    away = sentence.before(hit.start, _NEXT, "absence")
    if away and "," in sentence.text[away.end : hit.start] and few_words(sentence, away.end, hit.start, 2):
        return True  # "will miss gym, fractured wrist"
    return (
        hit.start - sentence.start <= _FILLING and len(sentence.words_between(sentence.start, hit.start)) <= _FEW_WORDS
    )


def _is_state(hit: Hit) -> bool:
    """Whether a phrase says where somebody is, and so needs somebody: "in a coma", "on oxygen"."""
    return hit.phrase.startswith(("in ", "on ", "going ", "off "))


def _is_tested(sentence: Sentence, hit: Hit) -> bool:
    """Whether the word behind a term makes it a test: "HPV test", "hepatitis panel"."""
    word = WORD.match(sentence.text, hit.end + 1)
    return bool(word and word.group() in _TESTED)


def _opens(sentence: Sentence, hit: Hit) -> bool:
    """Whether nothing but filling stands before: "have asthma", "also has copd"."""
    return hit.start - sentence.start <= _FILLING and len(sentence.words_between(sentence.start, hit.start)) <= 2


def _with_dose(text: str, hit: Hit) -> int:
    dose = _DOSE.match(text, hit.end) if {"medication", "otc"} & hit.kinds else None
    return dose.end() if dose else hit.end
