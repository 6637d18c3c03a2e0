"""What is read of a conversation and its texts, before any of it is a fact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from compliance.review_checks.facts import Facts
from compliance.review_checks.judging import NEVER_LEFT
from tenancy.encryption import EncryptedTextField
from tenancy.isolation import current_organization_id
from texting.models import Conversation, Message

_BODY = cast("EncryptedTextField[str, str]", Message._meta.get_field("body"))
COLUMNS = (
    *("id", "conversation_id", "direction", "purpose", "status", "created_at", "sent_at", "held_until", "author_id"),
)


@dataclass(frozen=True)
class TextRow:
    """One text, in or out, without its words. The fields are `COLUMNS`."""

    id: UUID
    conversation_id: UUID
    direction: str
    purpose: str
    status: str
    created_at: datetime
    sent_at: datetime | None
    held_until: datetime | None
    author_id: UUID | None

    @property
    def inbound(self) -> bool:
        return self.direction == Message.Direction.IN

    @property
    def went(self) -> bool:
        """Whether it is one of ours that was not stopped on its way."""
        return not self.inbound and self.status not in NEVER_LEFT


@dataclass
class Gathered:
    """One conversation with its texts, the oldest first."""

    conversation: Conversation
    number_index: bytes
    texts: list[TextRow] = field(default_factory=list)
    facts: Facts = field(init=False, repr=False, compare=False)  # `gathering.gather` hands out none without

    @property
    def id(self) -> UUID:
        return self.conversation.pk

    @property
    def ended_at(self) -> datetime | None:
        """None while it is open."""
        return self.conversation.resolved_at

    @property
    def ours(self) -> list[TextRow]:
        """What left, or may still."""
        return [text for text in self.texts if text.went]

    @property
    def agent_id(self) -> UUID | None:
        """Who had it at the end, else who of the members wrote last."""
        wrote = [text.author_id for text in self.texts if text.author_id is not None]
        return self.conversation.assignee_id or (wrote[-1] if wrote else None)


def read_texts(found: Iterable[Gathered]) -> None:
    """Fill in the texts of each, in one statement."""
    by_id = {one.id: one for one in found}
    rows = Message.objects.filter(conversation_id__in=list(by_id)).order_by("conversation_id", "created_at", "id")
    for row in rows.values_list(*COLUMNS):
        text = TextRow(*row)
        by_id[text.conversation_id].texts.append(text)


def words_of(ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """The words of texts; None where they have ended or their key is destroyed. They are compared and shown to nobody,
    so keys that this process holds will do.
    """
    if not ids:
        return {}
    rows = dict(Message.objects.filter(pk__in=ids).order_by().values_list("pk", "body"))
    stored = {pk: cast(bytes, body) for pk, body in rows.items() if body is not None}
    said = _BODY.read_all(current_organization_id(), stored)
    return {pk: cast("str | None", said.get(pk)) for pk in rows}
