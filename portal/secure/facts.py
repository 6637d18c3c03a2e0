"""A fact that the company and its customer both know, brought into one form, so that equal facts compare equal."""

import re
from datetime import date

_ZIP_PLUS_FOUR = re.compile(r"(\d{5})\d{4}")
LONGEST_POSTCODE = 12  # characters; the longest there are have ten


def birth_date(day: str, month: str, year: str, *, today: date) -> str | None:
    """`1980-05-17`; None for what is no date, or none on which somebody alive was born."""
    parts = [part.strip() for part in (day, month, year)]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    try:
        found = date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return None
    return found.isoformat() if today.year - 130 <= found.year and found <= today else None


def postcode(typed: str) -> str | None:
    """Letters and digits alone, in capitals; of a ZIP+4 its first five digits. None for what is no postcode."""
    if len(typed) > 40:
        return None
    found = "".join(character for character in typed.upper() if character.isascii() and character.isalnum())
    if plus_four := _ZIP_PLUS_FOUR.fullmatch(found):
        found = plus_four[1]
    return found if 3 <= len(found) <= LONGEST_POSTCODE and any(map(str.isdigit, found)) else None
