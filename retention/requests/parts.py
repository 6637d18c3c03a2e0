"""Everything that is held of a number, part by part: the one list that the page, the copy and the erasure read.

tests/retention/requests/test_parts.py reads all models and fails for one that belongs to a contact or a number and is
neither here nor in ELSEWHERE.

A part's fields are what a copy tells of its rows. Nothing of other people is among them: no authors, no reviewers, no
colleagues who looked; of their notes and reviews the words about the person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from retention.spans import Words
from texting.models import Contact, Conversation
from texting.persons import with_others

GOES = _("Erased")
STAYS_AS_PROOF = _("Stays, without the number: proof of permission")
STAYS_AS_RECORD = _("Stays, without words")


@dataclass(frozen=True)
class Who:
    """A number (its blind index) and the contacts of whoever has it: none, one, or all numbers of a person.

    `others`: indexes of their further numbers that no contact has any more, since they were erased.
    """

    index: bytes
    contacts: tuple[UUID, ...]
    others: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, index: bytes | memoryview) -> "Who":
        """As it is now in the active organization."""
        found = Contact.objects.filter(number_index=index).values_list("pk", flat=True)
        return cls(bytes(index), tuple(with_others(found)))

    @property
    def indexes(self) -> list[bytes]:
        """Of all their numbers; of contacts that have ended what stands there instead, which is no number's."""
        found = Contact.objects.filter(pk__in=self.contacts).values_list("number_index", flat=True)
        return sorted({self.index, *self.others, *map(bytes, found)})

    @property
    def conversations(self) -> "QuerySet[Conversation, Any]":
        """Ids of their conversations."""
        return Conversation.objects.filter(contact_id__in=self.contacts).order_by().values("pk")


@dataclass(frozen=True)
class Part:
    """Rows of one model. `fields` are what a copy tells of each; none: it is counted and not handed out.

    `at` orders them, and is never null.
    """

    model: str
    title: Words
    of: Callable[[Who], Q]
    at: str
    fields: tuple[str, ...]
    fate: Words = GOES

    def rows(self, who: Who) -> "QuerySet[Any]":
        """Oldest first."""
        manager: models.Manager[Any] = apps.get_model(self.model)._default_manager
        return manager.filter(self.of(who)).order_by(self.at, "pk")


def _contact(who: Who) -> Q:
    return Q(contact_id__in=who.contacts)


def _number(who: Who) -> Q:
    return Q(number_index__in=who.indexes)


def _events(who: Who) -> Q:
    ids = [str(one) for one in (*who.contacts, *who.conversations.values_list("pk", flat=True))]
    return Q(object_id__in=ids)


PARTS = (
    Part(
        "texting.Contact",
        _("Contact"),
        lambda who: Q(pk__in=who.contacts),
        "created_at",
        (
            "created_at",
            "name",
            "number",
            "time_zone",
            "state",
            "zip_code",
            "region",
            "number_kind",
            "first_texted_at",
            "blocked_at",
            "blocked_for",
        ),
    ),
    Part("compliance.ContactAddress", _("E-mail address"), _contact, "typed_at", ("typed_at", "address")),
    Part("texting.FieldValue", _("Fields"), _contact, "changed_at", ("changed_at", "field.name", "value")),
    Part("texting.ContactTag", _("Tags"), _contact, "created_at", ("created_at", "tag.name")),
    Part(
        "texting.Conversation",
        _("Conversations"),
        _contact,
        "opened_at",
        ("opened_at", "resolved_at", "status", "line.name"),
        STAYS_AS_RECORD,
    ),
    Part(
        "texting.Message",
        _("Texts"),
        _contact,
        "created_at",
        ("created_at", "direction", "status", "line.name", "body"),
        STAYS_AS_RECORD,
    ),
    Part("texting.Note", _("Notes"), _contact, "created_at", ("created_at", "body"), STAYS_AS_RECORD),
    Part("texting.Draft", _("Drafts of colleagues"), _contact, "updated_at", ()),
    Part(
        "texting.Attachment",
        _("Pictures and files"),
        _contact,
        "created_at",
        ("created_at", "id", "name", "alt", "content_type", "size"),
        STAYS_AS_RECORD,
    ),
    Part(
        "compliance.Finding",
        _("Findings"),
        lambda who: Q(conversation_id__in=who.conversations),
        "found_at",
        ("found_at", "direction", "type", "confidence", "masked", "verdict"),
        STAYS_AS_RECORD,
    ),
    Part(
        "compliance.ConsentEvent",
        _("Entries of permission"),
        _number,
        "recorded_at",
        (
            *("recorded_at", "happened_at", "action", "kind", "source", "channel", "scopes", "language"),
            *("disclosure.text", "words", "circumstances"),
        ),
        STAYS_AS_PROOF,
    ),
    Part("compliance.Suppression", _("Opt-outs"), _number, "since", ("since", "team.name"), STAYS_AS_PROOF),
    Part(
        "compliance.OptIn",
        _("Opt-ins"),
        lambda who: _number(who) | _contact(who),
        "began_at",
        ("began_at", "program.name", "source", "state", "ended_at"),
        STAYS_AS_PROOF,
    ),
    Part(
        "compliance.OptOutQuestion",
        _("Questions of perhaps stop"),
        lambda who: _number(who) | _contact(who),
        "asked_at",
        ("asked_at", "kind", "state", "decided_at"),
        STAYS_AS_PROOF,
    ),
    Part(
        "compliance.PermissionRequestRow",
        _("Requests for permission"),
        _contact,
        "due_at",
        ("due_at", "state", "asked_at"),
        STAYS_AS_RECORD,
    ),
    Part(
        "compliance.ConsentImportRow",
        _("Rows of imported lists"),
        _number,
        "number",
        ("outcome", "cells"),
    ),
    Part("texting.CarrierOptOut", _("Opt-outs at the carrier"), _number, "pk", (), STAYS_AS_PROOF),
    Part(
        "texting.OptOutMismatch",
        _("Differences from the carrier's opt-outs"),
        _contact,
        "found_at",
        ("found_at", "carrier", "ours"),
        STAYS_AS_PROOF,
    ),
    Part(
        "portal.SecureMessage",
        _("Private messages"),
        _contact,
        "created_at",
        ("created_at", "state", "expires_at", "first_opened_at", "ended_at"),
        STAYS_AS_RECORD,
    ),
    Part("portal.SecureReply", _("Private answers"), _contact, "created_at", ("created_at", "body"), STAYS_AS_RECORD),
    Part(
        "portal.PaymentRequest",
        _("Payment requests"),
        _contact,
        "created_at",
        (
            *("created_at", "description", "amount_minor", "currency", "state"),
            *("paid_at", "paid_minor", "refunded_minor"),
        ),
        STAYS_AS_RECORD,
    ),
    Part("portal.PaymentSession", _("Payment pages"), _contact, "made_at", (), STAYS_AS_RECORD),
    Part(
        "compliance.Escalation",
        _("Escalations"),
        _contact,
        "opened_at",
        ("opened_at", "trigger", "state", "outcome", "closed_at"),
        STAYS_AS_RECORD,
    ),
    Part(
        "compliance.EscalationEvent",
        _("Entries of escalations"),
        _contact,
        "at",
        ("at", "kind", "words"),
        STAYS_AS_RECORD,
    ),
    Part(
        "compliance.Letter",
        _("E-mails"),
        _contact,
        "at",
        ("at", "direction", "address", "subject", "body"),
        STAYS_AS_RECORD,
    ),
    Part("compliance.Call", _("Calls"), _contact, "placed_at", ("placed_at", "state", "seconds"), STAYS_AS_RECORD),
    Part(
        "compliance.CallTask",
        _("Planned calls"),
        _contact,
        "due_at",
        ("due_at", "state", "words"),
        STAYS_AS_RECORD,
    ),
    Part(
        "compliance.HeldText",
        _("Texts that waited for a colleague"),
        _contact,
        "asked_at",
        ("asked_at", "state", "body"),
        STAYS_AS_RECORD,
    ),
    Part(
        "texting.ScheduledText",
        _("Texts that were to leave later"),
        _contact,
        "send_at",
        ("send_at", "state", "body"),
        STAYS_AS_RECORD,
    ),
    Part(
        "texting.TextSeries",
        _("Texts that repeat"),
        _contact,
        "made_at",
        ("made_at", "state", "body"),
        STAYS_AS_RECORD,
    ),
    Part(
        "texting.AnnouncementRecipient",
        _("Announcements"),
        _contact,
        "pk",
        ("moved_at", "state", "reason"),
        STAYS_AS_RECORD,
    ),
    Part(
        "compliance.SatisfactionAsk",
        _("Questions about satisfaction"),
        _contact,
        "due_at",
        ("asked_at", "score", "answered_at"),
        STAYS_AS_RECORD,
    ),
    Part(
        "compliance.PollAnswer",
        _("Answers to polls"),
        _contact,
        "at",
        ("at", "choice", "changes"),
        STAYS_AS_RECORD,
    ),
    Part("compliance.AutomationRun", _("Automations"), _contact, "at", ("at", "result"), STAYS_AS_RECORD),
    Part(
        "compliance.DrawnConversation",
        _("Drawn for review"),
        _contact,
        "drawn_at",
        ("drawn_at", "state"),
        STAYS_AS_RECORD,
    ),
    Part("compliance.Review", _("Reviews"), _contact, "begun_at", ("begun_at", "done_at"), STAYS_AS_RECORD),
    Part("compliance.ReviewAnswer", _("Answers of reviews"), _contact, "at", (), STAYS_AS_RECORD),
    Part("compliance.ReviewDispute", _("Disputes of reviews"), _contact, "raised_at", (), STAYS_AS_RECORD),
    Part("texting.Redaction", _("Words removed by hand"), _contact, "at", ("at", "reason"), STAYS_AS_RECORD),
    Part(
        "texting.ContactMerge",
        _("Merged numbers"),
        lambda who: Q(survivor_id__in=who.contacts) | Q(merged_id__in=who.contacts),
        "made_at",
        ("made_at", "ended_at"),
        STAYS_AS_RECORD,
    ),
    Part("texting.Reveal", _("Looks at the number"), _contact, "created_at", ("created_at", "reason"), STAYS_AS_RECORD),
    Part(
        "texting.Turn",
        _("Hand-overs of conversations"),
        _contact,
        "created_at",
        (),
        STAYS_AS_RECORD,
    ),
    Part("tenancy.AuditEvent", _("Entries of the audit log"), _events, "sequence", ("at", "event"), STAYS_AS_RECORD),
    Part(
        "retention.SubjectRequest",
        _("Requests about their data"),
        _number,
        "opened_at",
        ("received_on", "kind", "law", "state", "closed_at"),
        STAYS_AS_RECORD,
    ),
    Part("retention.HoldScope", _("Legal holds"), lambda who: _number(who) | _contact(who), "pk", (), STAYS_AS_RECORD),
)

ELSEWHERE = {
    "texting.OutboxEntry": "a text that waits to be sent: it is among the texts, and keeps an erasure waiting",
    "texting.AttachmentChunk": "the bytes of files, which a copy holds as files",
    "texting.ContactWord": "marks by which a name is found: of no use to anybody else, and gone with the name",
    "compliance.AutomationTrigger": "what set automations off: ids, told by what they did, gone with its days",
    "texting.DifferentPeople": "ids: a colleague's word that two contacts are not one person",
    "retention.HeldContact": "which holds cover a contact: counted by their holds",
}
"""Models that belong to a contact or a number and are no part, and why."""


@dataclass(frozen=True)
class Found:
    """How many rows of a part there are."""

    part: Part
    number: int


def find(who: Who) -> list[Found]:
    """What is held now, parts without rows left out. One statement for each part."""
    counted = [Found(part, part.rows(who).order_by().count()) for part in PARTS]
    return [one for one in counted if one.number]
