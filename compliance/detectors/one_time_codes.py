"""One-time codes: four to eight digits with a phrase that says what they open, not where to pick up a parcel."""

import re
from itertools import pairwise
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.digit_runs import Run
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons
from compliance.detectors.vocabulary import Hit

_DATA: Final = read("credentials")
_ONLY_BEFORE: Final = frozenset(_DATA["only_before"])
_NEEDS_PURPOSE: Final = frozenset(_DATA["needs_purpose"])
_WORD: Final = re.compile(r"[a-z]+")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_WRITE_TO: Final = re.compile(r"(?:te?xt|send|sms|reply)(?![a-z])[^.!?]* to \Z")
_IS_YOUR_CODE: Final = re.compile(r" is your (?!confirmation)(?:[a-z]+ ){1,2}code(?![a-z])")
_IS_YOUR_SECRET: Final = re.compile(  # whatever else the text speaks of
    r" is (?:your|ur) (?:[a-z0-9]{2,12} ){0,2}(?:access|log ?-?in|sign ?-?in|sign ?-?on|security|verification|"
    r"authentication|authorization|one ?-?time) (?:code|pin|passcode|password)(?![a-z])"
    r"| is (?:your|ur|the|a) (?:code|pin|passcode) (?:for|to) (?:(?:your|the|a|log|sign|verify|confirm|link|add) )"
    r"(?:in to )?(?:(?:your|the|new) )?(?:device|account|log ?in|sign[ -]?in|phone|browser|bank|profile|registration)"
    r"(?![a-z])"
)
_THAT_CAME: Final = re.compile(  # "la clave que me mandaron es 003330", "got a text from you, 172539"
    r"(?<![a-z])(?:(?:clave|codigo|code|pin) (?:que |that |which )?(?:me |you |u |they |le |i )?(?:just )?"
    r"(?:mandaron|enviaron|llego|dieron|sent|texted|gave|emailed|got)(?: me| over)?(?: is| es| was| era|,|:)|"
    r"(?:got|received|me llego|recibi) (?:a|an|the|un|el) (?:text|message|sms|code|codigo|mensaje)"
    r"(?: from (?:you|u|yall|them|your (?:system|company|bank))| de ustedes)?"
    r"(?:,|:| saying| says| with| that says| con| que dice)|"
    r"(?:read|reading|leo|lei) (?:the|el) (?:code|codigo) (?:off|from|on|de|en) (?:[a-z]{2,10} ){1,4}"
    r"(?:its|it's|is|es))(?: the code)?[ :]{1,2}\Z"
)
_CAME_WITHIN: Final = 72
_COMES_FROM: Final = re.compile(
    r"(?:(?<![a-z])(?:come|comes|came|coming|sent|arrives?|texts?|messages?|sms|texted|calls?)(?: to you)? from "
    r"(?:the )?(?:short ?code |number |short number )?|(?<![a-z])short ?codes? (?:is |number )?)\Z"
)
_SO_MANY_DIGITS: Final = re.compile(
    r"(?:[4-8]|four|five|six|seven|eight)[ -]?digit (?:code|pin|passcode|number)"
    r"(?P<sent> (?:that )?(?:i (?:just )?(?:got|received)|(?:they|you|it) (?:just )?(?:sent|texted|gave|emailed)"
    r"(?: me| to me| over)?|(?:just )?came(?: through| in| up)?))?(?: (?:is|was|says))?[ :=,]{1,3}\Z"
)
_WHAT_CAME: Final = re.compile(  # "115211 thats what they texted me"
    r",? (?:is |was |thats |that's |that is |its )?(?:the (?:one|code|number) )?(?:what|that) "
    r"(?:they|it|you|u|he|she) (?:just )?(?:texted|sent|emailed|messaged)(?: me| to me)?(?![a-z])"
)
_ENTER_TO: Final = re.compile(  # "to finish signing in to ParentSquare enter 215703"
    r"(?<![a-z])(?:finish|complete|continue|keep|confirm|verify) (?:your |the )?"
    r"(?:sign(?:ing)?[ -]?(?:in|up|on)|log(?:ging)?[ -]?(?:in|on)|registration|registering|verification|identity)"
    r"(?: (?:to|for|with|at) (?:your )?[a-z0-9.]{2,24}(?: [a-z0-9.]{2,16})?)?,? (?:please )?"
    r"(?:enter|use|type|input|put in)(?: the)?(?: code| pin)?:? ?\Z"
    r"|(?<![a-z])(?:enter|use|type|input) (?:this|the following|the) (?:code|pin|passcode) (?:to|and) "
    r"(?:verify|confirm|unlock|access|log ?in(?: to)?|sign ?in(?: to)?|finish|continue|activate|link)"
    r"(?: [a-z]{1,12}){0,4}:? ?\Z"
    r"|(?<![a-z])(?:approve|authori[sz]e|confirm|verify|release|complete) (?:your |the |this |a )?(?:[a-z]{3,10} )?"
    r"(?:transfer|payment|wire|transaction|payee|recipient|withdrawal|change)(?: (?:of|to|for|from) "
    r"[$£€]?[a-z0-9.,]{1,16}(?: [a-z0-9]{2,12})?){0,2},? (?:please )?(?:enter|use|type|input|put in)(?: the)?"
    r"(?: code| pin)?:? ?\Z"
    r"|(?<![a-z])(?:approve|authori[sz]e|confirm|verify|add|link|pair|trust) (?:your |the |this )?(?:new )?"
    r"(?:device|phone|tablet|computer|laptop|browser|log ?in|sign[ -]?in),? (?:please )?"
    r"(?:enter|use|type|input|put in)(?: the)?(?: code| pin)?:? ?\Z"
)
_TO_BE_ENTERED: Final = re.compile(r"(?<![a-z])(?:enter|type|input|use|put in)(?: the)?(?: code| pin)?:? ?\Z")
_ON_A_DEVICE: Final = re.compile(  # "enter 894493 on your device to finish setup"
    r" (?:in|on|into|at) (?:your |the |our )?(?:new |other )?"
    r"(?:device|phone|tablet|tv|computer|laptop|browser|app|watch|screen|console|portal|login page|sign[ -]in page)"
    r",? to (?:finish|complete|continue|confirm|verify|approve|authori[sz]e|link|pair|connect|log ?in|sign ?in|"
    r"activate)"
    r"(?![a-z])"
)
_ENTER_WITHIN: Final = 100
_ENTERED_WITHIN: Final = 24
_PARTS: Final = 2
_SENT_WITHIN: Final = 60
_FOR: Final = re.compile(r" (?:code )?for (?:(?:your|the|this|a|ur) )?(?:[a-z]{2,12} ){0,2}")
_DAY: Final = re.compile(r"(?<![a-z])(?:on|by|until|till|from|expires?|valid|dated?|born|dob|before|after|since) \Z")
_DAY_WITHIN: Final = 10
_ANY: Final = re.compile(r"\d")
_CAME: Final = frozenset(_DATA["came"])
_WITH_G: Final = re.compile(r"(?<![a-z0-9-])g-\d{6,8}(?![a-z0-9-])")
_DIGITS: Final = range(4, 9)
_LONG: Final = 6  # digits from which a code needs no purpose
_RIGHT_BEFORE: Final = 6  # characters from a phrase that says little to its code
_FAR: Final = 45
_NEAR: Final = 25


def one_time_codes(reading: Reading) -> list[Draft]:
    """Drafts of one-time codes."""
    found = []
    harmless = reading.has("secret.shopping", AGAINST)
    purpose = reading.has("secret.purpose", "secret.use")
    for run in reading.runs:
        if run.size not in _DIGITS or not (_one_code(reading.text, run) or _in_uneven_parts(reading, run)):
            continue
        if _WRITE_TO.search(reading.text, max(0, run.start - 40), run.start):
            continue  # a short number to write to
        start, end = _with_prefix(reading.text, run)
        if _COMES_FROM.search(reading.text, max(0, run.start - _FAR), run.start):
            continue  # the short number that codes come from
        told = _said_to_be_sent(reading.text, run, harmless=harmless)
        if told:
            found.append(draft_of(start, end, f"credential.code_cue/{told}", "credential.code_purpose"))
            continue
        came = _THAT_CAME.search(reading.text, max(0, start - _CAME_WITHIN), start) is not None or (
            not harmless and _WHAT_CAME.match(reading.text, end) is not None
        )
        if came or _asked_for(reading.text, start, end, purpose=purpose):
            found.append(draft_of(start, end, "credential.code_cue/sent or asked for", "credential.code_purpose"))
            continue
        other = reading.near(AGAINST, start, end, before=20, after=20)
        if other and other.start >= end and ". " in reading.text[end : other.start]:
            other = None  # of the next sentence: "... 9920. Call us if"
        if other is None and _is_your_code(reading.text, end, harmless=harmless):
            found.append(draft_of(start, end, "credential.code_cue/is your code", "credential.code_purpose"))
            continue
        cue = _strong(reading, start, end, purpose=purpose or not harmless)
        if cue is None and not other and run.size > _DIGITS.start:
            cue = reading.near("secret.enter", start, end, before=2, after=-1)
        cue = cue or reading.near("secret.use", start, end, before=0, after=_NEAR)
        if cue and other and _is_for(reading.text, cue, other, start):
            other = None
        if cue and not (other and _distance(other, start, end) < _distance(cue, start, end)):
            found.append(draft_of(start, end, f"credential.code_cue/{cue.phrase}", "credential.code_purpose"))
            continue
        plain = _plain(reading, run, start, end, purpose=purpose, harmless=harmless)
        if plain:
            rules = ["credential.code_purpose"] if purpose else []
            found.append(draft_of(start, end, f"credential.code_cue/{plain.phrase}", *rules))
    return found


def _is_your_code(text: str, end: int, *, harmless: bool) -> bool:
    """Whether a number is said to be somebody's code: to sign in with, or any where nothing else is spoken of."""
    return bool(_IS_YOUR_SECRET.match(text, end) or (not harmless and _IS_YOUR_CODE.match(text, end)))


def codes_with_letter(reading: Reading) -> list[Draft]:
    """ "G-448210 just came on my phone": a code of that form with a word that it came, and nothing of a shop."""
    match = _WITH_G.search(reading.text)
    if match is None or reading.has("secret.shopping") or _CAME.isdisjoint(_WORD.findall(reading.text)):
        return []
    return [draft_of(*match.span(), "credential.code_cue/g", "credential.code_purpose")]


def _said_to_be_sent(text: str, run: Run, *, harmless: bool) -> str:
    """What a number of so many digits is called, where it was sent to somebody or is too long for a card's code."""
    match = _SO_MANY_DIGITS.search(text, max(0, run.start - _SENT_WITHIN), run.start)
    if match is None:
        return ""
    sent = match["sent"] is not None
    return "digit code" if sent or (run.size > _DIGITS.start and not harmless) else ""


def _is_for(text: str, cue: Hit, other: Hit, start: int) -> bool:
    """Whether a phrase says what a code is for and not what it is: "OTP for your order of $12 is 448120"."""
    if not cue.end <= other.start < other.end <= start or not _FOR.fullmatch(text, cue.end, other.start):
        return False
    return _ANY.search(text, other.end, start) is not None or ":" in text[other.end : start]


def _strong(reading: Reading, start: int, end: int, *, purpose: bool) -> Hit | None:
    """A phrase that only means a code to sign in with. Some need a purpose where the text speaks of shopping."""
    hit = reading.near("secret.code", start, end, before=_FAR, after=32)
    if hit is None or (hit.phrase in _NEEDS_PURPOSE and not purpose and not _long_behind(reading, hit, start, end)):
        return None
    if hit.phrase.split()[0] == "fa" and reading.text[hit.start - 1 : hit.start] != "2":
        return None  # "2fa" is the phrase; the words have no digits
    return hit


def _long_behind(reading: Reading, hit: Hit, start: int, end: int) -> bool:
    """Whether a code too long for a card's stands right behind its name, and nothing speaks of a shop."""
    near = 0 < start - hit.end <= _RIGHT_BEFORE and end - start >= _LONG
    return near and hit.phrase == "security code" and not reading.has("secret.shopping")


def _asked_for(text: str, start: int, end: int, *, purpose: bool) -> bool:
    """Whether a text says to enter the number, and what is done with it."""
    if (purpose or "verify" in text or "approve" in text or "authori" in text) and _ENTER_TO.search(
        text, max(0, start - _ENTER_WITHIN), start
    ):
        return True
    return (
        _ON_A_DEVICE.match(text, end) is not None
        and _TO_BE_ENTERED.search(text, max(0, start - _ENTERED_WITHIN), start) is not None
    )


def _in_uneven_parts(reading: Reading, run: Run) -> bool:
    """Whether digits in two parts of any size stand right behind a phrase that can only mean them: "otp 4471 09"."""
    if len(run.groups) != _PARTS or reading.text[run.groups[0].end : run.groups[1].start] != " ":
        return False
    cue = reading.near("secret.code", run.start, run.end, before=_RIGHT_BEFORE, after=-1)
    return cue is not None and cue.phrase not in _NEEDS_PURPOSE and not reading.has("secret.shopping")


def _plain(reading: Reading, run: Run, start: int, end: int, *, purpose: bool, harmless: bool) -> Hit | None:
    """The bare word "code": with "never share", right before, or with a long code where nothing else is spoken of."""
    kept = reading.has("secret.keep")
    hit = reading.near("secret.weak_code", start, end, before=22, after=_FAR if kept else _NEAR)
    if hit is None:
        return None
    right_before = 0 < start - hit.end <= _RIGHT_BEFORE
    if not right_before and (hit.phrase in _ONLY_BEFORE or _YEAR.fullmatch(run.groups[0].digits)):
        return None
    return hit if kept or (not harmless and (purpose or run.size >= _LONG or right_before)) else None


def _one_code(text: str, run: Run) -> bool:
    """Whether the run is one code: one group, two of one size with a space or dash between, or digit by digit."""
    sizes = [len(group.digits) for group in run.groups]
    if text[run.start - 1 : run.start] in ("$", "£", "€", "#") or text[run.end : run.end + 1] == "%":
        return False
    if run.end < len(text) and text[run.end].isalpha():
        return False
    if run.start > 1 and text[run.start - 1].isalpha() and not text[run.start - 2].isalnum():
        return False  # of an engine: "p0420"
    if sizes == [2, 2, 2]:
        gaps = {text[one.end : other.start] for one, other in pairwise(run.groups)}
        return gaps in ({" "}, {"-"}) and not _DAY.search(text, max(0, run.start - _DAY_WITHIN), run.start)
    if len(sizes) == 2 and sizes[0] == sizes[1]:
        return text[run.groups[0].end : run.groups[1].start] in (" ", "-")
    return len(sizes) == 1 or set(sizes) == {1}


def _with_prefix(text: str, run: Run) -> tuple[int, int]:
    """With "G-" before the digits, as some companies write their codes."""
    start = run.start
    lettered = text[start - 2 : start - 1].isalpha() and text[start - 1 : start] == "-"
    if lettered and not text[start - 3 : start - 2].isalnum():
        start -= 2
    return start, run.end


def _distance(hit: Hit, start: int, end: int) -> int:
    return start - hit.end if hit.end <= start else max(0, hit.start - end)


def draft_of(start: int, end: int, *rules: str) -> Draft:
    """A draft of a credential."""
    return Draft("CREDENTIAL", ((start, end),), reasons(*rules))
