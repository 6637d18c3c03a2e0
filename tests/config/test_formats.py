"""Days and numbers as each language writes them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import override

from config import formats
from config.env import PROJECT

AT = datetime(2026, 3, 2, 14, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Mon 2 Mar", "2 Mar 2026 14:05:09", "Monday 2 March 2026 14:05 UTC", "1,234,567.5")),
        ("es", ("lun 2 mar", "2 mar 2026 14:05:09", "Lunes 2 de marzo de 2026 14:05 UTC", "1,234,567.5")),
        ("fr", ("lun 2 mar", "2 mar 2026 14:05:09", "lundi 2 mars 2026 14:05 UTC", "1\xa0234\xa0567,5")),
    ],
)
def test_each_language_writes_days_and_numbers_its_own_way(language, said):
    with override(language):
        days = [date_format(AT, style) for style in ("D j M", "j M Y H:i:s", "l j F Y H:i T")]
        assert (*days, number_format(1234567.5)) == said


def test_every_format_that_is_used_is_known():
    """One that is not is written with the English order and capitals."""
    used = set()
    for path in (*PROJECT.glob("templates/**/*.html"), *PROJECT.glob("templates/**/*.txt")):
        used |= set(re.findall(r'\|date:"([^"]*)"', path.read_text()))
    for room in ("accounts", "texting", "compliance", "retention", "portal", "config"):
        for path in Path(PROJECT / room).rglob("*.py"):
            used |= {
                word
                for call in re.findall(r"(?:date_format|day_in_words)\(.*", path.read_text())
                for word in re.findall(r'"([A-Za-z][A-Za-z:, ]*)"', call)
            }
    worded = {style for style in used if re.search(r"[FMDl]", style) and "_" not in style and len(style) > 1}
    known = {*formats.short_formats(), *formats.long_formats("", "")}
    assert worded - known == set()
    with override("es"):
        assert all(get_format(style) != style for style in worded - {"D j"})
