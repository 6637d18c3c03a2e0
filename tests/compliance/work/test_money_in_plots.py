"""What stands under, over and beside a plot of money is what the tables say."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.work.sheets.cost import money
from texting.limits.prices import MICROS, prices


def drawn_by(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


@given(st.integers(min_value=0, max_value=10**13), st.integers(min_value=0, max_value=10**13))
@example(1_990_000, 1_125_000)
@example(5_000, 4_999)
@pytest.mark.parametrize("language", ["en", "es"])
def test_money_reads_as_in_a_table(language: str, one: int, other: int) -> None:
    micros = [one, other]
    with translation.override(language):
        tables = [money(number).removesuffix(f" {prices().currency}") for number in micros]
        for kind in ("line", "bar"):
            drawn = drawn_by(
                "{% " + kind + "_plot 'Cost' labels series 'USD' places=2 %}",
                labels=["Mon", "Tue"],
                series=[("A", [number / MICROS for number in micros])],
            )
            assert re.findall(r'<td class="number">([^<]+)</td>', drawn) == tables
            hovered = dict(re.findall(r"<title>(\w+): ([^<]+)</title>", drawn))
            shown = zip(["Mon", "Tue"], micros, tables, strict=True)
            assert hovered == {day: words for day, number, words in shown if number or kind == "line"}
            [said] = re.findall(r' aria-label="(Cost[^"]*)"', drawn)
            assert tables[micros.index(max(micros))] in said


def test_half_a_hundredth_is_rounded_up_in_tables():
    assert [money(micros).split()[0] for micros in (1_125_000, 4_999, 5_000, 1_234_567_890)] == [
        *("1.13", "0.00", "0.01", "1,234.57")
    ]
