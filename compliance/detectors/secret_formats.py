"""Keys and tokens whose form says whose they are, in the original text (their letters' case matters)."""

import re
from typing import Final

from compliance.detectors.data_files import read

_FORMATS: Final = [
    (entry["name"], re.compile(r"(?<![0-9A-Za-z_])" + entry["pattern"])) for entry in read("credentials")["formats"]
]
_ANY: Final = re.compile(
    r"(?<![0-9A-Za-z_])(?:" + "|".join(entry["pattern"] for entry in read("credentials")["formats"]) + ")"
)
_LONG_WORD: Final = re.compile(r"\S{16}")
_IN_ADDRESS: Final = re.compile(r"://[^/\s:@]{1,64}:(?P<secret>[^/\s@]{1,64})@")


def secret_formats(original: str) -> list[tuple[int, int, str]]:
    """(start, end, name of the format) in the original text."""
    if not _LONG_WORD.search(original) and "-----BEGIN" not in original:
        return []
    found = []
    for name, pattern in _FORMATS if _ANY.search(original) else ():
        found += [(match.start(), match.end(), name) for match in pattern.finditer(original)]
    if "://" in original:
        found += [(*match.span("secret"), "password in an address") for match in _IN_ADDRESS.finditer(original)]
    return found
