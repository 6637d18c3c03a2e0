"""What an API key looks like: `parley_live_`, 32 random letters and digits, 6 that are a checksum. Plain values.

The fixed beginning lets secret scanners find a key that was published by mistake; the checksum tells a key from
something that looks like one, and a mistyped key from a wrong one, without asking a database.
"""

import re
import secrets
import string
import zlib

PREFIX = "parley_live_"
RANDOM = 32  # of 62 characters: 190 bits
CHECK = 6  # of 62 characters hold the 32 bits of a CRC-32
SHOWN = len(PREFIX) + 6  # characters that pages show, so that people can tell keys apart
PATTERN = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM + CHECK}}}", re.ASCII)

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase


def new_key() -> str:
    """A fresh key."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(RANDOM))
    return PREFIX + body + _checksum(PREFIX + body)


def is_well_formed(key: str) -> bool:
    """Whether this could be a key of ours; says nothing about whether there is one."""
    return PATTERN.fullmatch(key) is not None and _checksum(key[:-CHECK]) == key[-CHECK:]


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = ""
    for _ in range(CHECK):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
