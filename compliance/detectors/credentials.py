"""Passwords, one-time codes, tokens and keys: the value only."""

import re
from itertools import pairwise

from compliance.detectors.data_files import read
from compliance.detectors.digit_runs import Run
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons
from compliance.detectors.vocabulary import Hit

_DATA = read("credentials")
_CONNECTORS = frozenset(_DATA["connectors"])
_EXPLICIT = frozenset(_DATA["explicit"])
_NOT_VALUES = frozenset(_DATA["not_values"])

_FARTHEST = 9  # words from the cue to the value
_TOKEN = re.compile(r"\S+")
_OPENING, _CLOSING = "\"'([{<“‘«`*", "\"')]}>.,;:?”’»`*"
_INSIDE = re.compile(r"[!@#$%^&*_+=~?\\|-]")
_HARMLESS = re.compile(
    r"(?:https?://|www\.).*|[\w.+-]+@[\w-]+\.[\w.-]+|[$£€]\S*|\d{1,2}:\d\d\S*|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d+%|\d{1,2}(?:am|pm|st|nd|rd|th|hrs?|mins?)|"
    r"[a-z]+(?:-[a-z]+)+|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/\S*)?|\d{3}[-.]\d{3}[-.]\d{4}",
    re.IGNORECASE,
)
_OWN = "my|the|your|ur|our|mi|la|new|temp|temporary|old|nueva|wifi|login|email|bank|netflix|mein|app|portal"
_IS_MY = re.compile(rf"(\S{{4,64}}) (?:is|es|was|=|ist|as|for|are)(?: (?:{_OWN}))* ?\Z")
_USER_SECRET = re.compile(r"[ :=\-]{1,3}(?:is )?(?:[^\s/|,]{2,60}(?: ?[|,] ?| / )|[^\s/|,.]{2,60}/)(\S{4,64})")


def find_credentials(reading: Reading) -> list[Draft]:
    """Drafts of passwords, codes and keys that a phrase names."""
    found: list[Draft] = []
    for kind in ("secret.password", "secret.key"):
        for hit in reading.by_kind.get(kind, ()):
            draft = _after(reading, hit) or _before(reading, hit)
            if draft is not None:
                found.append(draft)
    if reading.has("secret.user"):
        found += _user_and_secret(reading)
    if reading.has("secret.code", "secret.weak_code", "secret.use"):
        found += _codes(reading)
    return found


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
        if looks_random(written) and not _HARMLESS.fullmatch(written):
            if strict and not explicit and count > 0:
                return None
            return _draft("CREDENTIAL", start, end, f"credential.cue/{hit.phrase}", "credential.looks_random")
        if explicit and _plain_value(word, written, text, end, strict=strict):
            return _draft("CREDENTIAL", start, end, f"credential.cue/{hit.phrase}")
        if "@" not in word and word not in _CONNECTORS and not _INSIDE.search(word):
            return None
        explicit = (
            word in _EXPLICIT or match.group()[-1] in ":=" or (explicit and word in ("my", "the", "still", "now"))
        )
        if match.group()[-1] in ".?!" and "@" not in word:
            return None
    return None


def _mark_at(text: str, place: int) -> bool:
    return text[place : place + 3].strip().startswith((":", "=", "->", "-"))


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


def _before(reading: Reading, hit: Hit) -> Draft | None:
    """The value before the phrase: "Penguin#972 is my new password"."""
    text = reading.text[max(0, hit.start - 90) : hit.start]
    match = _IS_MY.search(text)
    if match is None:
        return None
    shift = max(0, hit.start - 90)
    start, end = _stripped(reading.text, shift + match.start(1), shift + match.end(1))
    written = reading.as_written(start, end) if end > start else ""
    if looks_random(written) and not _HARMLESS.fullmatch(written):
        return _draft("CREDENTIAL", start, end, f"credential.cue/{hit.phrase}", "credential.looks_random")
    return None


def _user_and_secret(reading: Reading) -> list[Draft]:
    """ "login: bob / hunter2!": the second of two values behind one phrase."""
    found = []
    for hit in reading.by_kind["secret.user"]:
        match = _USER_SECRET.match(reading.text, hit.end)
        if match is None:
            continue
        start, end = _stripped(reading.text, *match.span(1))
        written = reading.as_written(start, end) if end > start else ""
        if looks_random(written) and not _HARMLESS.fullmatch(written):
            found.append(_draft("CREDENTIAL", start, end, f"credential.cue/{hit.phrase}", "credential.looks_random"))
    return found


def _codes(reading: Reading) -> list[Draft]:
    """One-time codes: four to eight digits with a phrase that says what they open."""
    found = []
    weak = any(reading.has(kind) for kind in ("secret.shopping", AGAINST))
    purpose = reading.has("secret.purpose", "secret.use")
    for run in reading.runs:
        if not 4 <= run.size <= 8 or not _one_code(reading.text, run):
            continue
        start, end = _with_prefix(reading, run)
        strong = reading.near("secret.code", start, end, before=45, after=32)
        use = reading.near("secret.use", start, end, before=0, after=25)
        kept = reading.has("secret.keep")
        plain = reading.near("secret.weak_code", start, end, before=22, after=45 if kept else 25)
        other = reading.near(AGAINST, start, end, before=20, after=20)
        if (
            strong
            and not (other and _closer(other, strong, start, end))
            and not (
                weak
                and strong.phrase
                in (
                    "access code",
                    "account code",
                    "passcode",
                    "security code",
                    "activation code",
                    "text code",
                    "sms code",
                )
                and not purpose
            )
        ):
            found.append(
                _draft("CREDENTIAL", start, end, f"credential.code_cue/{strong.phrase}", "credential.code_purpose")
            )
        elif use and not (other and _closer(other, use, start, end)):
            found.append(
                _draft("CREDENTIAL", start, end, f"credential.code_cue/{use.phrase}", "credential.code_purpose")
            )
        elif plain and (kept or (not weak and (purpose or run.size >= 6 or start - plain.end in range(1, 6)))):
            rules = [f"credential.code_cue/{plain.phrase}"] + (["credential.code_purpose"] if purpose else [])
            found.append(_draft("CREDENTIAL", start, end, *rules))
    return found


def _one_code(text: str, run: Run) -> bool:
    """Whether the run is one code: one group, or two of one size with a space or dash between."""
    sizes = [len(group.digits) for group in run.groups]
    if text[run.start - 1 : run.start] in ("$", "£", "€", "#") or text[run.end : run.end + 1] == "%":
        return False
    if run.end < len(text) and text[run.end].isalpha():
        return False
    return len(sizes) == 1 or (
        len(sizes) == 2 and sizes[0] == sizes[1] and text[run.groups[0].end : run.groups[1].start] in (" ", "-")
    )


def _with_prefix(reading: Reading, run: Run) -> tuple[int, int]:
    """With "G-" before the digits, as some companies write their codes."""
    text, start = reading.text, run.start
    if (
        start >= 2
        and text[start - 1] == "-"
        and text[start - 2].isalpha()
        and (start < 3 or not text[start - 3].isalnum())
    ):
        start -= 2
    return start, run.end


def _closer(one: Hit, other: Hit, start: int, end: int) -> bool:
    def distance(hit: Hit) -> int:
        return start - hit.end if hit.end <= start else max(0, hit.start - end)

    return distance(one) < distance(other)


def _draft(kind: str, start: int, end: int, *rules: str) -> Draft:
    return Draft(kind, ((start, end),), reasons(*rules))
