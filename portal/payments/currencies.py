"""Amounts of money: whole numbers of a currency's minor unit, as ISO 4217 (list one, 2024) counts them."""

import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.utils.formats import number_format
from django.utils.translation import gettext as _

LARGEST = 99_999_999  # minor units: what Stripe takes at the most, eight digits
LONGEST_INPUT = 20  # characters
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "MXN": "MX$", "INR": "₹"}
_TYPED = re.compile(r"[0-9]{1,14}(?:[.,][0-9]{1,4})?", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?", re.ASCII)


class BadAmount(ValueError):
    """The amount cannot be asked for; the message says why and what to do."""


@cache
def digits_by_currency() -> dict[str, int]:
    """Digits after the point by the currency's code; codes without a minor unit (metals, tests) are left out."""
    table: dict[str, dict[str, list[str]]] = json.loads((Path(__file__).parent / "currencies.json").read_bytes())
    return {code: int(digits) for digits, codes in table["digits"].items() for code in codes}


def parse(typed: str, currency: str) -> int:
    """Minor units of an amount as a person types it: 45, 45.00, 45,00 or 1,250.00. Raises BadAmount."""
    digits = digits_by_currency().get(currency)
    if digits is None:
        raise BadAmount(_("Choose a currency from the list."))
    text = typed.strip()[: LONGEST_INPUT + 1]
    unclear = digits == 3 and text.count(",") == 1 and "." not in text  # 1,250 may be 1.250 or 1250
    if _GROUPED.fullmatch(text) and not unclear:
        text = text.replace(",", "")
    elif unclear or not _TYPED.fullmatch(text):
        raise BadAmount(_("Type an amount such as %(example)s.") % {"example": _example(digits)})
    whole, _point, fraction = text.replace(",", ".").partition(".")
    if len(fraction) > digits:
        words = {"currency": currency, "example": _example(digits)}
        raise BadAmount(_("%(currency)s is written like %(example)s.") % words)
    return checked(int(whole) * 10**digits + int(fraction.ljust(digits, "0") or 0), currency)


def checked(minor: int, currency: str) -> int:
    """The amount itself when it can be asked for. Raises BadAmount."""
    if currency not in digits_by_currency():
        raise BadAmount(_("Choose a currency from the list."))
    if minor <= 0:
        raise BadAmount(_("The amount has to be more than nothing."))
    if minor > LARGEST:
        raise BadAmount(_("At most %(most)s can be asked for at once.") % {"most": shown(LARGEST, currency)})
    return minor


def decimal(minor: int, currency: str) -> Decimal:
    """The amount in the currency's own unit: 4500 USD is 45.00, 4500 JPY is 4500, 4500 KWD is 4.500."""
    return Decimal(minor).scaleb(-digits_by_currency()[currency])


def shown(minor: int, currency: str) -> str:
    """The amount for people: $45.00, CHF 45.00, ¥4,500."""
    digits = digits_by_currency()[currency]
    number = number_format(decimal(minor, currency), digits, use_l10n=True, force_grouping=True)
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{currency}\N{NO-BREAK SPACE}{number}"


def _example(digits: int) -> str:
    return f"45.{'0' * digits}" if digits else "4500"
