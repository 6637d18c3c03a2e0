"""Days, months and years: how a period is typed, counted and said.

A year has 365.25 days and a month a twelfth of it, rounded up: "six years" is never shorter than six calendar years,
whichever leap days are in them.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

Words = str | Promise
_FOUR_YEARS = 1461  # days


class Unit(StrEnum):
    """What a period is typed in."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


def days_of(number: int, unit: Unit) -> int:
    """Days of a period, rounded up."""
    if unit is Unit.DAYS:
        return number
    return -(-number * _FOUR_YEARS // (48 if unit is Unit.MONTHS else 4))


def typed_as(days: int) -> tuple[int, Unit]:
    """The number and unit that a person would type for it."""
    years = round(days / 365.25)
    if years and days in (days_of(years, Unit.YEARS), years * _FOUR_YEARS // 4):
        return years, Unit.YEARS
    months = round(days * 48 / _FOUR_YEARS)
    if months > 1 and days == days_of(months, Unit.MONTHS):
        return months, Unit.MONTHS
    return days, Unit.DAYS


def said(days: int | None) -> str:
    """In words: `never`, `90 days`, `2 years`."""
    if days is None:
        return gettext("never")
    number, unit = typed_as(days)
    words = {
        Unit.DAYS: ngettext("%(n)d day", "%(n)d days", number),
        Unit.MONTHS: ngettext("%(n)d month", "%(n)d months", number),
        Unit.YEARS: ngettext("%(n)d year", "%(n)d years", number),
    }
    return words[unit] % {"n": number}
