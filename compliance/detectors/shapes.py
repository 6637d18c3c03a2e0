"""Numbers whose shape or check digits say what they are: IBAN, Medicare, British, Spanish, Mexican, Indian."""

import re
from collections.abc import Callable
from typing import Final

from compliance.detectors import checksums
from compliance.detectors.data_files import read
from compliance.detectors.digit_runs import at_digits
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons
from compliance.detectors.vocabulary import Hit

_IBAN_LENGTHS: Final[dict[str, int]] = read("iban")["lengths"]
_ONLY_DIGITS: Final = frozenset(read("iban")["only_digits"])
_WORD_INSIDE: Final = re.compile(r"[\d \-.]{6,80} [a-z]{2,}")
_FILLERS: Final = frozenset(read("fillers")["words"])
_IBAN_START: Final = re.compile(r"(?<![a-z0-9])([a-z]{2}) ?(\d) ?(\d)(?=[ \-.\n/]{0,3}[a-z0-9])")
_LETTERS: Final = re.compile(r"[a-z]+")
_PIECE: Final = re.compile(r"[a-z]+|\d+|[^a-z0-9]+")
_MARKS: Final = frozenset(" -.\n/\t_:,")
_MARKS_IN_BYTES: Final = "".join(_MARKS).encode()
_SQUEEZED: Final = bytes(byte if byte < 128 and chr(byte).isalnum() else ord("!") for byte in range(256))

_L: Final = "[ac-hj-kmnp-rt-y]"
_N: Final = "[0-9ac-hj-kmnp-rt-y]"
_E: Final = r"(?![a-z0-9])"
_MBI: Final = re.compile(rf"(?<![a-z0-9])[1-9]{_L}{_N}\d(?P<mark>[- .]?){_L}{_N}\d(?P=mark){_L}{{2}}\d\d{_E}")
_NINO: Final = re.compile(
    r"(?<![a-z0-9])(?!bg|gb|kn|nk|nt|tn|zz)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[a-d]"
    + _E
)
_SPANISH: Final = re.compile(r"(?<![a-z0-9])(?:[xyz][- ]?\d{7}|\d{2}\.?\d{3}\.?\d{3})[- ]?[a-z](?![a-z0-9])")
_CURP: Final = re.compile(r"(?<![a-z0-9])[a-z][aeioux][a-z]{2}\d{6}[hmx][a-z]{5}[a-z0-9]\d(?![a-z0-9])")
_PAN: Final = re.compile(r"(?<![a-z0-9])[a-z]{3}[abcfghljpt][a-z]\d{4}[a-z](?![a-z0-9])")
_ALIEN: Final = re.compile(r"(?<![a-z0-9])a[-# ]{0,2}\d{3}[- ]?\d{3}[- ]?\d{3}(?![a-z0-9])")
_UK_LICENCE: Final = re.compile(
    r"(?<![a-z0-9])[a-z]{1,5}9{0,4}\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d[a-z][a-z9][a-z0-9][a-z]{2}(?![a-z0-9])"
)
_MRZ: Final = re.compile(r"p<[a-z<]{3}[a-z<]{10,39}")


def find_shapes(reading: Reading) -> list[Draft]:
    """Drafts of numbers that their own form gives away, with a phrase beside them where the form is not rare enough."""
    text = reading.text
    signs = reading.signs()
    found = _ibans(text) if _may_be_iban(text.encode("utf-8", "replace")) else []
    for match in at_digits(_MBI, text, reading.starts()) if "0a" in signs else ():
        cue = reading.near("MEDICAL_ID", *match.span(), before=80, after=40)
        if match["mark"] or cue:
            found.append(_draft("MEDICAL_ID", match, named=bool(cue)))
    ends_in_letter = "0a" in signs or "0 a" in signs or "0-a" in signs
    for pattern, proof, needs, ends in _GOVERNMENT:
        if (ends and not ends_in_letter) or needs not in (text if needs == _MRZ_BEGINS else signs):
            continue
        for match in pattern.finditer(text):
            compact = "".join(char for char in match.group() if char.isalnum())
            named = bool(reading.near("GOVERNMENT_ID", *match.span(), before=60, after=30))
            if proof(compact, named) and (named or not _other(reading, match)):
                found.append(_draft("GOVERNMENT_ID", match, named=named))
    return found


def _other(reading: Reading, match: re.Match[str]) -> bool:
    """Whether a phrase beside the number says that it is something else."""
    start, end = match.span()
    return bool(
        reading.near(AGAINST, start, end, before=25, after=15)
        or (
            (cue := reading.near("MEDICAL_ID", start, end, before=30, after=20))
            and _same_line(reading.text, cue, match)
        )
    )


def _same_line(text: str, cue: Hit, match: re.Match[str]) -> bool:
    """Whether a phrase and a number stand on one line: in a form each has its own."""
    return "\n" not in text[min(cue.start, match.start()) : max(cue.end, match.end())]


_MRZ_BEGINS: Final = "p<"
_GOVERNMENT: Final[tuple[tuple[re.Pattern[str], Callable[[str, bool], bool], str, bool], ...]] = (
    (_NINO, lambda compact, named: True, "00", True),
    (_CURP, lambda compact, named: checksums.curp(compact), "aaaa000000", False),
    (_ALIEN, lambda compact, named: True, "000", False),
    (_UK_LICENCE, lambda compact, named: len(compact) == 16, "a000000", False),
    (_PAN, lambda compact, named: named or compact[3] == "p", "aaaaa0000a", False),
    (_SPANISH, lambda compact, named: checksums.dni(compact), "000", True),
    (_MRZ, lambda compact, named: True, _MRZ_BEGINS, False),
)
"""Of each: what it looks like, what must hold, what must stand among the signs of a text (`signs_of`) before, and
whether a digit before a letter must."""
_LETTERS_AND_DIGITS: Final = bytes(
    ord("a") if chr(byte).isalpha() and byte < 128 else ord("0") if 48 <= byte <= 57 else ord(".")
    for byte in range(256)
)


def _may_be_iban(raw: bytes) -> bool:
    """Whether two letters by themselves stand before a digit, with a space between or none."""
    signs = f".{raw.translate(_LETTERS_AND_DIGITS).decode()}"
    return ".aa0" in signs or ".aa.0" in signs


def _draft(kind: str, match: re.Match[str], *, named: bool) -> Draft:
    rules = ("shape.unique", "cue.before") if named else ("shape.unique",)
    return Draft(kind, (match.span(),), reasons(*rules))


def _ibans(text: str) -> list[Draft]:
    found = []
    unfilled = ""
    for match in _IBAN_START.finditer(text):
        length = _IBAN_LENGTHS.get(match[1])
        if length is None:
            continue
        inside = _WORD_INSIDE.match(text, match.end()) if match[1] in _ONLY_DIGITS else None
        if inside and sum(map(str.isdigit, inside.group())) < length - 4:
            continue  # "is four seven ... and the": a sentence
        start, behind, limit = match.start(), match.end(), _limit(match.start(), length)
        compact = _squeezed(text[start:limit], length)
        skipping = not _proved(compact, length)
        if skipping and "\n" not in text:
            continue  # filling words come between pieces on lines of their own
        if skipping:
            unfilled = unfilled or _LETTERS.sub(_without_fillers, text)
            without = _squeezed(text[start:behind] + unfilled[behind:limit], length)
            if without == compact or not _proved(without, length):
                continue
        spans, compact = _walk(text, start, length, skipping=skipping)
        if compact:
            found.append(Draft("IBAN", spans, reasons("shape.unique", "proof.checksum")))
    return found


def _squeezed(text: str, length: int) -> str:
    """The first letters and digits of a text without the marks between; what cannot stand in an IBAN is a "!"."""
    return text.encode("ascii", "replace").translate(_SQUEEZED, _MARKS_IN_BYTES)[:length].decode()


def _without_fillers(word: re.Match[str]) -> str:
    written = word.group()
    return " " * len(written) if written in _FILLERS and len(written) > 1 else written


def _limit(start: int, length: int) -> int:
    """Where an IBAN that begins at `start` has ended, however it is spread."""
    return start + length * 4 + 80


def _proved(compact: str, length: int) -> bool:
    return len(compact) == length and "!" not in compact and checksums.iban(compact)


def _walk(text: str, start: int, length: int, *, skipping: bool) -> tuple[tuple[tuple[int, int], ...], str]:
    """The next `length` letters and digits from `start`, in spans; filling words left out when `skipping`."""
    spans: list[tuple[int, int]] = []
    compact = ""
    broken = True
    for match in _PIECE.finditer(text, start, _limit(start, length)):
        piece = match.group()
        if not (piece[0].isascii() and piece[0].isalnum()):
            if not _MARKS.issuperset(piece):
                return tuple(spans), compact
            broken = broken or "\n" in piece
            continue
        if skipping and len(compact) >= 4 and len(piece) > 1 and piece in _FILLERS:
            broken = True
            continue
        piece = piece[: length - len(compact)]
        end = match.start() + len(piece)
        if broken:
            spans.append((match.start(), end))
        else:
            spans[-1] = (spans[-1][0], end)
        broken = False
        compact += piece
        if len(compact) == length:
            glued = end < len(text) and text[end].isalnum() and (text[end].isdigit() or piece.isalpha())
            return tuple(spans), "" if glued else compact
    return tuple(spans), compact
