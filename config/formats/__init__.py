"""How days and numbers are written in each language (FORMAT_MODULE_PATH).

Pages name a format by its English letters, such as "j M Y". Django looks every format up in the language's module
first, by exactly that text, so another order or word is written down here and no page has to know.
"""

_SHORT = (
    "D j M",
    "D, j M",
    "j M",
    "j M Y",
    "j M Y H:i",
    "j M Y H:i:s",
    "j M Y, H:i",
    "j M Y, H:i T",
    "j M, H:i",
    "D j M, H:i",
    "D, M j",
    "D, M j, Y",
)
_LONG = ("j F", "j F Y", "j F Y, H:i", "j F, H:i", "l j F Y H:i T")


def short_formats() -> dict[str, str]:
    """Months and days of the week of three letters, small: "lun 2 mar"."""
    return {english: _day_first(english.replace("M", "b").replace("D,", "D")) for english in _SHORT}


def _day_first(written: str) -> str:
    return written.replace("b j, Y", "j b Y").replace("b j", "j b")


def long_formats(month: str, year: str) -> dict[str, str]:
    """Whole words: "2 de marzo de 2026", with what the language writes for month and year."""
    return {english: english.replace("F", month).replace("Y", year) for english in _LONG}
