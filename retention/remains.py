"""What stays of what has ended: rows without words, names and numbers. Certificates and pages say so (decision 314).

`tests/retention/purging/test_what_stays.py` holds this list to what is really there when all of a customer is over.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Manager, Q
from django.utils.translation import gettext_lazy as _

from retention.kinds import Kind
from retention.spans import Words

WORDS: dict[str, Words] = {
    "texting.Contact": _("A row without name and number, to which others refer"),
    "texting.Conversation": _("Line, times and states of conversations: reviews and escalations are counted by them"),
    "texting.Message": _("Line, times and states of texts, until their conversation's period is over"),
    "texting.Decision": _("Why each text was allowed: proof against claims"),
    "texting.CarrierCopy": _("What carriers answered when they were asked to delete"),
    "texting.Attachment": _("That there was a file, its kind, size and time, until its conversation's period is over"),
    "compliance.Finding": _("What kind of data was found when, and what was decided about it: reports count them"),
    "portal.SecureMessage": _(
        "Times and states of private messages and visits, until their conversation's period is over"
    ),
    "portal.SecureReply": _("Times of private answers, until their conversation's period is over"),
    "portal.PaymentRequest": _("Amounts, states and times of payments: they are in the books"),
    "portal.PaymentSession": _("Payment pages: the provider's ids, amounts and times"),
    "texting.WebhookAttempt": _("When your systems were called, and with which result, until the log's days are over"),
    "retention.DataExport": _("That a file was made, for whom, its size and checksum"),
    "tenancy.AuditEvent": _("Who did what to what, and when: the chain of the log"),
}
_ALWAYS = ("texting.CarrierCopy", "texting.Decision")
_OF_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.CONTACTS: ("texting.Contact", "texting.Conversation", *_ALWAYS),
    Kind.CONVERSATIONS: ("texting.Conversation", *_ALWAYS),
    Kind.BODIES: ("texting.Message", "texting.Attachment", "texting.Conversation", *_ALWAYS),
    Kind.ATTACHMENTS: ("texting.Attachment",),
    Kind.FINDINGS: ("compliance.Finding",),
    Kind.SECURE_REPLIES: ("portal.SecureReply", "portal.SecureMessage"),
    Kind.PAYMENTS: ("portal.PaymentRequest", "portal.PaymentSession"),
    Kind.WEBHOOKS: ("texting.WebhookAttempt",),
    Kind.EXPORTS: ("retention.DataExport",),
    Kind.AUDIT: ("tenancy.AuditEvent",),
}


def of_kinds(kinds: Iterable[str]) -> list[str]:
    """Models of which rows stay when rows of these kinds have ended, by their labels."""
    return sorted({label for kind in kinds for label in _OF_KIND.get(Kind(kind), ())})


def of_contacts(contacts: Iterable[UUID]) -> dict[str, int]:
    """How many of these rows there are of erased contacts; of the active organization."""
    ids = list(contacts)
    texts: Manager[Any] = apps.get_model("texting.Message")._default_manager
    talks: Manager[Any] = apps.get_model("texting.Conversation")._default_manager
    conditions = {
        "texting.Contact": Q(pk__in=ids),
        "texting.Conversation": Q(contact__in=ids),
        "texting.Message": Q(contact__in=ids),
        "texting.Decision": Q(conversation__contact__in=ids),
        "texting.CarrierCopy": Q(message_id__in=texts.filter(contact__in=ids).order_by().values("pk")),
        "texting.Attachment": Q(contact__in=ids),
        "compliance.Finding": Q(conversation_id__in=talks.filter(contact__in=ids).order_by().values("pk")),
        "portal.SecureMessage": Q(contact__in=ids),
        "portal.SecureReply": Q(contact__in=ids),
        "portal.PaymentRequest": Q(contact__in=ids),
        "portal.PaymentSession": Q(request__contact__in=ids),
    }
    counts = {}
    for label, condition in conditions.items():
        rows: Manager[Any] = apps.get_model(label)._default_manager
        if number := rows.filter(condition).order_by().count():
            counts[label] = number
    return counts
