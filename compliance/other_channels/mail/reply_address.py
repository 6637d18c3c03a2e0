"""The address that answers to an escalation's e-mails go to: `replies+<26 unguessable signs>@domain`.

The signs are a keyed hash of the escalation's id, small letters and digits, because some servers make letters small.
A directory table outside every organization keeps the hash of them, and of the Message-ID of each mail: it is all by
which a mail that comes in finds its organization.
"""

import hashlib
from base64 import b32encode
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.mail.delivering import message_id
from compliance.models import Escalation, ReplyKey
from tenancy.isolation import current_organization_id

_BYTES = 16


def token_of(escalation: Escalation) -> str:
    """26 small letters and digits, the same each time."""
    made = salted_hmac("compliance.other_channels.reply", str(escalation.pk), algorithm="sha256").digest()[:_BYTES]
    return b32encode(made).decode().rstrip("=").lower()


def of(escalation: Escalation) -> str:
    """The whole address."""
    name, _, domain = settings.MAIL_REPLIES.rpartition("@")
    return f"{name}+{token_of(escalation)}@{domain}"


def digest(word: str) -> bytes:
    """Of a token, or of a Message-ID with its brackets."""
    return hashlib.sha256(word.strip().lower().encode()).digest()


def letter_id(word: str) -> UUID | None:
    """Which of our mails a Message-ID is; None for anything else."""
    try:
        return UUID(word.strip("<>").partition("@")[0])
    except ValueError:
        return None


def learn(escalation: Escalation, mail_id: UUID) -> None:
    """From now on answers to this mail are found."""
    organization_id = current_organization_id()
    for word in (token_of(escalation), message_id(mail_id)):
        ReplyKey.objects.get_or_create(
            digest=digest(word),
            defaults={"organization_id": organization_id, "escalation_id": escalation.pk},
        )
