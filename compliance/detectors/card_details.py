"""What comes with a card: the date it ends and the code on its back."""

import re
from bisect import bisect_left

from compliance.detectors.data_files import read
from compliance.detectors.reading import Draft, Reading, reasons

_MONTH = (
    "(?:"
    + "|".join(sorted({name for names in read("months")["months"] for name in names}, key=len, reverse=True))
    + ")"
)
_EXPIRY = re.compile(
    r"(?<![\d/\-.$])(?P<month>0?[1-9]|1[0-2])(?: ?[/\-.|\\] ?| )(?:20)?(?:2[4-9]|3\d|4[0-5])(?![\d]|[/\-.]\d)"
)
_NAMED = re.compile(rf"(?<![a-z]){_MONTH}[ /\-.,']{{0,3}}(?:of )?(?:20)?(?:2[4-9]|3\d|4[0-5])(?![\d])")
_SOLID = re.compile(r"(?<![\d/\-.$])(?:0[1-9]|1[0-2])(?:20)?(?:2[4-9]|3\d|4[0-5])(?![\d]|[/\-.]\d)")
_BESIDE = re.compile(r"[ \t\n,;:/|\-]{1,4}(?P<code>\d{3,4})(?=[ \t]*(?:[,;.!\n]|\Z|zip|name|cvv|cvc|code))")
_LEADS = 8  # characters from the date to a code behind it
_GAP = re.compile(r"[^a-z0-9]{1,8}\Z")


def find_card_details(reading: Reading, cards: list[Draft], codes: list[Draft], taken: bytearray) -> list[Draft]:
    """Drafts of expiry dates and security codes, where a card is being given."""
    given = bool(cards or codes)
    if not given and not reading.has("EXPIRY"):
        return []
    ends = {card.spans[-1][1] for card in cards} | {code.spans[-1][1] for code in codes}
    starts = sorted(code.spans[0][0] for code in codes)
    found: list[Draft] = []
    for pattern in (_EXPIRY, _NAMED, _SOLID) if reading.has("EXPIRY") else (_EXPIRY, _SOLID):
        for match in pattern.finditer(reading.text):
            if 1 in taken[match.start() : match.end()]:
                continue
            rules = _expiry_rules(reading, match, ends, given=given, plain=pattern is _EXPIRY)
            if not rules and pattern is _EXPIRY and _leads_to(match.end(), starts):
                rules = ["security.expiry", "security.beside_card"]
            if rules:
                found.append(Draft("CARD_SECURITY", (match.span(),), reasons(*rules)))
                taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
                ends.add(match.end())
    if cards:
        found += _weakly_named(reading, taken)
    for end in sorted(ends):
        beside = _BESIDE.match(reading.text, end)
        if cards and beside and 1 not in taken[beside.start("code") : beside.end("code")]:
            found.append(Draft("CARD_SECURITY", (beside.span("code"),), reasons("security.beside_card")))
    return found


def _leads_to(end: int, starts: list[int]) -> bool:
    """Whether a code stands right behind a date."""
    at = bisect_left(starts, end)
    return at < len(starts) and starts[at] - end <= _LEADS


def _weakly_named(reading: Reading, taken: bytearray) -> list[Draft]:
    """Three or four digits behind "code", "back says" and the like, where a card number stands in the text, too."""
    found = []
    for run in reading.runs:
        if run.size not in (3, 4) or len(run.groups) != 1 or 1 in taken[run.start : run.end]:
            continue
        cue = reading.near("BESIDE_CARD", run.start, run.end, before=22, after=-1)
        if cue and "\n" not in reading.text[cue.end : run.start].strip("\n"):
            found.append(
                Draft(
                    "CARD_SECURITY",
                    ((run.start, run.end),),
                    reasons("security.beside_card", f"security.code/{cue.phrase}"),
                )
            )
            taken[run.start : run.end] = b"\x01" * (run.end - run.start)
    return found


def _expiry_rules(reading: Reading, match: re.Match[str], ends: set[int], *, given: bool, plain: bool) -> list[str]:
    start, end = match.span()
    cue = reading.near("EXPIRY", start, end, before=22, after=12)
    if cue and (given or reading.near("PAYMENT_CARD", start, end, before=45, after=45)):
        return ["security.expiry", f"security.expiry_cue/{cue.phrase}"]
    before = reading.text[max(0, start - 8) : start]
    gap = _GAP.search(before)
    if given and gap and start - len(gap.group()) in ends and (plain or match.group().isdigit()):
        return ["security.expiry", "security.beside_card"]
    return []
