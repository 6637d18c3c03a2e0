"""Spanish as offices in the United States and Mexico write it: 1,234.5, and amounts as on everybody's bills there."""

from config.formats import long_formats, short_formats

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
DATE_FORMAT = r"j \d\e F \d\e Y"

globals().update(short_formats() | long_formats(r"\d\e F", r"\d\e Y"))
