"""Where the rows of each kind of data are, and by which paths a rule about customers reaches them.

The one table that policies, holds, plan and purge share: a condition on contact, number, conversation, team, tag or
date is turned into a condition on a kind's rows here and nowhere else.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import F, Func, IntegerField, Max, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.db.models.lookups import GreaterThan

from compliance.detectors.findings import LAST_FOUR_MARK
from retention.kinds import Kind
from tenancy.encryption.fields import ENDED

EXPORT = "retention.DataExport"
REFUSED = "texting.QuarantinedRequest"
LAST_SEEN = "last_seen"
"""The alias that a period of contacts is counted from."""


@dataclass(frozen=True)
class Subject:
    """Rows of one kind. Paths are of the ORM; None: the kind has no such thing.

    `since`: the column (of contacts: the alias of `rows`) that its period is counted from. `day_key`: the kind of the
    keys of days that seal its words; None when something else ends it. `speaks`: which rows still have what is to end.
    """

    model: str
    since: str
    day_key: str | None
    conversation: str | None
    contact: str | None
    team: str | None
    speaks: Q = field(default=Q(), compare=False)

    @property
    def rows(self) -> "models.QuerySet[Any]":
        """All rows of the active organization of which something is to end, with `since` also where it is no column."""
        manager: models.Manager[Any] = apps.get_model(self.model)._default_manager
        rows = manager.filter(self.speaks)
        return rows.alias(last_seen=_last_seen()) if self.since == LAST_SEEN else rows

    @property
    def is_by_time(self) -> bool:
        """Whether an index finds the rows of a time, so that many spans can be counted one by one."""
        indexes = apps.get_model(self.model)._meta.indexes
        return any(index.fields[:2] == ["organization", self.since] for index in indexes)

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


def _sealed(column: str) -> Q:
    """Rows with a record in this column, and not what stands there when it has ended."""
    return Q(GreaterThan(Func(F(column), function="octet_length", output_field=IntegerField()), Value(len(ENDED))))


_NOT_ENDED = Q(ended_at=None)  # as `texting.models.ending` says it
OF_THE_VALUE = Q(masked__contains=LAST_FOUR_MARK) | Q(digest__isnull=False)
"""Findings that say something of the value that was found."""
_SPEAKING = OF_THE_VALUE | Q(because__isnull=False)

SUBJECTS: dict[Kind, tuple[Subject, ...]] = {
    Kind.CONTACTS: (Subject("texting.Contact", LAST_SEEN, None, None, "pk", None, speaks=~Q(number_masked="")),),
    Kind.CONVERSATIONS: (
        Subject(  # of one whose texts are gone a purge has left a frame
            "texting.Conversation",
            "resolved_at",
            None,
            "pk",
            "contact_id",
            "line__team_id",
            speaks=Q(texts_gone_at=None),
        ),
    ),
    Kind.BODIES: (
        Subject("texting.Message", "created_at", "body", "conversation_id", "contact_id", "line__team_id", _NOT_ENDED),
        Subject(
            "texting.Note",
            "created_at",
            "body",
            "conversation_id",
            "contact_id",
            "conversation__line__team_id",
            _NOT_ENDED,
        ),
    ),
    Kind.ATTACHMENTS: (
        Subject(
            "texting.Attachment",
            "created_at",
            "file",
            "conversation_id",
            "contact_id",
            "conversation__line__team_id",
            _NOT_ENDED,
        ),
    ),
    Kind.FINDINGS: (Subject("compliance.Finding", "found_at", "finding", "conversation_id", None, None, _SPEAKING),),
    Kind.SECURE_REPLIES: (
        Subject(
            "portal.SecureReply",
            "created_at",
            "secure_reply",
            "secure__conversation_id",
            "contact_id",
            "secure__conversation__line__team_id",
            _sealed("body"),
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
            _sealed("description"),
        ),
    ),
    Kind.WEBHOOKS: (
        Subject("texting.WebhookAttempt", "started_at", "webhook", None, None, None, _sealed("answer")),
        Subject(REFUSED, "received_at", "webhook", None, None, None, Q(request__isnull=False)),
    ),
    Kind.EXPORTS: (Subject(EXPORT, "ready_at", None, None, None, None, Q(state="ready")),),  # of people: `holds`
    Kind.AUDIT: (Subject("tenancy.AuditEvent", "at", "audit", None, None, None, Q(details__isnull=False)),),
}
