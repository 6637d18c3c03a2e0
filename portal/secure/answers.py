"""Keyed hashes of what a customer answers, and how often they may answer wrongly.

A code has six digits and a birth date a few ten thousand possibilities, so a plain hash would say what they are. They
are hashed under the organization's index key, which is in the other database, and a fact's hash is sealed besides.
"""

import hmac
from datetime import timedelta
from uuid import UUID

from portal.models import SecureMessage
from tenancy.encryption import blind_index

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
WRONG_FOR_A_CODE = 5  # then that code is void and another one has to be asked for
MOST_WRONG = {"code": 10, "birth_date": 5, "postcode": 5}  # then the message is locked


def code_hash(secure_id: UUID, code: str) -> bytes:
    """16 bytes."""
    return blind_index("portal.code", f"{secure_id}/{code}")


def fact_hash(secure_id: UUID, fact: str) -> str:
    """32 hexadecimal digits."""
    return blind_index("portal.fact", f"{secure_id}/{fact}").hex()


def is_right(secure: SecureMessage, answer: str) -> bool:
    """Whether the answer is the code or the fact, compared in constant time. No code counts when none was sent."""
    if secure.check_by == SecureMessage.Check.CODE:
        return secure.code is not None and hmac.compare_digest(code_hash(secure.pk, answer), bytes(secure.code))
    return bool(secure.fact) and hmac.compare_digest(fact_hash(secure.pk, answer), str(secure.fact))
