"""Ends the words of texts: the one place where they are taken out of every row that holds them.

A text's words are in more places than its own row: its files, how the list begins a conversation, answers that the API
keeps for repeated requests, what endpoints of webhooks sent back, what higher parts quote
(`settings.TEXTING_WORDS_ENDED`), the carrier's own copy. Each is one statement for any number of texts. What happened,
when, with whom and under which decision stays, so that reports count the same afterwards.

Rows are emptied, not sealed anew: what a backup holds can be opened until the day's key goes
(`docs/decisions/0280-words-end-in-one-place.md`).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.api.repeating import forget_answers
from tenancy.arrays import uuids
from tenancy.encryption import readable
from tenancy.isolation import current_organization_id
from texting import carrier_copies, live
from texting.live import LiveKind
from texting.models import (
    Attachment,
    AttachmentChunk,
    AttachmentDue,
    Conversation,
    EndedAs,
    MediaLink,
    Message,
    Note,
    WebhookAttempt,
)
from texting.models.conversation import PREVIEW_LENGTH
from texting.private_texts import words_instead
from texting.searching.keeping import forget

Step = Callable[[Collection[UUID], EndedAs], None]

TOLD_ONE_BY_ONE = 50
"""More texts than these are not told to browsers one by one: a purge runs at night and pages fetch what they show."""

_DELETES = frozenset({EndedAs.DELETED, EndedAs.RETENTION, EndedAs.ERASED})

# Rows of the list whose latest words may be of these texts: two texts of the same minute may stand in either order.
_PREVIEWS = """
    UPDATE texting_conversation c SET preview = NULL
    FROM (
        SELECT conversation_id AS id, max(created_at) AS at FROM texting_message
        WHERE organization_id = %(organization)s AND id = ANY(%(texts)s::uuid[]) GROUP BY conversation_id
    ) ended
    WHERE c.organization_id = %(organization)s AND c.id = ended.id
        AND c.last_activity_at <= ended.at + interval '1 minute'
    RETURNING c.id
"""


@dataclass(frozen=True)
class Ended:
    """How many there were: texts whose words ended now, their files, copies that carriers are asked about."""

    texts: int = 0
    files: int = 0
    copies: int = 0


@cache
def _steps() -> tuple[Step, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_WORDS_ENDED)


def end_words(message_ids: Iterable[UUID], *, ended_as: EndedAs, at: datetime | None = None) -> Ended:
    """End the words of these texts of the active organization, in the running transaction. Twice is once.

    `at` is aware; now without it. Asks nobody for permission and looks at no guard: callers do (`texting.guards`).
    """
    at = at or timezone.now()
    rows = Message.objects.filter(pk__in=list(message_ids), ended_at=None).order_by("pk")
    found = list(rows.select_for_update(no_key=True).values_list("pk", "conversation_id", "line_id", "created_at"))
    if not found:
        return Ended()
    ids = [pk for pk, *_ in found]
    Message.objects.filter(pk__in=ids).update(body=None, ended_at=at, ended_as=ended_as)
    files = end_files(Attachment.objects.filter(message_id__in=ids), ended_as=ended_as, at=at)
    _end_previews(ids)
    since = min(created_at for *_, created_at in found)
    forget_answers({str(pk) for row in found for pk in row[:2]}, since=since)
    _forget_what_came_back(ids, since)
    for step in _steps():
        step(ids, ended_as)
    deletes = ended_as in _DELETES
    copies = carrier_copies.forget_all(ids, at=at, deletes=deletes, claims=deletes)
    if len(found) <= TOLD_ONE_BY_ONE:
        for pk, conversation, line, _ in found:
            live.publish(kind=LiveKind.STATUS, conversation=conversation, message=pk, line=line)
            live.publish(kind=LiveKind.CONVERSATION, conversation=conversation, line=line)
    return Ended(len(ids), files, copies)


def end_notes(note_ids: Iterable[UUID], *, ended_as: EndedAs, at: datetime | None = None) -> int:
    """End the words of these notes of the active organization; how many had any."""
    ids = list(note_ids)
    rows = Note.objects.filter(pk__in=ids, ended_at=None)
    forget(ids)
    forget_answers([str(pk) for pk in ids])
    return rows.update(body=None, ended_at=at or timezone.now(), ended_as=ended_as)


def end_files(rows: "models.QuerySet[Attachment]", *, ended_as: EndedAs, at: datetime | None = None) -> int:
    """End these pictures and files: bytes, small pictures, names, descriptions. How many had not ended yet."""
    ids = list(rows.filter(ended_at=None).values_list("pk", flat=True))
    AttachmentChunk.objects.filter(attachment_id__in=ids).delete()
    AttachmentDue.objects.filter(attachment_id__in=ids).delete()
    MediaLink.objects.filter(organization_id=current_organization_id(), attachment_id__in=ids).delete()
    return Attachment.objects.filter(pk__in=ids).update(
        **dict.fromkeys(("name", "alt", "source", "digest")),
        state=Attachment.State.GONE,
        reason="",
        has_thumbnail=False,
        ended_at=at or timezone.now(),
        ended_as=ended_as,
    )


def _end_previews(ids: Collection[UUID]) -> None:
    """Empty them where they may be of these texts; where another text is the latest, it is shown again."""
    with connection.cursor() as cursor:
        cursor.execute(_PREVIEWS, {"organization": current_organization_id(), "texts": uuids(ids)})
        emptied = [pk for (pk,) in cursor.fetchall()]
    latest = Message.objects.filter(conversation_id__in=emptied).order_by("conversation_id", "-created_at", "-id")
    for message in latest.distinct("conversation_id").select_related("conversation"):
        if words := readable(message, "body"):  # not of one that is hidden: how it begins would be shown
            conversation = message.conversation
            conversation.preview = (words_instead(message.purpose) or words)[:PREVIEW_LENGTH]
            conversation.save(update_fields=["preview"])
        elif message.ended_as == EndedAs.DELETED:
            rows = Conversation.objects.filter(pk=message.conversation_id)
            rows.update(preview_is_ours=False, preview_media="")


def _forget_what_came_back(ids: Collection[UUID], since: datetime) -> None:
    """What endpoints answered to a call that held the words, for as long as the log of webhooks is kept."""
    since = max(since, timezone.now() - timedelta(days=settings.WEBHOOK_LOG_DAYS))
    calls = WebhookAttempt.objects.filter(
        delivery__event__occurred_at__gte=since, delivery__event__data__message_id__in=[str(pk) for pk in ids]
    )
    calls.update(answer=None)
