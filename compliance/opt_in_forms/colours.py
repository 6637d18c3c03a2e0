"""A company's colour, which white letters must be readable on (WCAG 2.2, 1.4.3: 4.5 to 1). Plain values: no Django."""

import re

ENOUGH = 4.5
_HEX = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Whether it is written `#rrggbb` in lower case."""
    return bool(_HEX.fullmatch(text))


def contrast_with_white(colour: str) -> float:
    """From 1.0 (white on white) to 21.0. Raises ValueError for what is not `#rrggbb`."""
    if not is_colour(colour):
        raise ValueError("not #rrggbb")
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(channel: float) -> float:
    """One channel of sRGB without its gamma, as WCAG defines relative luminance."""
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
