"""Things in a text that could be somebody's number: letters and digits, in one or several cells ("M222-9338-8874")."""

import re
from collections.abc import Iterator
from typing import Final, final

from compliance.detectors.data_files import read
from compliance.detectors.dates import Date, dates
from compliance.detectors.digit_runs import Run
from compliance.detectors.reading import Reading

_CELL: Final = re.compile(r"(?<![a-z0-9])(?:[a-z]{1,4}-(?=\d))?[a-z]*+\d[a-z0-9]*")
_SEPARATORS: Final = frozenset({" ", "-", ".", "/", "  ", " - ", "_", "\t"})
Cell = tuple[int, int, str]
_MONEY: Final = frozenset("$£€")
_IN_MONEY: Final = (" dollars", " bucks", " usd", " pesos", " euros", " dolares")
_MOST_CELLS: Final = 20
_LATER_CELL: Final = (4, 5)
_LETTERS: Final = 6
_LETTERS_DASH: Final = re.compile(r"(?<![a-z0-9])[a-z]{1,4}-\Z")
_WITH_DATE: Final = re.compile(r"\d[-. ]{1,3}\d{1,2}[-. ]")
_GLUED: Final = re.compile(r"(?:" + "|".join(sorted(read("linking")["glued"], key=len, reverse=True)) + r")-?(?=\d+\Z)")
_NO_VALUE: Final = re.compile(  # money, month and year, time, share
    r"[$£€] ?\d[\d,.]*|(?<![\d/])\d{1,2} ?/ ?(?:20)?\d\d(?![\d/])|\d{1,2}:\d\d|(?<![\d,])\d[\d,]*%"
)
_DASHED: Final = re.compile(r"\d{3}-\d\d-\d{4}(?![\w-])")
_CUES_WITH_DIGIT: Final = frozenset({"cvv2", "cvc2", "1st", "2nd", "3rd", "2fa"})


@final
class Value:
    """Cells with the same separator between. `compact`: its letters and digits only. `date` when they read as one."""

    __slots__ = ("cells", "compact", "date", "end", "separator", "sizes", "start")

    def __init__(
        self, start: int, end: int, compact: str, cells: tuple[Cell, ...], separator: str, *, date: Date | None = None
    ) -> None:
        """`cells`: (start, end, text) each."""
        self.start = start
        self.end = end
        self.compact = compact
        self.cells = cells
        self.separator = separator
        self.date = date
        self.sizes = tuple([len(text) for _, _, text in cells])  # of the cells

    def part(self, first: int, last: int) -> "Value":
        """The cells `first` to `last`, exclusive."""
        return value_of(self.cells[first:last], self.separator if last - first > 1 else "")

    def parts(self, most: int) -> Iterator["Value"]:
        """Itself, then without cells at its end, then at its start, the longest first; of so many cells at most."""
        if len(self.cells) <= most:
            yield self
        for size in range(min(len(self.cells) - 1, most), 0, -1):
            yield self.part(0, size)
            yield self.part(len(self.cells) - size, len(self.cells))


def value_of(cells: tuple[Cell, ...], separator: str, date: Date | None = None) -> Value:
    """The value of these cells, which are not empty unless they read as a date."""
    compact = "".join([text for _, _, text in cells]).replace("-", "")
    if date is not None:
        return Value(date.start, date.end, compact, cells, separator, date=date)
    return Value(cells[0][0], cells[-1][1], compact, cells, separator)


def values(reading: Reading, taken: bytearray, *, births: bool) -> list[Value]:
    """Every value in order; `taken` marks the characters that already belong to a finding (1) or not (0).

    `births`: somebody speaks of a birth, so dates are looked for in every form.
    """
    text = reading.text
    in_dates = bytearray(len(text) + 1)
    kept: list[Value] = []
    marked = _is_marked(reading)
    if marked:
        for match in _NO_VALUE.finditer(text):
            in_dates[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    for date in dates(reading, named=births) if marked or births or _may_be_spaced(reading) else ():
        if 1 in taken[date.start : date.end] or (1 in in_dates[date.start : date.end] and _overlap(kept, date)):
            continue
        in_dates[date.start : date.end] = b"\x01" * (date.end - date.start)
        cells = tuple([(m.start(), m.end(), m.group()) for m in _CELL.finditer(text, date.start, date.end)])
        kept.append(value_of(cells, "/", date))
    free: list[Cell] = []
    for start, end, cell in _cells(text, reading.runs):
        if cell not in _CUES_WITH_DIGIT and 1 not in taken[start:end] and 1 not in in_dates[start:end]:
            free.append(_without_cue(start, end, cell))
    found = _grouped(text, free)
    return sorted([*kept, *found], key=_start) if kept else found


def _start(value: Value) -> int:
    return value.start


def _is_marked(reading: Reading) -> bool:
    """Whether a mark of money, time, share or date stands at a digit: where `_NO_VALUE` holds, or a date with "/"."""
    text = reading.text
    if "$" in text or "£" in text or "€" in text:
        return True
    if not ("/" in text or ":" in text or "%" in text):
        return False
    signs = reading.signs()
    return "0/" in signs or "0 /" in signs or "0:0" in signs or "0%" in signs or ",%" in signs


def _may_be_spaced(reading: Reading) -> bool:
    """Whether there may be a date with dashes, points or spaces: its second group of digits has one or two."""
    for run in reading.runs:
        if len(run.groups) > 1 and min([len(group.digits) for group in run.groups[1:]]) <= 2:
            return bool(_WITH_DATE.search(reading.text))
    return False


def _cells(text: str, runs: list[Run]) -> list[Cell]:
    """The words that hold digits, with up to four letters and a dash before them ("WE-9050321")."""
    found: list[Cell] = []
    last = 0
    for run in runs:
        for group in run.groups:
            start, end = group.start, group.end
            if start < last:
                continue
            while start > last and text[start - 1].isalnum():
                start -= 1
            while end < len(text) and text[end].isalnum():
                end += 1
            lettered = (
                _LETTERS_DASH.search(text, max(last, start - _LETTERS), start)
                if text[start - 1 : start] == "-"
                else None
            )
            if lettered:
                start = lettered.start()
            found.append((start, end, text[start:end]))
            last = end
    return found


def _overlap(kept: list[Value], date: Date) -> bool:
    return bool(kept) and kept[-1].end > date.start


def _without_cue(start: int, end: int, cell: str) -> tuple[int, int, str]:
    """A cell without the word that is written to it: "cvv345" is 345."""
    match = _GLUED.match(cell) if cell[0].isalpha() else None
    return (start + match.end(), end, cell[match.end() :]) if match else (start, end, cell)


def _grouped(text: str, cells: list[Cell]) -> list[Value]:
    found: list[Value] = []
    current: list[Cell] = []
    separator = ""
    for place, cell in enumerate(cells):
        if current:
            gap = text[current[-1][1] : cell[0]]
            fits = gap in _SEPARATORS and (not separator or gap == separator) and len(current) < _MOST_CELLS
            if fits and (
                gap != " "
                or (current[-1][2].isdigit() and cell[2].isdigit() and not _begins_dashed(text, cells, place))
                or (len(current[-1][2]) + len(cell[2]) <= 9 and not _begins_another(text, cells, place))
                or _goes_on(current, cell[2])
            ):
                current.append(cell)
                separator = gap
                continue
            found.append(value_of(tuple(current), separator))
        current, separator = [cell], ""
    if current:
        found.append(value_of(tuple(current), separator))
    return found


def _begins_another(text: str, cells: list[Cell], place: int) -> bool:
    """Whether digits begin a number with dashes or points of its own: "s0cial 611-22-9034", not one with the word."""
    cell = cells[place]
    if place + 1 == len(cells) or not cell[2].isdigit():
        return False
    gap = text[cell[1] : cells[place + 1][0]]
    return gap in ("-", ".") and cells[place + 1][2].isdigit()


def _begins_dashed(text: str, cells: list[Cell], place: int) -> bool:
    """Whether 3-2-4 digits with dashes stand there, a number of its own: "for the 529 715-73-6786"."""
    if text[cells[place][1] : cells[place][1] + 1] != "-" or place + 2 >= len(cells):
        return False
    return _DASHED.match(text, cells[place][0]) is not None


def _goes_on(current: list[Cell], cell: str) -> bool:
    """Whether digits in a group of four or five go on with a first cell of letters and digits: "W2210 48837"."""
    return len(current) == 1 and current[0][2][0].isalpha() and cell.isdigit() and len(cell) in _LATER_CELL


def is_money(text: str, value: Value) -> bool:
    """Whether a sign or a word of money stands at the value."""
    return (
        value.start > 0 and (text[value.start - 1] in _MONEY or text[max(0, value.start - 2) : value.start] == "$ ")
    ) or (value.end < len(text) and (text[value.end] in "%€£" or text.startswith(_IN_MONEY, value.end)))
