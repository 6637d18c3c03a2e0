"""What people read of findings: the name of each kind, and what to do instead of texting it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_NAMES = {
    "PAYMENT_CARD": gettext_lazy("a card number"),
    "CARD_SECURITY": gettext_lazy("details of a card"),
    "US_SSN": gettext_lazy("a social security number"),
    "US_ITIN": gettext_lazy("a tax number"),
    "BANK_ACCOUNT": gettext_lazy("a bank account number"),
    "ROUTING_NUMBER": gettext_lazy("a bank's routing number"),
    "IBAN": gettext_lazy("a bank account number"),
    "HEALTH_INFO": gettext_lazy("health information"),
    "MEDICAL_ID": gettext_lazy("a medical number"),
    "FINANCIAL_INFO": gettext_lazy("financial information"),
    "CREDENTIAL": gettext_lazy("a password or code"),
    "DATE_OF_BIRTH": gettext_lazy("a date of birth"),
    "GOVERNMENT_ID": gettext_lazy("an identity number"),
}
_CARD = frozenset({"PAYMENT_CARD", "CARD_SECURITY"})


def name_of(kind: str) -> str:
    """With its article, as it stands in a sentence."""
    return str(_NAMES[kind])


def what_to_do(kinds: Iterable[str]) -> str:
    """The safe way for the first of these."""
    if next(iter(kinds)) in _CARD:
        return _("Take it out. Ask for the payment with a payment link, never with card details.")
    return _("Take it out and send it as a secure message, or call them.")
