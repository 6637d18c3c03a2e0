"""Why a message of an identity provider is not taken. Plain values: the words for people are in `explaining`."""

from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """One for each thing that an admin would have to change, or that an attacker has tried."""

    # Before the library
    TOO_LARGE = "too_large"
    NOT_BASE64 = "not_base64"
    NOT_XML = "not_xml"
    HAS_DOCTYPE = "has_doctype"
    HAS_COMMENT = "has_comment"
    NOT_A_RESPONSE = "not_a_response"
    WRONG_STRUCTURE = "wrong_structure"
    REPEATED_ID = "repeated_id"
    BAD_SIGNATURE_SHAPE = "bad_signature_shape"
    WEAK_ALGORITHM = "weak_algorithm"
    FORBIDDEN_TRANSFORM = "forbidden_transform"
    WEAK_ENCRYPTION = "weak_encryption"
    CANNOT_DECRYPT = "cannot_decrypt"
    NOT_ENCRYPTED = "not_encrypted"
    # The library
    STATUS_NOT_SUCCESS = "status_not_success"
    NOT_SIGNED = "not_signed"
    WRONG_SIGNATURE = "wrong_signature"
    NOT_BY_SCHEMA = "not_by_schema"
    TOO_EARLY = "too_early"
    EXPIRED = "expired"
    WRONG_ISSUER = "wrong_issuer"
    LIBRARY = "library"
    # After it
    WRONG_DESTINATION = "wrong_destination"
    WRONG_RECIPIENT = "wrong_recipient"
    WRONG_AUDIENCE = "wrong_audience"
    NO_EXPIRY = "no_expiry"
    WRONG_CONFIRMATION = "wrong_confirmation"
    UNSOLICITED = "unsolicited"
    WRONG_REQUEST = "wrong_request"
    WRONG_BROWSER = "wrong_browser"
    REPLAYED = "replayed"
    BAD_NAME_ID = "bad_name_id"
    TRANSIENT_NAME_ID = "transient_name_id"
    REPEATED_ATTRIBUTE = "repeated_attribute"
    NOT_ASKED_AGAIN = "not_asked_again"
    # Who it is
    NO_EMAIL = "no_email"
    DOMAIN_NOT_PROVED = "domain_not_proved"
    UNKNOWN_PERSON = "unknown_person"
    WORKS_ELSEWHERE = "works_elsewhere"
    LINKED_OTHERWISE = "linked_otherwise"
    DEACTIVATED = "deactivated"
    NO_ROLE = "no_role"
    OTHER_PERSON = "other_person"
    # The organization
    SWITCHED_OFF = "switched_off"
    TOO_OFTEN = "too_often"


class Refused(Exception):
    """The message is not taken. `facts` says what was expected and what came, for the organization's own page."""

    def __init__(self, reason: Reason, **facts: Any) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.facts = {name: shortened(value) for name, value in facts.items()}


def shortened(value: Any, most: int = 300) -> str:
    """What stands on a page of something that a stranger sent."""
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"
