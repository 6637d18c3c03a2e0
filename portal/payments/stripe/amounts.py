"""Amounts as Stripe counts them, which is ISO 4217 but for a few currencies (docs.stripe.com/currencies, 2026)."""

from portal.payments.currencies import digits_by_currency, shown

# ISO gives it two digits that nobody uses; Stripe counts whole units.
_WHOLE_HERE = frozenset({"MGA"})
# ISO gives them none; Stripe counts hundredths, whole units only, for the sake of old integrations.
_HUNDREDTHS_HERE = frozenset({"ISK", "UGX"})
_TENS_ONLY = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})  # three digits, of which the last has to be 0
_NOT_TAKEN = frozenset(
    {"CUP", "IQD", "IRR", "KPW", "LYD", "SDG", "SSP", "SYP", "TMT", "VED", "VES", "ERN", "BTN", "CDF"}
)
LARGEST = 99_999_999
_LEAST = {
    **dict.fromkeys(("USD", "EUR", "CAD", "AUD", "NZD", "CHF", "SGD", "BRL"), 50),
    **{"GBP": 30, "JPY": 50, "MXN": 1_000, "DKK": 250, "NOK": 300, "SEK": 300, "HKD": 400, "INR": 50, "PLN": 200},
}
"""The least that a card can be charged, in Stripe's units; Stripe itself refuses what is too little elsewhere."""


def to_stripe(minor: int, currency: str) -> int:
    """Stripe's number for an amount in ISO's minor units. Raises ValueError for a part of a unit it does not know."""
    if currency in _HUNDREDTHS_HERE:
        return minor * 100
    if currency in _WHOLE_HERE:
        units, rest = divmod(minor, _units(currency))
        if rest:
            raise ValueError("Stripe takes whole units of this currency.")
        return units
    if currency in _TENS_ONLY and minor % 10:
        raise ValueError("Stripe takes two digits of this currency.")
    return minor


def from_stripe(number: int, currency: str) -> int:
    """ISO's minor units of Stripe's number."""
    if currency in _HUNDREDTHS_HERE:
        return number // 100
    if currency in _WHOLE_HERE:
        return number * _units(currency)
    return number


def _units(currency: str) -> int:
    return int(10 ** digits_by_currency()[currency])


def problem(minor: int, currency: str) -> tuple[str, str]:
    """("", "") or (what is wrong: `unknown`, `whole`, `tens`, `little`, `much`; the bound for people)."""
    if currency not in digits_by_currency() or currency in _NOT_TAKEN:
        return "unknown", currency
    try:
        number = to_stripe(minor, currency)
    except ValueError:
        return ("whole" if currency in _WHOLE_HERE else "tens"), currency
    if number > LARGEST:
        return "much", shown(from_stripe(LARGEST, currency), currency)
    least = _LEAST.get(currency, 1)
    if number < least:
        return "little", shown(from_stripe(least, currency), currency)
    return "", ""
