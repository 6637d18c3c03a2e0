"""Secrets told with what they unlock or whom they are for: "passcode to my phone 1982", "... for the tech: mittens"."""

import re
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.glancing import names_both_by_letters
from compliance.detectors.one_time_codes import draft_of
from compliance.detectors.reading import Draft, Reading
from compliance.detectors.vocabulary import Hit

_NO_SECRETS: Final = frozenset(read("credentials")["not_values"]) | frozenset(read("credentials")["connectors"])
_DEVICE: Final = re.compile(
    r"(?<![a-z])(?:phone|iphone|ipad|ipod|tablet|laptop|computer|pc|macbook|mac|watch|chromebook|cell)(?![a-z])"
)
_UNLOCKS: Final = r"(?:pass ?code|pin(?: code| number)?|password|unlock code|lock ?screen code|screen lock)"
_OF_A_DEVICE: Final = re.compile(
    rf"(?<![a-z])(?:{_UNLOCKS} (?:(?:to|for|on|of) )(?:my |the |her |his |our |this )?(?:old |work "
    rf")?{_DEVICE.pattern}|"
    rf"{_DEVICE.pattern} {_UNLOCKS}(?: (?:for|to) (?:the |my |your )?[a-z]{{2,12}}(?: [a-z]{{2,12}})?)?)"
    r"(?: is| its)?[ :=]{1,3}(?P<secret>\d{4,8})(?![\d/:%]|[.,-]\d)"
)
_FOR_WHOM: Final = re.compile(
    r" for (?:the |my |our |your )?[a-z]{2,12}(?: [a-z]{2,12}){0,2}: ?(?P<secret>[a-z]{5,24})[.!]?[ ]?(?=\n|\Z)"
)
_WORD_FOR_WHAT: Final = re.compile(  # "security word for phone banking is marzipan"
    r" (?:for|on|of|at|with) (?:the |my |our |your )?[a-z]{2,12}(?: [a-z]{2,12}){0,2} is "
    r"(?P<secret>[a-z]{5,24})[.!]?[ ]?(?=\n|\Z)"
)
_OF_TWO: Final = re.compile(r" ?[/|] ?(?P<secret>[^\s/|]{4,64})")
_INITIALS: Final = re.compile(
    r"(?<![a-z0-9])(?:u|un|user|usr|login|usuario) ?[:=-] ?[^\s:=]{3,60}[ ,;/|\n]{1,3}(?:p|pw|pwd|c) ?[:=-] "
    r"?(?P<secret>[^\s:=]{6,64})"
)
_HEX: Final = re.compile(r"(?<!\w)[0-9a-f]{24,64}(?!\w)")
_FEWEST: Final = 4  # digits that unlock a device
_KEY_WITHIN: Final = 110
_USE_IT: Final = re.compile(r",? (?:just )?(?:use|try|enter|put in) (?P<secret>\S{7,64})")


def of_a_device(reading: Reading) -> list[Draft]:
    """What unlocks a telephone or a computer: "passcode to my phone 198273 for the repair"."""
    if not any(run.size >= _FEWEST for run in reading.runs) or not _DEVICE.search(reading.text):
        return []
    return [
        draft_of(*match.span("secret"), "credential.cue/of a device", "credential.looks_random")
        for match in _OF_A_DEVICE.finditer(reading.text)
    ]


def for_whom(reading: Reading, hit: Hit) -> Draft | None:
    """A plain word behind whom a password is for and a colon, with nothing after it: "... for the tech: mittens"."""
    match = _FOR_WHOM.match(reading.text, hit.end)
    if match is None and hit.phrase.endswith(" word"):
        match = _WORD_FOR_WHAT.match(reading.text, hit.end)
    if match is None:
        return None
    word = match["secret"]
    if word in _NO_SECRETS:
        return None
    return draft_of(*match.span("secret"), f"credential.cue/{hit.phrase}")


def in_hex(reading: Reading, hit: Hit) -> list[Draft]:
    """A key in hexadecimal digits somewhat behind its name: "bearer token for the test feed: 7b87..."."""
    match = _HEX.search(reading.text, hit.end, hit.end + _KEY_WITHIN)
    if match is None or match.group().isalpha():
        return []
    return [draft_of(*match.span(), f"credential.cue/{hit.phrase}", "credential.looks_random")]


def second_of_two(reading: Reading, draft: Draft) -> Draft:
    """The secret of two values, where who signs in stands first: "db creds: app_user / vR7!kpLq20"."""
    match = _OF_TWO.match(reading.text, draft.spans[-1][1])
    if match is None or not any(map(str.isdigit, match["secret"])):
        return draft
    start, end = match.span("secret")
    while reading.text[end - 1] in ".,;)\"'":
        end -= 1
    return draft_of(start, end, "credential.cue/second of two", "credential.looks_random")


def by_initials(reading: Reading) -> list[Draft]:
    """The second of two values that only letters name: "u: ksalas p: Mango!3321"."""
    found = []
    for match in _INITIALS.finditer(reading.text) if names_both_by_letters(reading.text) else ():
        start, end = match.span("secret")
        while reading.text[end - 1] in ".,;)\"'":
            end -= 1
        written = reading.as_written(start, end)
        if any(map(str.isdigit, written)) and any(map(str.isalpha, written)):
            found.append(draft_of(start, end, "credential.cue/p", "credential.looks_random"))
    return found


def use_it(text: str, hit: Hit) -> re.Match[str] | None:
    """What is to be used for an account: "for my apple id use Rexthedog2"."""
    return _USE_IT.match(text, hit.end) if "for " in text[max(0, hit.start - 9) : hit.start] else None
