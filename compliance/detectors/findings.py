"""What a scan tells: plain values, safe to log except for the span they point at."""

from typing import Final, Literal, NamedTuple

RULE_VERSION: Final = "2026.11.15"
"""Changes with every change of a rule, a weight or a word list, so that a stored finding can be told apart later."""

Confidence = Literal["low", "medium", "high"]

SHOWS_LAST_FOUR: Final = frozenset({"PAYMENT_CARD", "US_SSN", "US_ITIN", "BANK_ACCOUNT", "IBAN"})
MASK_NAMES: Final = {
    "PAYMENT_CARD": "card",
    "CARD_SECURITY": "card security code",
    "US_SSN": "social security number",
    "US_ITIN": "tax number",
    "BANK_ACCOUNT": "bank account",
    "ROUTING_NUMBER": "bank routing",
    "IBAN": "bank account",
    "HEALTH_INFO": "health information",
    "MEDICAL_ID": "medical number",
    "FINANCIAL_INFO": "financial information",
    "CREDENTIAL": "secret",
    "DATE_OF_BIRTH": "birth date",
    "GOVERNMENT_ID": "identity number",
}
TYPES: Final = tuple(MASK_NAMES)
PLAIN_MASKS: Final = {kind: f"[{name}]" for kind, name in MASK_NAMES.items()}
_LONG_ENOUGH: Final = 8  # characters of which four may be shown
_MARKS: Final = bytes(byte for byte in range(128) if not chr(byte).isalnum())
LAST_FOUR_MARK: Final = "••••"


class Reason(NamedTuple):
    """One cause of a finding. `rule` names an entry of the data files, never a part of the value."""

    rule: str
    weight: float


class Finding(NamedTuple):
    """One sensitive value, or one fragment of it: fragments of one value have the same `group`.

    `start` and `end` count code points of the scanned text, `end` exclusive. `score` is the sum of the weights.
    `placeholder`: a number that is publicly known to be nobody's (078-05-1120). `masked` stands in for the value.
    """

    type: str
    start: int
    end: int
    confidence: Confidence
    score: float
    reasons: tuple[Reason, ...]
    group: int | None = None
    placeholder: bool = False
    masked: str = ""
    last_four: str = ""


def mask_for(kind: str, last_four: str) -> str:
    """What is shown instead of a value: `[card ••••1111]`, `[secret]`. Never read as a finding again."""
    if last_four and kind in SHOWS_LAST_FOUR:
        return f"[{MASK_NAMES[kind]} {LAST_FOUR_MARK}{last_four}]"
    return PLAIN_MASKS[kind]


def last_four_of(kind: str, value: str) -> str:
    """The last four letters or digits where they may be shown, else nothing."""
    if kind not in SHOWS_LAST_FOUR:
        return ""
    if value.isdigit():
        plain = value
    elif value.isascii():
        plain = value.encode().translate(None, _MARKS).decode()
    else:
        plain = "".join(filter(str.isalnum, value))
    return plain[-4:].upper() if len(plain) >= _LONG_ENOUGH else ""
