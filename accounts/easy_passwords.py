"""How much of a password is left once repetition, walks over the keyboard and common passwords are taken out.

At fifteen characters hardly any leaked password is long enough to be met by a list (decision 164); what people make
long instead is a short one, twice, or with a row of keys behind it.
"""

from collections.abc import Container

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
)
_WALKS = tuple(walk for row in _ROWS for walk in (row, row[::-1]))
SHORTEST_WALK, SHORTEST_WORD, LONGEST_WORD = 4, 5, 20
WALK_COUNTS, WORD_COUNTS = "wa", "wor"
"""What a walk and a common password are worth: two and three characters, for there are few of the first and some 20,000
(about 14 bits) of the second.
"""


def what_is_left(password: str, common: Container[str]) -> str:
    """The password with each repeated part once, and walks and common passwords (lower case) as a few letters."""
    return _without_words(_without_walks(_once(password.casefold())), common)


def _once(text: str) -> str:
    """The part that the text repeats from beginning to end, the last time perhaps cut off; else the text."""
    for size in range(1, len(text) // 2 + 1):
        part = text[:size]
        if (part * (len(text) // size + 1))[: len(text)] == text:
            return part
    return text


def _without_walks(text: str) -> str:
    left, start = "", 0
    while start < len(text):
        end = max(_end_of_walk(text, start), _end_of_row_of_one(text, start))
        if end - start >= SHORTEST_WALK:
            left, start = left + WALK_COUNTS, end
        else:
            left, start = left + text[start], start + 1
    return left


def _end_of_walk(text: str, start: int) -> int:
    end = start + SHORTEST_WALK
    if end > len(text) or not any(text[start:end] in walk for walk in _WALKS):
        return start
    while end < len(text) and any(text[start : end + 1] in walk for walk in _WALKS):
        end += 1
    return end


def _end_of_row_of_one(text: str, start: int) -> int:
    return start + len(text[start:]) - len(text[start:].lstrip(text[start]))


def _without_words(text: str, common: Container[str]) -> str:
    """The longest common password at each place counts, from the left."""
    left, start = "", 0
    while start < len(text):
        longest = min(LONGEST_WORD, len(text) - start)
        sizes = range(longest, SHORTEST_WORD - 1, -1)
        size = next((size for size in sizes if text[start : start + size] in common), 0)
        left, start = (left + WORD_COUNTS, start + size) if size else (left + text[start], start + 1)
    return left
