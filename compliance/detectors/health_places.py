"""Illnesses told by where they stand: behind a medicine, on the line after a test, before a day off."""

import re
from typing import Final

from compliance.detectors.reading import Draft
from compliance.detectors.sentences import Sentence
from compliance.detectors.vocabulary import Hit, first_from

_NEXT: Final = 16
_FOR: Final = re.compile(r" (?:for|para)(?: (?:my|his|her|the|la|el|mi|su|los|las|mis|that))? ")
_AND_ALSO: Final = re.compile(  # "allergic to penicillin also have crohns", "have sleep apnea and use a cpap"
    r"(?:,| and| plus| y| also|, and|, also)"
    r"(?: (?:i |also |he |she ){0,2}(?:have|has|use|uses|got|on|take|takes|tengo))?"
    r"(?: an?| my)? "
)
_HERE: Final = re.compile(
    r"(?: vet| patient| mom| dad| survivor| sufferer)? here(?= |,|$)|,? (?:kid|son|daughter|child|guest),"
)
_IN_MY: Final = re.compile(
    r" [a-z ]{0,16}in (?:my|his|her) (?:left |right |both )?(?:eyes?|knees?|hands?|hips?|legs?|ears?|feet)(?![a-z])"
)
_AS_RESULT: Final = re.compile(r"(?<![a-z])(?:results?|resultado|status|diagnosis|diagnostico|dx) ?[:=] ?\Z")
_HEARD: Final = re.compile(
    r"(?<![a-z])(?:showed|shows|found|says|said|called|call|results? (?:are )?(?:in|back))[ .!,]{0,2}\n"
    r"(?:(?:so )?(?:it'?s|it is|i have|its a|es)? ?(?:an? )?)\Z"
)
_HEARD_WITHIN: Final = 36
_VET: Final = re.compile(r"(?<![a-z])vet(?![a-z])")
_VET_WITHIN: Final = 80
_SEVERE: Final = re.compile(r"(?:^|[,.:;\n] ?)(?:severe|bad|serious|life[ -]threatening|deadly|known) \Z")
_SAID: Final = re.compile(  # "urgent care said pneumonia", "doc called, shingles"
    r"(?<![a-z])(?:er|urgent care|(?:minute |walk[ -]?in )?clinic|doc|doctor|dr|hospital|pediatrician|dentist|nurse|"
    r"specialist|derm|dermatologist|ortho|cardiologist|obgyn|ob|pedi|telehealth|medico|doctora)"
    r" (?:said|says|thinks|called|confirmed|dijo|dice)[,:]? (?:that )?(?:it'?s |it is |i have |ive got |i got |"
    r"es |que es |que )?"
    r"(?:an? |una? )?\Z"
)
_SAID_WITHIN: Final = 48
_SO_IT_IS: Final = re.compile(
    r"(?:(?:so|well|yep|yup|ok|ugh|turns out|welp|guess|confirmed|oh|and|nope|apparently),? ){0,2}"
    r"(?:it'?s|it is|its) (?:an? |just )?(?:bad |nasty |mild |full blown )?"
)
_ENDS: Final = re.compile(
    r"(?: again| after all| apparently| this time| for sure| lol| ugh| smh)?(?=[.!\n:(]|\.\.\.|,? (?:so|ugh)|\Z)"
)
_LAST_IN_ROW: Final = re.compile(
    r"(?<![a-z])(?:dob|born|date of birth|birthdate|medicare|medicaid|mrn|member id|insurance)[^\n?$]{1,60}"
    r"\d[,;.:]? (?:dx:? |has |with |hx:? |history of |condition:? )?\Z"
)
_ROW_WITHIN: Final = 90
_LAST: Final = re.compile(r"(?: patient| pt)?[.! ]{0,3}(?:\n|\Z)|,")
_IS_BAD: Final = re.compile(  # "depression's been bad this month"
    r"(?:'?s|s| has| have| is| are| was)? ?(?:been )?(?:(?:really|so|pretty|super|very|extra|too) )?"
    r"(?:bad|awful|terrible|rough|horrible|acting up|flaring(?: up)?|flared(?: up)?|kicking my|through the roof|"
    r"killing me|out of control|getting worse|unbearable|brutal)(?![a-z])"
)
_SINCE: Final = re.compile(  # "PTSD from my service so no loud knocks"
    r" (?:from (?:my|the war|the service|the military|combat|birth|an? (?:accident|crash|fall|wreck|injury))|"
    r"since (?:childhood|birth|i was|i had|my|19\d\d|20\d\d|age|high school|college|the (?:accident|war|crash|"
    r"wreck)))"
)
_MINE_NEXT: Final = re.compile(r"[? ]{1,3}(?:mine |i'?ve had it|i have it|i got it|i have had it|my case )")
_A_MACHINES: Final = re.compile(
    r"(?<![a-z])(?:car|truck|dryer|fridge|laptop|phone|engine|mower|printer|furnace|washer|computer|van|boat|"
    r"house|ac)"
    r"(?:'?s)?(?: has| have| got| is| keeps having)?(?: got)?(?: an?| the)? \Z"
)
_FEW_LETTERS: Final = 20
_GROUP: Final = re.compile(
    r"(?<![a-z])(?:charity|charities|non ?-?profit|foundation|support group|fundrais(?:er|ing)|ministry|"
    r"rais(?:es?|ing) money)(?![a-z])"
)
_GROUP_WITHIN: Final = 60
_MINE: Final = re.compile(r"(?<![a-z])(?:my|i|im|ive|mi)(?![a-z])")


def told_by_neighbour(text: str, hit: Hit, found: list[Draft]) -> list[str]:
    """The rules by which what stands right before a condition tells it: a medicine for it, or "result:"."""
    term = f"health.term/{hit.phrase}"
    if found and _FOR.fullmatch(text, found[-1].spans[-1][1], hit.start):
        return [term, "health.disclosure/for"]  # "I take losartan for high blood pressure"
    if found and found[-1].type == "HEALTH_INFO" and _AND_ALSO.fullmatch(text, found[-1].spans[-1][1], hit.start):
        return [term, "health.disclosure/also"]
    if _LAST_IN_ROW.search(text, max(0, hit.start - _ROW_WITHIN), hit.start) and _LAST.match(text, hit.end):
        return [term, "health.disclosure/beside who it is"]
    if _AS_RESULT.search(text, max(0, hit.start - _FEW_LETTERS), hit.start):
        return [term, "health.disclosure/result"]
    return []


def told_in_passing(sentence: Sentence, hit: Hit, hits: list[Hit]) -> list[str]:
    """The rules by which a customer tells a condition in few words. `hits`: all phrases of the text."""
    text, term = sentence.text, f"health.term/{hit.phrase}"
    if _HEARD.search(text, max(0, hit.start - _HEARD_WITHIN), hit.start) and not _VET.search(
        text, max(0, hit.start - _VET_WITHIN), hit.start
    ):
        return [term, "health.disclosure/heard"]  # "ekg showed", and on the next line "afib"
    if _SAID.search(text, max(0, hit.start - _SAID_WITHIN), hit.start) and not _VET.search(
        text, max(0, hit.start - _VET_WITHIN), hit.start
    ):
        return [term, "health.disclosure/heard"]
    if _SO_IT_IS.fullmatch(text, sentence.start, hit.start) and _ENDS.match(text, hit.end):
        return [term, "health.disclosure/it is"]
    if hit.phrase.endswith("allergy") and _SEVERE.search(text, max(0, hit.start - _FEW_LETTERS), hit.start):
        return [term, "health.disclosure/severe"]
    if _alone(sentence, hit) and _absent_after(sentence.end, hits):
        return [term, "health.disclosure/keeps away"]  # "lice... again. keeping her home"
    return []


def of_who_writes(sentence: Sentence, hit: Hit) -> list[str]:
    """The rules by which a condition at the begin of what a customer writes is somebody's: "celiac here, ..."."""
    opens = hit.start - sentence.start <= 1
    mine = _MINE.search(sentence.text, max(sentence.start, hit.start - 4), hit.start) is not None
    if (opens or mine) and _IS_BAD.match(sentence.text, hit.end):
        return [f"health.term/{hit.phrase}", "health.person/is bad"]
    if sentence.asks and _MINE_NEXT.match(sentence.text, sentence.end):
        return [f"health.term/{hit.phrase}", "health.person/mine"]
    if not opens:
        return []
    if _SINCE.match(sentence.text, hit.end) and not sentence.asks:
        return [f"health.term/{hit.phrase}", "health.person/since"]
    if _HERE.match(sentence.text, hit.end) or _IN_MY.match(sentence.text, hit.end):
        return [f"health.term/{hit.phrase}", "health.person/here"]
    return []


def of_a_machine(sentence: Sentence, hit: Hit) -> bool:
    """Whether a car or a washer has it, for a joke: "my car's got asthma"."""
    return _A_MACHINES.search(sentence.text, max(sentence.start, hit.start - _VET_WITHIN), hit.start) is not None


def _absent_after(end: int, hits: list[Hit]) -> bool:
    for place in range(first_from(hits, end), len(hits)):
        if hits[place].start - end > _NEXT:
            return False
        if "absence" in hits[place].kinds:
            return True
    return False


def _alone(sentence: Sentence, hit: Hit) -> bool:
    """Whether a sentence is hardly more than a condition."""
    return (
        hit.start - sentence.start <= _NEXT
        and sentence.end - hit.end <= _NEXT
        and len(sentence.words_between(sentence.start, hit.start)) <= 1
        and len(sentence.words_between(hit.end, sentence.end)) <= 1
    )


def of_a_group(sentence: Sentence, hit: Hit) -> bool:
    """Whether a charity or a group for people with an illness speaks: "our charity helps kids with cancer"."""
    group = _GROUP.search(sentence.text, max(sentence.start, hit.start - _GROUP_WITHIN), hit.start)
    return group is not None and not _MINE.search(sentence.text, group.end(), hit.start)
