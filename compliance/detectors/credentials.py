"""Passwords, tokens and keys that a phrase names: the value only."""

import re
from itertools import pairwise
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.one_time_codes import codes_with_letter, draft_of, one_time_codes
from compliance.detectors.reading import AGAINST, Draft, Reading
from compliance.detectors.unlocking import by_initials, for_whom, in_hex, of_a_device, second_of_two, use_it
from compliance.detectors.vocabulary import Hit

_DATA: Final = read("credentials")
_CONNECTORS: Final = frozenset(_DATA["connectors"])
_EXPLICIT: Final = frozenset(_DATA["explicit"])
_NOT_VALUES: Final = frozenset(_DATA["not_values"])

_ALSO_FOR_MEETINGS: Final = frozenset({"passcode", "pass code"})
_NAMES_BOTH: Final = frozenset({"creds", "credentials", "login details", "login info", "the login", "logon"})
_FARTHEST: Final = 9  # words from the cue to the value
_TOKEN: Final = re.compile(r"\S+")
_OPENING: Final = "\"'([{<“‘«`*"
_CLOSING: Final = "\"')]}>.,;:?”’»`*"
_INSIDE: Final = re.compile(r"[!@#$%^&*_+=~?\\|-]")
_HARMLESS: Final = re.compile(
    r"(?:https?://|www\.).*|[\w.+-]+@[\w-]+\.[\w.-]+|[$£€]\S*|\d{1,2}:\d\d\S*|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d+%|"
    r"\d{1,2}(?:am|pm|st|nd|rd|th|hrs?|mins?)|"
    r"[a-z]+(?:-[a-z]+)+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?:/\S*)?|v?\d+(?:\.\d+)+[a-z]?|"
    r"\d{3}[-.]\d{3}[-.]\d{4}",
    re.IGNORECASE,
)
_ANOTHER: Final = re.compile(
    r"[ ,;.]{1,3}(?:and |but |y |then )?(?:the |my |la |el |mi )?(?:new|old|other|second|nueva|nuevo|vieja|otra)"
    r"(?: (?:one|password|pw|pass|is|was|es|to))*[ :=]{1,3}(?P<secret>\S{4,64})"
)
_TIED: Final = re.compile(
    r"(?: [a-z'&/-]{1,20}){1,8} (?:is|es|was|=|:|(?:reset|set|changed|updated|switched|cambiada|cambiado) (?:now )?"
    r"(?:to|a)"
    r"|(?<=[a-z]:))[ :=]{1,3}(?P<secret>\S{6,32})"
)
_RIGHT_BEHIND: Final = re.compile(
    r" (?:is |: ?)?(?P<secret>(?=[a-z]*\d|[a-z]+[!#$%^*]+\d)[a-z]{3,20}[!#$%^*]+\d{1,6}[!#$%^*]*)(?![a-z0-9@])"
)
_SHORTEST_TIED: Final = 6
_LETTERS_TIED: Final = 3
_OR: Final = re.compile(
    r",? (?:but |and |y |pero )?"
    r"(?:or |o |now |maybe |it could be |could be |was |it |its |it's |is |the |old |new |other |one |no,? |"
    r"wait,? |sorry,? |"
    r"oops,? |actually,? |rather |i |mean |i meant |scratch that,? |correction:? |perdon,? |digo |es ){1,6}"
    r"(?P<secret>\S{4,64})"
)
_X_OR: Final = re.compile(r"(?:^|(?<= ))(?P<secret>[^\s,]{4,32}) (?:or|o) (?:maybe )?\Z")
_CAPITAL_INSIDE: Final = re.compile(r"[a-z][A-Z]|[A-Z]{2}")
_ADMIN: Final = re.compile(r"(?<![a-z])(?:admin|root|administrator) ?[/|:] ?(\S{4,64})")
_STRONG_MARK: Final = re.compile(r"[a-z0-9][!#$%^&*+?~_][a-z0-9]|[a-z]\d+[!$^&*?~]\Z", re.IGNORECASE)
_SHORTEST_MIXED: Final = 7
_LONGEST_MIXED: Final = 32
_MOST_ANYWHERE: Final = 2
_OWN: Final = (
    "my|tu|su|the|your|ur|our|mi|la|new|temp|temporary|old|nueva|wifi|login|email|bank|netflix|mein|app|portal"
)
_IS_MY: Final = re.compile(rf" (?:is|es|was|=|ist|as|for|are)(?: (?:{_OWN}))* ?\Z")
_IS_ONLY: Final = re.compile(rf" (?:is|es|was|=|ist)(?: (?:{_OWN}))* ?\Z")
_THE_LOGIN: Final = "the login"
_PAIR: Final = 30  # characters from who signs in to the word "password"
_WINDOW: Final = 90  # characters before a secret's name that are looked at
_LONGEST_BEFORE: Final = 64
_SHORTEST_BEFORE: Final = 4
_DIGITS_OF_ONE: Final = range(4, 9)
_USER_SECRET: Final = re.compile(
    r"[ :=\-]{1,3}(?:is )?(?:[^\s@/|,]{1,60}@[^\s/|,]{3,60} |[^\s/|,]{2,60}(?: ?[|,\n] ?| / )|"
    r"[^\s/|,.]{2,60}/)(\S{4,64})"
)


def harmless(written: str) -> bool:
    """Whether a word is an address, a price, a time or joined words rather than a secret, as "wVYi-BVVJ" is."""
    return bool(_HARMLESS.fullmatch(written)) and not ("-" in written and _CAPITAL_INSIDE.search(written))


def find_credentials(reading: Reading) -> list[Draft]:
    """Drafts of passwords, codes and keys that a phrase names."""
    found: list[Draft] = []
    for kind in ("secret.password", "secret.key"):
        for hit in reading.by_kind.get(kind, ()):
            draft = _after(reading, hit) or _before(reading, hit) or for_whom(reading, hit)
            if draft is not None and hit.phrase in _ALSO_FOR_MEETINGS and reading.has(AGAINST):
                continue
            if draft is not None and hit.phrase == _THE_LOGIN and _names_who(reading, draft):
                continue  # "the login is kim22 and the password ...": a name
            if draft is not None and hit.phrase in _NAMES_BOTH:
                draft = second_of_two(reading, draft)
            if draft is not None:
                found += [draft, *_next_secret(reading, draft), *_secret_before(reading, draft)]
            elif kind == "secret.key":
                found += in_hex(reading, hit)
    found += [] if found else of_a_device(reading) or by_initials(reading)
    if not found and reading.has("secret.user") and reading.direction == "in":
        found += _with_login(reading)
    if not found and reading.has("secret.password") and reading.direction == "in":
        anywhere = _anywhere(reading)
        found += anywhere if len(anywhere) != 1 else [*anywhere, *_next_secret(reading, anywhere[0])]
    if reading.has("secret.user"):
        found += _user_and_secret(reading)
        found += _admins(reading)
    if (
        reading.has("secret.code", "secret.weak_code", "secret.use", "secret.enter")
        or "digit" in reading.text
        or "clave que" in reading.text
        or "approve" in reading.text
    ):
        found += one_time_codes(reading)
    if not found and "g-" in reading.text:
        found += codes_with_letter(reading)
    return found


def _names_who(reading: Reading, draft: Draft) -> bool:
    """Whether a password is told right behind a value, which so is the name of who signs in."""
    end = draft.spans[-1][1]
    return reading.near("secret.password", end, end, before=-1, after=_PAIR) is not None


def _after(reading: Reading, hit: Hit) -> Draft | None:  # noqa: PLR0911 - each way a value can be missing
    """The value that follows the phrase: "password is X", "pw: X", "password reset done, use X"."""
    text = reading.text
    explicit = _mark_at(text, hit.end)
    strict = hit.phrase in ("pass", "key", "token", "secret", "the login", "clave", "contra", "creds", "logon")
    for count, match in enumerate(_TOKEN.finditer(text, hit.end, min(len(text), hit.end + 120))):
        if count >= _FARTHEST or "\x02" in match.group():
            return None
        start, end = _stripped(text, *match.span())
        if start >= end:
            explicit = explicit or match.group() in _EXPLICIT
            continue
        word = text[start:end]
        written = reading.as_written(start, end)
        if looks_random(written) and not harmless(written):
            if strict and not explicit and count > 0:
                return None
            return draft_of(start, end, f"credential.cue/{hit.phrase}", "credential.looks_random")
        if explicit and _plain_value(word, written, text, end, strict=strict):
            return draft_of(start, end, f"credential.cue/{hit.phrase}")
        if "@" not in word and word not in _CONNECTORS and not _INSIDE.search(word):
            return None if strict else _tied_farther_off(reading, hit)
        explicit = (
            word in _EXPLICIT or match.group()[-1] in ":=" or (explicit and word in ("my", "the", "still", "now"))
        )
        if match.group()[-1] in ".?!" and "@" not in word:
            return None
    return None


def _tied_farther_off(reading: Reading, hit: Hit) -> Draft | None:
    """A value behind any words of the same clause that end in what ties: "password for the resident portal is X12"."""
    match = _TIED.match(reading.text, hit.end)
    if match is None:
        return None
    start, end = _stripped(reading.text, *match.span("secret"))
    written = reading.as_written(start, end) if end - start >= _SHORTEST_TIED else ""
    mixed = any(map(str.isdigit, written)) and sum(map(str.isalpha, written)) >= _LETTERS_TIED
    if not mixed or _HARMLESS.fullmatch(written) or "@" in written:
        return None
    return draft_of(start, end, f"credential.cue/{hit.phrase}", "credential.looks_random")


def _next_secret(reading: Reading, draft: Draft) -> list[Draft]:
    """What follows a secret as another of its kind: "old password was X, new one Y"."""
    match = _ANOTHER.match(reading.text, draft.spans[-1][1]) or _OR.match(reading.text, draft.spans[-1][1])
    return _secret_at(reading, match.span("secret"), "credential.cue/another") if match else []


def _secret_before(reading: Reading, draft: Draft) -> list[Draft]:
    """What stands before a secret as the other of two: "either Maple$22 or maple22 is my password"."""
    start = draft.spans[0][0]
    match = _X_OR.search(reading.text, max(0, start - _LONGEST_BEFORE), start)
    return _secret_at(reading, match.span("secret"), "credential.cue/another") if match else []


def _secret_at(reading: Reading, span: tuple[int, int], cue: str) -> list[Draft]:
    """What stands there, where it looks like a secret."""
    start, end, written = _bare(reading, *span)
    if looks_random(written) and not harmless(written):
        return [draft_of(start, end, cue, "credential.looks_random")]
    return []


def _anywhere(reading: Reading) -> list[Draft]:
    """A word of letters, digits and marks in a text that speaks of a password farther off: "set it to X, try that"."""
    found = []
    for match in _TOKEN.finditer(reading.text):
        start, end = _stripped(reading.text, *match.span())
        written = reading.as_written(start, end) if _SHORTEST_MIXED <= end - start <= _LONGEST_MIXED else ""
        if (
            written
            and "\x02" not in written
            and any(map(str.isdigit, written))
            and any(map(str.isalpha, written))
            and _STRONG_MARK.search(written)
            and not _HARMLESS.fullmatch(written)
            and "@" not in written
        ):
            found.append(draft_of(start, end, "credential.cue/password", "credential.looks_random"))
    return found[:_MOST_ANYWHERE]


def _with_login(reading: Reading) -> list[Draft]:
    """ "use my laptop login Saffron!55": right behind the word a value that has a mark no name has."""
    found = []
    for hit in reading.by_kind["secret.user"]:
        match = _RIGHT_BEHIND.match(reading.text, hit.end) if hit.phrase.startswith(("log", "sign", "my log")) else None
        if match is not None and not _HARMLESS.fullmatch(match["secret"]):
            found.append(draft_of(*match.span("secret"), f"credential.cue/{hit.phrase}", "credential.looks_random"))
    return found


def _mark_at(text: str, place: int) -> bool:
    return text[place : place + 3].strip().startswith((":", "=", "->", "-"))


def _bare(reading: Reading, start: int, end: int) -> tuple[int, int, str]:
    """A word without the marks around it: its place, and as it was written; "" where nothing is left."""
    start, end = _stripped(reading.text, start, end)
    return start, end, reading.as_written(start, end) if end > start else ""


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _OPENING + ":=->":
        start += 1
    while end > start and text[end - 1] in _CLOSING:
        end -= 1
    return start, end


def looks_random(written: str) -> bool:
    """Whether a word is none of a language: letters with digits or marks, or a capital inside."""
    if not 4 <= len(written) <= 64:
        return False
    letters = sum(char.isalpha() for char in written)
    digits = sum(char.isdigit() for char in written)
    if letters and digits:
        return True
    if not letters:
        return bool(digits and _INSIDE.search(written) and not re.fullmatch(r"[\d-]+", written))
    inner = written.strip("!?.,")
    if any(char in "!@#$%^&*_+=~" for char in inner[1:]):
        return True
    return any(one.islower() and other.isupper() for one, other in pairwise(written))


def _plain_value(word: str, written: str, text: str, end: int, *, strict: bool) -> bool:
    """Whether a plain word or number stands where only the secret can stand."""
    if word in _NOT_VALUES or word in _CONNECTORS or _HARMLESS.fullmatch(written):
        return False
    if word.isdigit():
        return 4 <= len(word) <= 12
    if strict or len(word) < 5 or not word.isalpha():
        return False
    rest = text[end : end + 2]
    return not rest.strip() or rest[0] in ".,;\n!" or word[0] != written[0]


def _word_before(text: str, place: int) -> tuple[str, int]:
    """The word that ends where "is my" and the like begin, which end at a place, and where it ends; "" for none.

    First what ties is looked for: there is one such place at most. From the word on, each letter would be tried.
    """
    shift = max(0, place - _WINDOW)
    near = text[shift:place]
    match = _IS_MY.search(near) if " " in near else None
    if match is None:
        return "", 0
    before = near[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
    word = before.split()[-1] if before and not before[-1].isspace() else ""
    return (word, shift + match.start()) if len(word) >= _SHORTEST_BEFORE else ("", 0)


def _before(reading: Reading, hit: Hit) -> Draft | None:
    """The value before the phrase: "Penguin#972 is my new password"."""
    word, tie = _word_before(reading.text, hit.start)
    if not word:
        return None
    start, end, written = _bare(reading, tie - len(word), tie)
    if looks_random(written) and not _HARMLESS.fullmatch(written):
        return draft_of(start, end, f"credential.cue/{hit.phrase}", "credential.looks_random")
    if written.isdigit() and len(written) in _DIGITS_OF_ONE and _IS_ONLY.fullmatch(reading.text, tie, hit.start):
        return draft_of(start, end, f"credential.cue/{hit.phrase}")
    return None


def _admins(reading: Reading) -> list[Draft]:
    """ "root / c0balt": the password of a user that every machine has."""
    found: list[Draft] = []
    for match in _ADMIN.finditer(reading.text):
        found += _secret_at(reading, match.span(1), "credential.cue/admin")
    return found


def _user_and_secret(reading: Reading) -> list[Draft]:
    """ "login: bob / hunter2!": the second of two values behind one phrase."""
    found = []
    for hit in reading.by_kind["secret.user"]:
        match = _USER_SECRET.match(reading.text, hit.end) or use_it(reading.text, hit)
        if match is None:
            continue
        start, end, written = _bare(reading, *match.span(1))
        if looks_random(written) and not _HARMLESS.fullmatch(written):
            found.append(draft_of(start, end, f"credential.cue/{hit.phrase}", "credential.looks_random"))
    return found
