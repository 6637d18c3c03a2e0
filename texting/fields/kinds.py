"""What a value of each kind may be, the one spelling in which it is stored, and how a page shows it."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from texting.local_time import clock
from texting.models.field import ContactField

Kind = ContactField.Kind
DAYS = frozenset({Kind.DATE, Kind.DATE_TIME})
"""Kinds of which a rule can say "three days before"."""
LONGEST_VALUE = 300  # characters
MOST_DIGITS, MOST_DECIMALS = 15, 6
FIRST_YEAR, LAST_YEAR = 1850, 2200
YES, NO = "yes", "no"


class BadValue(ValueError):
    """It is not stored; the message is one sentence for the person who typed it."""


def stored(kind: str, typed: str, options: Sequence[str] = ()) -> str:
    """What somebody typed in its one spelling; "" for nothing. Raises BadValue. Of a stored value: itself.

    Text: one line. A number: digits with a point, "12.5". A day: ISO 8601, "2027-03-31"; a
    day with a time, by the organization's clock: "2027-03-31T14:30". "yes" or "no". Of a choice:
    one of the options.
    """
    text = one_line(typed)
    if not text:
        return ""
    if len(text) > LONGEST_VALUE:
        raise BadValue(_("Write at most %(most)d characters.") % {"most": LONGEST_VALUE})
    match kind:
        case Kind.NUMBER:
            return _number(text)
        case Kind.DATE:
            return _day(text)
        case Kind.DATE_TIME:
            return _day_and_time(text)
        case Kind.YES_NO:
            text = _yes_or_no(text)
        case Kind.CHOICE:
            text = _option(text, options)
    return text


def one_line(typed: str) -> str:
    """Composed, on one line, without signs that nobody sees."""
    composed = unicodedata.normalize("NFC", typed)
    return " ".join("".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in composed).split())


def shown(kind: str, value: str) -> str:
    """A stored value as people read it."""
    if not value:
        return ""
    match kind:
        case Kind.DATE:
            return date_format(date.fromisoformat(value), "j M Y")
        case Kind.DATE_TIME:
            at = datetime.fromisoformat(value)
            return f"{date_format(at, 'j M Y')}, {clock(at)}"
        case Kind.NUMBER:
            number = Decimal(value)
            return number_format(number, decimal_pos=max(0, -int(number.as_tuple().exponent)), force_grouping=True)
        case Kind.YES_NO:
            return _("Yes") if value == YES else _("No")
    return value


def _yes_or_no(text: str) -> str:
    if text.casefold() not in {YES, NO}:
        raise BadValue(_("Choose yes or no."))
    return text.casefold()


def _option(text: str, options: Sequence[str]) -> str:
    for option in options:
        if option.casefold() == text.casefold():
            return option
    raise BadValue(_("Choose one of: %(options)s.") % {"options": ", ".join(options)})


def _number(text: str) -> str:
    unclear = BadValue(_("Write a number such as 12 or 12.5, without signs between thousands."))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise unclear from None
    if not number.is_finite() or "_" in text or "e" in text.casefold():
        raise unclear
    if len(number.as_tuple().digits) > MOST_DIGITS or -int(number.as_tuple().exponent) > MOST_DECIMALS:
        most = {"digits": MOST_DIGITS, "decimals": MOST_DECIMALS}
        raise BadValue(_("A number has at most %(digits)d digits, %(decimals)d of them after the point.") % most)
    return format(number if number else Decimal(0), "f")


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadValue(_("Write a day as year-month-day, such as 2027-03-31.")) from None
    _refuse_year(day)
    return day.isoformat()


def _day_and_time(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None or len(text) <= len("2027-03-31"):
        raise BadValue(_("Write a day and a time as year-month-day hour:minute, such as 2027-03-31 14:30."))
    _refuse_year(at.date())
    return f"{at:%Y-%m-%dT%H:%M}"


def _refuse_year(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadValue(
            _("Write a day between the years %(first)d and %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
