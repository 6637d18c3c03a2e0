"""One-time codes: six digits by text to the phone that got the link, on the conversation's own line, through the gate.

A new code ends the one before. Asking is limited by speed in Redis (for the message and for whoever asks) and by number
in the row, so that a link in wrong hands rings nobody's phone for long.
"""

import secrets
from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.models import SecureMessage
from portal.secure.answers import CODE_DIGITS, code_hash
from tenancy import audit, rates
from tenancy.audit import AuditKind
from tenancy.encryption import prefetch, readable
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from tenancy.rates import Rate
from texting.purposes import Purpose
from texting.sending import BadText, Refused, send_text

MOST_CODES = 12  # for one message

State = SecureMessage.State


class Asked(StrEnum):
    """What became of asking for a code."""

    SENT = "sent"
    GONE = "gone"
    CANNOT = "cannot"
    TOO_MANY = "too_many"


def hold_back(secure_id: UUID, network: str) -> int:
    """Spend what may be asked for in a time; seconds to wait when it is too much, else 0. Not inside a transaction."""
    allowances = rates.spend_all(
        Rate(f"portal/code/network/{network}", limit=300, per_seconds=600, burst=100),  # one carrier's phones share it
        Rate(f"portal/code/message/{secure_id}", limit=6, per_seconds=3_600, burst=3),
    )
    return max((int(one.retry_after or 60) + 1 for one in allowances if not one.allowed), default=0)


def request(secure_id: UUID) -> Asked:
    """Text a new code to the customer, in the present language. Needs the organization to be active."""
    rows = SecureMessage.objects.select_for_update(of=("self",)).select_related(
        "conversation__contact", "conversation__line"
    )
    secure = rows.filter(pk=secure_id).first()
    if secure is None or not is_open(secure) or secure.check_by != SecureMessage.Check.CODE:
        return Asked.GONE
    prefetch([secure.conversation.contact])
    if readable(secure.conversation.contact, "number") is None:
        return Asked.GONE  # the contact was erased
    if secure.codes_sent >= MOST_CODES:
        return Asked.TOO_MANY
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    company = Organization.objects.get(pk=current_organization_id()).name
    told = _("%(company)s: %(code)s is your code. It opens your message for 10 minutes. We never ask you for it.")
    words = told % {"company": company, "code": code}
    try:
        send_text(conversation=secure.conversation, body=words, author=None, purpose=Purpose.PRIVATE_CODE)
    except (Refused, BadText):
        return Asked.CANNOT
    secure.code, secure.code_sent_at = code_hash(secure.pk, code), timezone.now()
    secure.codes_sent += 1
    secure.save(update_fields=["code", "code_sent_at", "codes_sent"])
    audit.record(event=AuditKind.SECURE_CODE_SENT, actor=None, object=secure)
    return Asked.SENT


def is_open(secure: SecureMessage) -> bool:
    """Whether it can be opened once more, if somebody shows who they are."""
    return secure.state == State.OPEN and secure.expires_at > timezone.now() and secure.views < secure.most_views
