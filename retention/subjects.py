"""Where the rows of each kind of data are, and by which paths a rule about customers reaches them.

The one table that policies, holds, plan and purge share: a condition on contact, number, conversation, team, tag or
date is turned into a condition on a kind's rows here and nowhere else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest

from retention.kinds import Kind


@dataclass(frozen=True)
class Subject:
    """Rows of one kind. Paths are of the ORM; None: the kind has no such thing.

    `since`: the column (of contacts: the alias of `rows`) that its period is counted from. `day_key`: the kind of the
    keys of days that seal its words; None when something else ends it.
    """

    model: str
    since: str
    day_key: str | None
    conversation: str | None
    contact: str | None
    team: str | None

    @property
    def rows(self) -> "models.QuerySet[Any]":
        """All rows of the active organization, with `since` also where it is no column."""
        manager: models.Manager[Any] = apps.get_model(self.model)._default_manager
        if self.since == "resolved_at":
            return manager.filter(texts_gone_at=None)  # of others a purge has left a frame
        if self.since != "last_seen":
            return manager.all()
        return manager.alias(last_seen=_last_seen()).exclude(number_masked="")  # which says that one has ended

    def of(self, path: str | None, lookup: str, value: Any) -> Q:
        """A condition by one of the paths; nothing matches where the kind has no such thing."""
        return Q(**{f"{path}{lookup}": value}) if path else Q(pk__in=[])

    def tagged(self, tag: UUID, before: datetime | None = None) -> Q:
        """Rows of customers who have a tag; `before`: since a time before this one."""
        having: models.Manager[Any] = apps.get_model("texting.ContactTag")._default_manager
        rows = having.filter(tag_id=tag, **({"created_at__lt": before} if before else {})).order_by()
        if self.contact:
            return self.of(self.contact, "__in", rows.values("contact_id"))
        theirs: models.Manager[Any] = apps.get_model("texting.Conversation")._default_manager
        within = theirs.filter(contact_id__in=rows.values("contact_id")).order_by()
        return self.of(self.conversation, "__in", within.values("pk"))

    @property
    def has_customer(self) -> bool:
        """Whether its rows are about customers, whom tags are put on."""
        return bool(self.contact or self.conversation)


def _last_seen() -> Combinable:
    """When anything last happened with a customer."""
    theirs = apps.get_model("texting.Conversation")._default_manager.filter(contact_id=OuterRef("pk")).order_by()
    newest = theirs.values("contact_id").annotate(at=Max("last_activity_at")).values("at")
    return Greatest(F("created_at"), Subquery(newest))  # of which PostgreSQL leaves out a NULL


SUBJECTS: dict[Kind, tuple[Subject, ...]] = {
    Kind.CONTACTS: (Subject("texting.Contact", "last_seen", None, None, "pk", None),),
    Kind.CONVERSATIONS: (Subject("texting.Conversation", "resolved_at", None, "pk", "contact_id", "line__team_id"),),
    Kind.BODIES: (
        Subject("texting.Message", "created_at", "body", "conversation_id", "contact_id", "line__team_id"),
        Subject("texting.Note", "created_at", "body", "conversation_id", "contact_id", "conversation__line__team_id"),
    ),
    Kind.ATTACHMENTS: (
        Subject(
            "texting.Attachment", "created_at", "file", "conversation_id", "contact_id", "conversation__line__team_id"
        ),
    ),
    Kind.FINDINGS: (Subject("compliance.Finding", "found_at", "finding", "conversation_id", None, None),),
    Kind.SECURE_REPLIES: (
        Subject(
            "portal.SecureReply",
            "created_at",
            "secure_reply",
            "secure__conversation_id",
            "contact_id",
            "secure__conversation__line__team_id",
        ),
    ),
    Kind.PAYMENTS: (
        Subject(
            "portal.PaymentRequest",
            "created_at",
            "payment",
            "conversation_id",
            "contact_id",
            "conversation__line__team_id",
        ),
    ),
    Kind.WEBHOOKS: (Subject("texting.WebhookAttempt", "started_at", "webhook", None, None, None),),
    Kind.EXPORTS: (),
    Kind.AUDIT: (Subject("tenancy.AuditEvent", "at", "audit", None, None, None),),
}
