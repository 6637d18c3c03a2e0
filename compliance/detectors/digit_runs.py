"""Rows of digits as they stand in a folded text, and rows that go on after a few filling words or on the next line."""

import re
from functools import lru_cache
from typing import Final, final

from compliance.detectors.data_files import read

_WORDS: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")
_FILLERS: Final = frozenset(read("fillers")["words"])
_LONGEST_GAP: Final = 60
_GAPS_KEPT: Final = 1024
_COUNTS: Final = 2  # digits of a number that says how many digits follow
_HOW_MANY: Final = re.compile(r"first|last|next|other|final|middle|primeros|ultimos")
_HOW_MANY_BEFORE: Final = re.compile(rf"(?:{_HOW_MANY.pattern}) ?\Z")
_HOW_MANY_AFTER: Final = re.compile(r" ?(?:[:=-]|are|is|digits|numbers|son)")
_OF_SO_MANY: Final = re.compile(  # "1 of 2: 4311", "(part 1/2) 4311": which of how many pieces a line is
    r"^[^a-z0-9\n]{0,3}(?:(?:part|parte|text|msg|message|mensaje) )?(?P<which>[1-4])(?:/| / | of | de )[2-4]"
    r"(?=[^a-z0-9\n]{1,4}\d{4})",
    re.MULTILINE,
)
_DIGITS: Final = re.compile(r"\d+")
_PART: Final = re.compile(
    r"(?<![a-z0-9])(?:(?:part|parte|half|piece) (?P<which>[1-4]|one|two|three|four)|"
    r"(?P<place>1st|2nd|3rd|4th|first|second|third|fourth|last|next|other|primera|segunda|otra) "
    r"(?:part|half|piece|mitad|parte))(?: of it)?(?: is| are| es)?[ :.,-]{1,3}(?P<digits>\d(?:[ -]?\d){3,11})(?!\d)"
)
_MOST_PARTS: Final = 4
_MOSTLY: Final = 0.6  # share of digits among letters and digits from which a line is a piece of a number

_LOOSE: Final = re.compile(r"(?<![a-z0-9])[0-9oil]+(?:[ \-._]{1,3}[0-9oil]+)*")
_CODE_OF_A_COUNTRY: Final = 6  # characters: two letters, two digits and what separates
_BEGINS_AN_IBAN: Final = re.compile(r"(?<![a-z])[a-z]{2}\d\d[ -]\Z")  # "it60 x054 ...": there an l is an l
_LETTER_FOR_DIGIT: Final = str.maketrans("oil", "011")
_ODD: Final = re.compile(r"[^\w\s\-./*,:;|~+()&=]")
_ODD_MARK: Final = re.compile(r"\d ?[^\w\s\x02\-./*,:;|~+()&=]{1,3} ?\d")
_ODD_ROW: Final = re.compile(r"(?<!\d)\d{1,6}(?P<mark>[^a-z0-9\n\x02]{1,3})\d{1,6}(?:(?P=mark)\d{1,6}){1,17}(?!\d)")
_LONG_ROW: Final = 12  # digits of the shortest card number
_AS_ROWS: Final = bytes(
    ord("0") if 48 <= byte <= 57 else ord(".") if chr(byte) in " \t-._/*,:;|~+()&=" else ord(" ") for byte in range(256)
)
"""For `bytes.translate`: digits, what may stand between those of a row, and the rest."""
_TOO_FAR: Final = "...."  # so many signs end a row
_AS_DIGITS: Final = bytes(ord("0") if 48 <= byte <= 57 else ord(" ") for byte in range(256))
_AS_MIXED: Final = bytes(
    ord("0") if 48 <= byte <= 57 else ord("o") if chr(byte) in "oil" else ord(".") if chr(byte) in " -." else ord("x")
    for byte in range(256)
)
_AS_ODD: Final = bytes(
    ord("0")
    if 48 <= byte <= 57
    else ord("m")
    if _ODD.match(chr(byte)) and byte != 2
    else ord(" ")
    if chr(byte).isspace()
    else ord("x")
    for byte in range(256)
)


@final
class Group:
    """Digits without anything between them."""

    __slots__ = ("digits", "end", "start")

    def __init__(self, start: int, end: int, digits: str) -> None:
        """`end` is exclusive."""
        self.start = start
        self.end = end
        self.digits = digits


@final
class Run:
    """Groups of digits with only separators between. `pieces`: how many runs of the text were joined for it."""

    __slots__ = ("end", "groups", "pieces", "size", "start")

    def __init__(self, groups: tuple[Group, ...], pieces: int, start: int, end: int, size: int) -> None:
        """`size`: how many digits the groups have together."""
        self.groups = groups
        self.pieces = pieces
        self.start = start
        self.end = end
        self.size = size


def run_of(groups: tuple[Group, ...], pieces: int = 1) -> Run:
    """The run of these groups, at least one. `size`: how many digits it has."""
    size = 0
    for group in groups:
        size += len(group.digits)
    return Run(groups, pieces, groups[0].start, groups[-1].end, size)


def usual_marks(text: str) -> str:
    """Dashes in place of any other mark that stands between all groups of a long row: 4111#1111#... Same length."""
    if text.isascii():  # looked for among signs, which costs a tenth of the pattern
        marks = text.encode().translate(_AS_ODD).decode()
        if "0m" not in marks and "0 m" not in marks:
            return text
    return _ODD_ROW.sub(_with_dashes, text) if _ODD_MARK.search(text) else text


def _with_dashes(row: re.Match[str]) -> str:
    written, mark = row.group(), row["mark"]
    digits = len(written) - written.count(mark) * len(mark)
    if digits < _LONG_ROW or not _ODD.search(mark):
        return written
    return written.replace(mark, "-" * len(mark))


def _may_be_mixed(text: str) -> bool:
    """Whether o, i or l stands beside a digit, or between two with marks around it."""
    signs = text.encode("utf-8", "replace").translate(_AS_MIXED).decode()
    return "0o" in signs or "o0" in signs or "0.o.0" in signs


def letters_as_digits(text: str) -> str:
    """O for 0 and l, I for 1, only inside a row of nine or more that has seven real digits. Same length."""
    if not _may_be_mixed(text):
        return text
    pieces, done = [], 0
    for match in _LOOSE.finditer(text):
        row = match.group()
        places = [place for place, char in enumerate(row) if char.isdigit()]
        if len(places) < 7 or len(row) == len(places):
            continue
        first, last = places[0], places[-1]
        while first and row[first - 1] in "oil":
            first -= 1
        while last + 1 < len(row) and row[last + 1] in "oil":
            last += 1
        if _BEGINS_AN_IBAN.search(text, max(0, match.start() - _CODE_OF_A_COUNTRY), match.start()):
            continue
        inner = row[first : last + 1]
        if sum(char.isalnum() for char in inner) < 9:
            continue
        if match.end() < len(text) and text[match.end()].isalpha() and last + 1 == len(row):
            continue
        pieces += [text[done : match.start() + first], inner.translate(_LETTER_FOR_DIGIT)]
        done = match.start() + last + 1
    return "".join(pieces) + text[done:] if pieces else text


def runs(text: str) -> list[Run]:
    """Every row of digits, in order, each within one line: one to three marks between two groups.

    Walked over as signs with `find`, which takes half the time of a pattern. A folded text has no other digits.
    """
    signs = text.encode("ascii", "replace").translate(_AS_ROWS).decode()
    found: list[Run] = []
    start, stretch = signs.find("0"), 0
    while start >= 0:
        if start >= stretch:  # of digits and marks
            stretch = signs.find(" ", start)
            if stretch < 0:
                stretch = len(signs)
        end = stretch
        if end - start > len(_TOO_FAR):
            far = signs.find(_TOO_FAR, start, end)
            end = far if far >= 0 else end
        if end - start == 1 or signs.find(".", start, end) < 0:  # one group, as nearly always
            run = Run((Group(start, end, text[start:end]),), 1, start, end, end - start)
        else:
            run = _run(text, signs, start, end)
        found.append(run)
        start = signs.find("0", run.end)
    return found


def _run(text: str, signs: str, start: int, limit: int) -> Run:
    """The run that begins at `start`, of a stretch of digits and marks that ends at `limit`."""
    groups: list[Group] = []
    size, first = 0, start
    while True:
        end = signs.find(".", first, limit)
        if end < 0:
            end = limit
        groups.append(Group(first, end, text[first:end]))
        size += end - first
        first = signs.find("0", end, limit)
        if first < 0:
            return Run(tuple(groups), 1, start, end, size)


def group_starts(text: str) -> list[int]:
    """Where each group of digits of a folded text begins."""
    signs = " " + text.encode("ascii", "replace").translate(_AS_DIGITS).decode()
    found: list[int] = []
    start = signs.find(" 0")
    while start >= 0:
        found.append(start)
        start = signs.find(" 0", start + 2)
    return found


def at_digits(pattern: re.Pattern[str], text: str, starts: list[int]) -> list[re.Match[str]]:
    """What `finditer` gives, for a pattern that begins at the first digit of a group and nowhere else."""
    found: list[re.Match[str]] = []
    last = 0
    for start in starts:
        if start >= last:
            match = pattern.match(text, start)
            if match is not None:
                found.append(match)
                last = match.end()
    return found


def chains(text: str, found: list[Run]) -> list[Run]:
    """Rows that may be one number in several pieces: only filling words between, or lines that are mostly digits."""
    joined: list[Run] = []
    if "\n" in text:
        found = _without_places(text, found)
    if _HOW_MANY.search(text):
        found = [told for run in found if (told := without_counts(text, run))]
    current = found[:1]
    for run in found[1:]:
        if _goes_on(text, current[-1], run):
            current.append(run)
            continue
        if len(current) > 1:
            joined.append(_join(current))
        current = [run]
    if len(current) > 1:
        joined.append(_join(current))
    if "part" in text or "half" in text or "piece" in text or "mitad" in text:
        joined += _numbered_parts(text)
    return joined


def _numbered_parts(text: str) -> list[Run]:
    """Pieces that say which part of a number they are, whatever stands between: "part 1 4560 5975", "part 2 ..."."""
    groups: list[Group] = []
    named: set[str] = set()
    for match in _PART.finditer(text):
        which = match["which"] or match["place"]
        if which in named or len(named) == _MOST_PARTS:
            return []
        named.add(which)
        start = match.start("digits")
        for digits in _DIGITS.finditer(text, start, match.end("digits")):
            groups.append(Group(digits.start(), digits.end(), digits.group()))
    return [run_of(tuple(groups), len(named))] if len(named) > 1 else []


def _without_places(text: str, found: list[Run]) -> list[Run]:
    """The runs without the numbers at the beginning of lines that say which piece of how many it is."""
    places = list(_OF_SO_MANY.finditer(text))
    if len({match["which"] for match in places}) <= 1:
        return found
    taken: set[int] = set()
    for match in places:
        taken.update(range(match.start(), match.end()))
    kept: list[Run] = []
    for run in found:
        groups = tuple([group for group in run.groups if group.start not in taken])
        if groups:
            kept.append(run if len(groups) == len(run.groups) else run_of(groups, run.pieces))
    return kept


def without_counts(text: str, run: Run) -> Run | None:
    """The run without a number that says how many digits follow ("first 8:", "last 4 are"); None if nothing is left."""
    first = run.groups[0]
    counts = (
        len(first.digits) <= _COUNTS
        and (_HOW_MANY_AFTER.match(text, first.end) or int(first.digits) == run.size - len(first.digits))
        and _HOW_MANY_BEFORE.search(text, max(0, first.start - 12), first.start)
    )
    if not counts:
        return run
    return run_of(run.groups[1:], run.pieces) if len(run.groups) > 1 else None


def _join(pieces: list[Run]) -> Run:
    return run_of(tuple([group for piece in pieces for group in piece.groups]), len(pieces))


def _goes_on(text: str, before: Run, after: Run) -> bool:
    if after.start - before.end > _LONGEST_GAP:
        return False
    leads = _leads_on(text[before.end : after.start])
    return _mostly_digits(text, before) and _mostly_digits(text, after) if leads is None else leads


@lru_cache(maxsize=_GAPS_KEPT)
def _leads_on(gap: str) -> bool | None:
    """Whether what stands between two rows lets the number go on; None when the lines around must be looked at.

    Kept for the gaps that were met lately: they are mostly the same few, above all in a text made to cost time.
    """
    words = _WORDS.findall(gap)
    if all(word in _FILLERS for word in words):
        return not (gap and (gap[0].isalpha() or gap[-1].isalpha()) and "\n" not in gap)
    return None if "\n" in gap else False


def _mostly_digits(text: str, run: Run) -> bool:
    start = text.rfind("\n", max(0, run.start - _LONGEST_GAP), run.start) + 1
    end = text.find("\n", run.end, run.end + _LONGEST_GAP)
    line = text[max(start, run.start - _LONGEST_GAP) : end if end >= 0 else run.end + _LONGEST_GAP]
    digits = sum(map(str.isdigit, line))
    return digits >= _MOSTLY * sum(map(str.isalnum, line))
