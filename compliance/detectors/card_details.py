"""What comes with a card: the date it ends and the code on its back."""

import re
from bisect import bisect_left
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.dates import names_a_month
from compliance.detectors.digit_runs import at_digits
from compliance.detectors.known_cards import behind_masks, beside_card, card_masks, code_alone, with_known_card
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons

_MONTH: Final = (
    "(?:"
    + "|".join(sorted({name for names in read("months")["months"] for name in names}, key=len, reverse=True))
    + ")"
)
_EXPIRY: Final = re.compile(
    r"(?<![\d/\-.$])(?P<month>0?[1-9]|1[0-2])(?: ?[/\-.|\\] ?| )(?:20)?(?:2[4-9]|3\d|4[0-5])(?![\d]|[/\-.]\d)"
)
_YEAR_IN_WORDS: Final = "twenty[ -](?:four|five|six|seven|eight|nine)|thirty(?:[ -](?:one|two|three|four|five))?"
_YEAR_FIRST: Final = re.compile(r"(?<![\d/\-.$])20(?:2[4-9]|3\d|4[0-5])[/\-.](?:0[1-9]|1[0-2])(?![\d]|[/\-.]\d)")
_SOLID_LAST: Final = re.compile(r"(?<![\d/\-.$])(?:0[1-9]|1[0-2])(?:2[7-9]|3\d)(?=[ .!]{0,2}\Z)")
_NAMED: Final = re.compile(  # also as written to the word before it: "expDec 2031"
    rf"(?:(?<![a-z])|(?<=[^a-z]exp)){_MONTH}[ /\-.,']{{0,3}}(?:of )?"
    rf"(?:(?:20)?(?:2[4-9]|3\d|4[0-5])(?![\d])|(?:{_YEAR_IN_WORDS})(?![a-z]))"
)
_SPOKEN: Final = re.compile(r"(?<!\d)(?<!\d )(?:0 ?[1-9]|1 ?[0-2]|[1-9]) (?:2 ?[4-9]|3 ?[0-5])(?! ?\d)")
_SOLID: Final = re.compile(r"(?<![\d/\-.$])(?:0[1-9]|1[0-2])(?:20)?(?:2[4-9]|3\d|4[0-5])(?![\d]|[/\-.]\d)")
_WITH_WORD: Final = (_EXPIRY, _NAMED, _SOLID, _SPOKEN, _YEAR_FIRST)
_CODE: Final = r"(?P<code>\d{3,4}|\d(?: \d){2,3}(?! ?\d))"
_MARKS: Final = r"[ \t\n.,;:/|\-\u00a4-\u20ab\u20ad-\U0010ffff]{1,6}"  # and pictures, but no money
_THEN: Final = r"(?:then|next|luego|despues|dann|puis)"
_GLUED: Final = rf"(?:{_MARKS}(?:{_THEN}{_MARKS})?|(?:cvv2?|cvc2?|cid|csc)[:= ]?)"
_BESIDE: Final = re.compile(_GLUED + _CODE + r"(?=[ \t]*(?:[,;.!\n]|\Z|zip|name|cvv|cvc|code))")
_BEHIND: Final = re.compile(  # after the date a card ends: the code, whatever follows, unless it is a number of things
    _GLUED + _CODE + r"(?![\d/:%]|[.,-]\d| ?(?:st|ave|rd|lane|dollars|usd|people|guests|pm|am|miles)\b)"
)
_DATE_AND_CODE: Final = re.compile(
    r"(?<![\d/])(?P<date>(?:0[1-9]|1[0-2])[/-](?:20)?(?:2[4-9]|3\d|4[0-5]))(?![\d/])"
    r"[ ,;.\n]{1,3}(?:(?:and|y|the|with|its|my|el|la|su|mi|los|las) ){0,2}(?:code|sec|back|codigo|digits|"
    r"(?:(?:three|3|tres)(?: little| small)?(?: digits| numbers| digitos| numeros)? )?"
    r"(?:(?:in|on|at) (?:the |its )?back|on the reverse|de atras|atras|del reverso|por detras|de detras))"
    r"(?: is| es| are| son)?[ :]{1,2}"
    r"(?P<code>\d{3})(?![\da-z/%]|[.,-]\d| ?(?:dollars|bucks|usd|pesos|euros|each|dolares)(?![a-z]))"
)
_CODE_AND_DATE: Final = re.compile(  # right behind a card: "... 1111 837 12/27", "..., 441, then 03/29"
    rf"{_MARKS}(?:{_THEN}{_MARKS})?(?P<code>\d{{3,4}}){_MARKS}(?:(?:{_THEN}|exp|expires){_MARKS})?"
    r"(?P<date>(?:0?[1-9]|1[0-2])(?: ?[/\-.|\\] ?|(?<=\d\d))(?:20)?(?:2[4-9]|3\d|4[0-5]))(?![\d]|[/\-.]\d)"
)
_CODE_THEN_DATE: Final = re.compile(  # of a card that the text only names: "code 329, and exp 10/27 for the visa"
    r"(?<![a-z])(?:code|codigo)(?: is| es)?[ :]{1,2}(?P<code>\d{3,4})[ ,;.]{1,3}(?:(?:and|with|y) )?"
    r"(?:exp|expires|expiration|expiry|vence)(?: date)?(?: is| es)?[ :]{1,2}"
    r"(?P<date>(?:0?[1-9]|1[0-2])[/-](?:20)?(?:2[4-9]|3\d|4[0-5]))(?![\d/])"
)
_SO_MANY_THEN_DATE: Final = re.compile(  # "3 digit: 752" and on the next line "exp: 5/26"
    r"(?<![\da-z])(?:3|4|three|four|tres|cuatro)[ -](?:little |small )?(?:digits?|numbers?|digitos|numeros)"
    r"(?: code| number| are| is| son)?[ :=]{1,3}(?P<code>\d{3,4})[ ,;.\n]{1,3}(?:(?:and|with|y) )?"
    r"(?:exp|expires|expiration|expiry|vence|good thru|valid thru)(?: date)?(?: is| es)?[ :]{1,3}"
    r"(?P<date>(?:0?[1-9]|1[0-2])[/-](?:20)?(?:2[4-9]|3\d|4[0-5]))(?![\d/])"
)
_SO_MANY: Final = re.compile(  # "and the 3 numbers 871"
    r"(?<![\da-z])(?:3|4|three|four|tres|cuatro)[ -](?:little |small )?(?:digits?|numbers?|nums?|digitos|numeros)"
    r"(?: are| is| code| son)?[ :=]{1,3}\Z"
)
_SO_MANY_WITHIN: Final = 34
_LEADS: Final = 40  # characters without a digit from the date to a code behind it
_LAST_ON: Final = 40  # characters without a digit from a card to the date it ends
_ANOTHER_DAY: Final = frozenset(read("linking")["another_day"])
_WORDS: Final = re.compile(r"[a-z]+")
_ANY_DIGIT: Final = re.compile(r"\d")
_EXPIRES_TOO: Final = frozenset(read("linking")["expires_too"])
_EXPIRY_ALONE: Final = frozenset(read("linking")["expiry_alone"])
_BEFORE_EXPIRY: Final = frozenset(read("linking")["before_expiry"])
_OWN_WORD: Final = 6  # characters from a word to the number that is its own
_RIGHT_BEHIND: Final = 8  # characters from a card to a month named without a word before it
_NAMED_GAP: Final = re.compile(r"[ \t\n.,;:/|\-]{1,4}(?:exp)?|exp")
_FULL_YEAR: Final = re.compile(r"20\d\d\Z")
_LONGEST_ALONE: Final = 80  # characters of a text that tells nothing but the date a card ends
_GAP: Final = re.compile(rf"[^a-z0-9]{{1,8}}(?:{_THEN}[^a-z0-9]{{1,3}})?\Z")
_GAP_WITHIN: Final = 16
_FOR_WHAT: Final = frozenset(("for", "of", "at", "para", "el", "from"))  # no day of something where a code follows


def find_card_details(reading: Reading, cards: list[Draft], codes: list[Draft], taken: bytearray) -> list[Draft]:
    """Drafts of expiry dates and security codes, where a card is being given."""
    given = bool(cards or codes)
    masked = card_masks(reading)
    if not given and not masked and not reading.has("EXPIRY"):
        return with_known_card(reading, taken) or code_alone(reading, taken)
    ends = {card.spans[-1][1] for card in cards} | {code.spans[-1][1] for code in codes}
    card_ends = sorted(card.spans[-1][1] for card in cards)
    starts = sorted(code.spans[0][0] for code in codes)
    found: list[Draft] = []
    for end in card_ends:
        found += _code_and_date(reading.text, end, taken)
    found += behind_masks(reading, masked, taken) if masked else []
    for pattern in _WITH_WORD if reading.has("EXPIRY") else (_EXPIRY, _NAMED, _SOLID):
        for match in _matches(reading, pattern):
            if 1 in taken[match.start() : match.end()]:
                continue
            rules = _expiry_rules(reading, match, ends, given=given, plain=pattern is _EXPIRY)
            near_card = pattern is _EXPIRY and (
                _leads_to(reading.text, match.end(), starts) or _follows_card(reading.text, *match.span(), card_ends)
            )
            if not rules and near_card:
                rules = ["security.expiry", "security.beside_card"]
            if not rules and pattern is _NAMED and _named_at(reading.text, match, card_ends):
                rules = ["security.expiry", "security.beside_card"]
            if rules:
                found.append(Draft("CARD_SECURITY", (match.span(),), reasons(*rules)))
                taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
                ends.add(match.end())
    if cards or (reading.direction == "in" and reading.has("EXPIRY", "CARD_SECURITY")):
        found += _weakly_named(reading, taken, cards=bool(cards))
    if not found and not given and reading.direction == "in":
        found += with_known_card(reading, taken) or _date_alone(reading, taken)
    for end in sorted(ends):
        beside = (_BESIDE if end in card_ends else _BEHIND).match(reading.text, end)
        if cards and beside and 1 not in taken[beside.start("code") : beside.end("code")]:
            found.append(beside_card(beside.span("code")))
    return found


def _code_and_date(text: str, end: int, taken: bytearray) -> list[Draft]:
    """A code and then the date, right behind a card."""
    match = _CODE_AND_DATE.match(text, end)
    if match is None or 1 in taken[match.start("code") : match.end()]:
        return []
    drafts = [beside_card(match.span("code")), beside_card(match.span("date"), "security.expiry")]
    taken[match.start("code") : match.end()] = b"\x01" * (match.end() - match.start("code"))
    return drafts


def _matches(reading: Reading, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """What a pattern of dates finds; tried only where the groups of digits allow it."""
    if pattern is _NAMED:
        return list(_NAMED.finditer(reading.text)) if names_a_month(reading) or "exp" in reading.text else []
    if pattern is _YEAR_FIRST and "20" not in reading.text:
        return []
    return at_digits(pattern, reading.text, reading.starts())


def _date_alone(reading: Reading, taken: bytearray) -> list[Draft]:
    """The date a card ends as all that a customer tells, later than the card: "oh, exp is 06/28"."""
    text = reading.text
    if len(text) > _LONGEST_ALONE or "?" in text or reading.has(AGAINST):
        return []
    match = _EXPIRY.search(text) or _SOLID_LAST.search(text) or _named_alone(text)
    if match is None or 1 in taken[match.start() : match.end()] or any(map(str.isdigit, text[match.end() :])):
        return []
    cue = reading.near("EXPIRY", *match.span(), before=6, after=-1)
    if cue is None or cue.phrase not in _EXPIRY_ALONE or not _EXPIRES_TOO.isdisjoint(_WORDS.findall(text)):
        return []
    before = _WORDS.findall(text, 0, cue.start)
    if any(map(str.isdigit, text[: match.start()])) or not _BEFORE_EXPIRY.issuperset(before):
        return []
    return [Draft("CARD_SECURITY", (match.span(),), reasons("security.expiry", f"security.expiry_cue/{cue.phrase}"))]


def _named_alone(text: str) -> re.Match[str] | None:
    """A month by its name, its year in full unless the text is of several messages."""
    match = _NAMED.search(text)
    return match if match and ("\n" in text or _FULL_YEAR.search(match.group())) else None


def _named_at(text: str, match: re.Match[str], card_ends: list[int]) -> bool:
    """Whether a month and year stand right behind a card, a year in full or a code after them: "... ,Oct 2027,691"."""
    at = bisect_left(card_ends, match.start()) - 1
    if at < 0 or match.start() - card_ends[at] > _RIGHT_BEHIND:
        return False
    if not _NAMED_GAP.fullmatch(text, card_ends[at], match.start()):
        return False
    return bool(_FULL_YEAR.search(match.group()) or _BEHIND.match(text, match.end()))


def _leads_to(text: str, end: int, starts: list[int]) -> bool:
    """Whether a code stands behind a date, without another number between."""
    at = bisect_left(starts, end)
    return at < len(starts) and starts[at] - end <= _LEADS and not _ANY_DIGIT.search(text, end, starts[at])


def _follows_card(text: str, start: int, end: int, card_ends: list[int]) -> bool:
    """Whether a card stands before a date, with nothing between that makes it the day of something else."""
    at = bisect_left(card_ends, start) - 1
    if at < 0 or start - card_ends[at] > _LAST_ON or _ANY_DIGIT.search(text, card_ends[at], start):
        return False
    days = _ANOTHER_DAY.intersection(_WORDS.findall(text, card_ends[at], start))
    return not days or (days <= _FOR_WHAT and _BESIDE.match(text, end) is not None)


def _weakly_named(reading: Reading, taken: bytearray, *, cards: bool) -> list[Draft]:
    """Three or four digits behind "code", "back says" and the like, where a card number stands in the text, too.

    Without the card: behind nothing but the date it ends ("valid until 01/30, code 289"), and that date with them.
    """
    if not cards:
        match = _CODE_THEN_DATE.search(reading.text) if reading.has("PAYMENT_CARD") else None
        match = match or _DATE_AND_CODE.search(reading.text) or _SO_MANY_THEN_DATE.search(reading.text)
        cue = reading.near("EXPIRY", match.start("date"), match.end("date"), before=6, after=-1) if match else None
        if (
            not match
            or not cue
            or "%" in reading.text
            or reading.has("secret.shopping")
            or 1 in taken[match.start("code") : match.end("code")]
        ):
            return []
        rules = reasons("security.expiry", f"security.expiry_cue/{cue.phrase}")
        told = ["code"] if 1 in taken[match.start("date") : match.end("date")] else ["date", "code"]
        return [Draft("CARD_SECURITY", (match.span(part),), rules) for part in told]
    found = []
    for run in reading.runs:
        if run.size not in (3, 4) or len(run.groups) not in (1, run.size) or 1 in taken[run.start : run.end]:
            continue
        cue = reading.near("BESIDE_CARD", run.start, run.end, before=22, after=-1)
        if cue is None and _SO_MANY.search(reading.text, max(0, run.start - _SO_MANY_WITHIN), run.start):
            found.append(beside_card((run.start, run.end)))
            taken[run.start : run.end] = b"\x01" * (run.end - run.start)
            continue
        if (
            cue
            and "\n" not in reading.text[cue.end : run.start].strip("\n")
            and not _of_a_room(reading, cue.end, run.start)
        ):
            found.append(
                Draft(
                    "CARD_SECURITY",
                    ((run.start, run.end),),
                    reasons("security.beside_card", f"security.code/{cue.phrase}"),
                )
            )
            taken[run.start : run.end] = b"\x01" * (run.end - run.start)
    return found


def _of_a_room(reading: Reading, start: int, end: int) -> bool:
    """Whether a number has another word of its own: "front desk: room 669"."""
    other = reading.near(AGAINST, end, end, before=_OWN_WORD, after=-1)
    return other is not None and other.start >= start


def _expiry_rules(reading: Reading, match: re.Match[str], ends: set[int], *, given: bool, plain: bool) -> list[str]:
    start, end = match.span()
    cue = reading.near("EXPIRY", start, end, before=22, after=12)
    if cue and (given or reading.near("PAYMENT_CARD", start, end, before=45, after=45)):
        return ["security.expiry", f"security.expiry_cue/{cue.phrase}"]
    gap = _GAP.search(reading.text, max(0, start - _GAP_WITHIN), start)
    if given and gap and start - len(gap.group()) in ends and (plain or match.group().isdigit()):
        return ["security.expiry", "security.beside_card"]
    return []
