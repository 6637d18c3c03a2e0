"""Card numbers: a known issuer's prefix and length, the check digit, and what stands around."""

from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import Final, final

from compliance.detectors.checksums import luhn
from compliance.detectors.data_files import read
from compliance.detectors.digit_runs import Group, Run

_SHORTEST: Final = 12
_BETWEEN: Final = frozenset(" -./|,_*")  # by far the most frequent gaps
_USUAL: Final = {
    (4, 4, 4, 4),
    (4, 6, 5),
    (4, 6, 4),
    (16,),
    (15,),
    (14,),
    (8, 8),
    (4, 4, 4, 4, 3),
    (6, 13),
    (4, 4, 4, 3),
    (2,) * 8,
    (4, 12),
    (6, 10),
    (19,),
    (5, 5, 5),
    (5, 5, 6),
    (4, 4, 8),
    (8, 4, 4),
    (12, 4),
}


def _lengths() -> dict[str, dict[int, bool]]:
    """Lengths by prefix; whether the length is usual."""
    found: dict[str, dict[int, bool]] = {}
    for brand in read("brands")["brands"]:
        for prefix in brand["prefixes"]:
            low, _, high = prefix.partition("-")
            for number in range(int(low), int(high or low) + 1):
                lengths = found.setdefault(str(number), {})
                lengths.update({length: lengths.get(length, False) for length in brand["rare"]})
                lengths.update(dict.fromkeys(brand["usual"], True))
    return found


_LENGTHS: Final = {prefix: tuple(sorted(lengths.items())) for prefix, lengths in _lengths().items()}
_VALUES: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


@cache
def lengths_of(digits: str) -> tuple[tuple[int, bool], ...]:
    """(length, usual) of card numbers that begin with these four digits, the longest known prefix deciding."""
    for size in (4, 3, 2, 1):
        found = _LENGTHS.get(digits[:size])
        if found is not None:
            return found
    return ()


_PREFIX: Final = 4  # digits that tell a card's brand and so its lengths


@final
class _Row:
    """The digits of a run with running Luhn sums, for ends at even and at odd places."""

    __slots__ = ("digits", "even", "group_ending", "odd", "starts")

    def __init__(
        self, digits: str, starts: list[int], group_ending: dict[int, int], even: list[int], odd: list[int]
    ) -> None:
        """What `_row` made of a run."""
        self.digits = digits
        self.starts = starts
        self.group_ending = group_ending
        self.even = even
        self.odd = odd


def _row(groups: tuple[Group, ...]) -> _Row:
    digits = "".join([group.digits for group in groups])
    written = digits.encode()
    values, doubled = written.translate(_VALUES), written.translate(_DOUBLED)
    one, other = bytearray(values), bytearray(values)
    one[1::2], other[0::2] = doubled[1::2], doubled[0::2]
    ends = list(accumulate([len(group.digits) for group in groups]))
    return _Row(
        digits,
        [0, *ends],
        {end: place for place, end in enumerate(ends)},
        list(accumulate(one, initial=0)),
        list(accumulate(other, initial=0)),
    )


def card_windows(run: Run) -> list[tuple[int, int, bool]]:
    """(first group, last group, usual length) of each card number in the run; none overlaps another.

    Running sums make each try cost the same whatever its length, so a text of digits costs in step with its size.
    """
    count = len(run.groups)
    whole = "".join([group.digits for group in run.groups])
    if (len(whole), True) in lengths_of(whole[:_PREFIX]) and luhn(whole) and len(set(whole)) > 1:
        return [(0, count - 1, True)]  # by far the most frequent
    row = _row(run.groups)
    found: list[tuple[int, int, bool]] = []
    taken = bytearray(count)
    for wanted in (True, False):
        first = 0
        while first < count and len(row.digits) - row.starts[first] >= _SHORTEST:
            last = _last_group(row, first, wanted=wanted)
            if last is not None and 1 not in taken[first : last + 1]:
                found.append((first, last, wanted))
                taken[first : last + 1] = b"\x01" * (last + 1 - first)
                first = last
            first += 1
    return sorted(found)


def _last_group(row: _Row, first: int, *, wanted: bool) -> int | None:
    """The last group of the card that begins at group `first`, of usual lengths or of the others.

    Of several the shortest, but the longest where the row ends with it.
    """
    start = row.starts[first]
    found = None
    for length, usual in lengths_of(row.digits[start : start + _PREFIX]):
        end = start + length
        last = row.group_ending.get(end)
        if usual is not wanted or last is None:
            continue
        running = row.even if (end - 1) % 2 == 0 else row.odd
        proved = (running[end] - running[start]) % 10 == 0
        if proved and (found is None or end == len(row.digits)) and len(set(row.digits[start:end])) > 1:
            found = last
    return found


def usual_grouping(groups: tuple[Group, ...]) -> bool:
    """Whether the digits stand in groups as cards are printed, one by one, or all of one size but the last."""
    sizes = tuple([len(group.digits) for group in groups])
    return sizes in _USUAL or (sizes[-1] <= sizes[0] and len(set(sizes[:-1])) <= 1)


def phone_like(groups: tuple[Group, ...]) -> bool:
    """Whether the groups begin as a telephone number (3-3-4 or 1-3-3-4)."""
    sizes = tuple([len(group.digits) for group in groups[:4]])
    return sizes[:3] == (3, 3, 4) or sizes == (1, 3, 3, 4)


def pieces(groups: tuple[Group, ...], text: str) -> Iterator[tuple[int, int]]:
    """The spans to mask: groups with only separators between are one."""
    start, end = groups[0].start, groups[0].end
    for group in groups[1:]:
        gap = text[end : group.start]
        if gap == "\n" or (gap not in _BETWEEN and ("\n" in gap or any(map(str.isalnum, gap)))):
            yield start, end
            start = group.start
        end = group.end
    yield start, end
