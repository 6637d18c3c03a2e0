"""E-mail addresses as mails need them."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac

from accounts.models.user import normalized_email

LONGEST = 254  # RFC 5321, 4.5.3.1.3 without the angle brackets


class BadAddress(ValueError):
    """Nobody can get mail there."""


def checked_address(value: str) -> str:
    """The address in its one spelling. Raises BadAddress, also for anything that could end a header."""
    address = normalized_email(value)
    if len(address) > LONGEST or not address.isprintable() or any(sign in address for sign in ' "<>,;:\\()[]'):
        raise BadAddress
    try:
        validate_email(address)
    except ValidationError:
        raise BadAddress from None
    return address


def recipient_digest(address: str) -> bytes:
    """Tells one address from another without telling the address."""
    return salted_hmac("accounts.mail.recipient", normalized_email(address), algorithm="sha256").digest()[:16]
