"""Card numbers: a known issuer's prefix and length, the check digit, and what stands around."""

from collections.abc import Iterator
from itertools import accumulate

from compliance.detectors.data_files import read
from compliance.detectors.digit_runs import Group, Run

_LONGEST, _SHORTEST = 19, 12
_USUAL = {
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


_LENGTHS = _lengths()
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def lengths_of(digits: str) -> dict[int, bool]:
    """The lengths a card number that begins like this may have, the longest known prefix deciding."""
    for size in (4, 3, 2, 1):
        found = _LENGTHS.get(digits[:size])
        if found is not None:
            return found
    return {}


def card_windows(run: Run) -> list[tuple[int, int, bool]]:
    """(first group, last group, usual length) of each card number in the run; none overlaps another.

    Running sums make each try cost the same whatever its length, so a text of digits costs in step with its size.
    """
    groups = run.groups
    digits = "".join(group.digits for group in groups)
    if len(digits) < _SHORTEST:
        return []
    values = [int(digit) for digit in digits]
    even = list(accumulate((_DOUBLED[v] if i % 2 else v for i, v in enumerate(values)), initial=0))
    odd = list(accumulate((v if i % 2 else _DOUBLED[v] for i, v in enumerate(values)), initial=0))
    starts = list(accumulate((len(group.digits) for group in groups), initial=0))
    found: list[tuple[int, int, bool]] = []
    taken = bytearray(len(groups))
    for wanted in (True, False):
        first = 0
        while first < len(groups):
            last = _last_group(digits, starts, (even, odd), first, wanted=wanted)
            if last is not None and not any(taken[first : last + 1]):
                found.append((first, last, wanted))
                taken[first : last + 1] = b"\x01" * (last + 1 - first)
                first = last
            first += 1
    return sorted(found)


def _last_group(
    digits: str, starts: list[int], sums: tuple[list[int], list[int]], first: int, *, wanted: bool
) -> int | None:
    """The last group of the card that begins at group `first`, of usual lengths or of the others."""
    start = starts[first]
    lengths = lengths_of(digits[start : start + 4])
    if not lengths:
        return None
    last = first
    found = None
    while lengths and last + 1 < len(starts) and (end := starts[last + 1]) - start <= _LONGEST:
        running = sums[(end - 1) % 2]
        proved = lengths.get(end - start) is wanted and (running[end] - running[start]) % 10 == 0
        # a longer one only where the row ends with it
        if proved and (found is None or last == len(starts) - 2) and len(set(digits[start:end])) > 1:
            found = last
        last += 1
    return found


def usual_grouping(groups: tuple[Group, ...]) -> bool:
    """Whether the digits stand in groups as cards are printed, one by one, or all of one size."""
    sizes = tuple(len(group.digits) for group in groups)
    return sizes in _USUAL or len(set(sizes)) == 1


def phone_like(groups: tuple[Group, ...]) -> bool:
    """Whether the groups begin as a telephone number (3-3-4 or 1-3-3-4)."""
    sizes = tuple(len(group.digits) for group in groups)
    return sizes[:3] == (3, 3, 4) or sizes[:4] == (1, 3, 3, 4)


def pieces(groups: tuple[Group, ...], text: str) -> Iterator[tuple[int, int]]:
    """The spans to mask: groups with only separators between are one."""
    start, end = groups[0].start, groups[0].end
    for group in groups[1:]:
        gap = text[end : group.start]
        if "\n" in gap or any(char.isalnum() for char in gap):
            yield start, end
            start = group.start
        end = group.end
    yield start, end
