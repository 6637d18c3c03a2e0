"""Conversations whose period is over: the rows of their texts go, with everything that says when who texted whom.

By then their words, files and private answers have ended by their own periods and the carriers have deleted their
copies (`retention.guards` keeps a conversation until they have). What reports count of a text is kept as facts in the
transaction that deletes it (`compliance.report_facts`). The conversation itself stays as a frame without its customer's
name: line, times, and the ids by which findings, checks, reviews and escalations are counted (decision 366).

Newest texts first, as reports order them (an id may be older than its text: it is there when the text is planned), a
batch in a transaction. A run that died goes on with what is still there.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from compliance.report_facts import keeping
from compliance.work import keeping as work
from portal.models import PaymentRequest, SecureMessage, SecureReply, SecureVisit
from retention.due import lanes
from retention.keeping import doomed
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import PurgeStep
from retention.purging import lease
from retention.purging.by_rows import count
from retention.purging.pacing import MOST, Pace
from tenancy.arrays import among
from tenancy.crash_points import crash_here
from tenancy.isolation import activate
from texting.models import (
    Attachment,
    Conversation,
    Draft,
    FetchedText,
    Message,
    Note,
    Notification,
    Redaction,
    ScheduledText,
    SendAttempt,
    StatusEvent,
    TextSeries,
    Turn,
)

BATCH = MOST
"""At most so many texts in one transaction; `pacing` says how many."""
TAKEN = 100
"""So many conversations are looked at together."""
CONVERSATIONS = Conversation._meta.label

_OF_TEXTS = (StatusEvent, SendAttempt, FetchedText, Redaction, Attachment)
"""Rows that are about one text, by their column `message`."""
_OF_CONVERSATIONS = (Notification, Attachment, Note, Draft, ScheduledText, TextSeries)
"""Rows that are about a conversation, children first."""


def end_conversations(organization: UUID, step: PurgeStep, at: datetime) -> None:
    """End the conversations that are due; counts into `step.ended`."""
    pace, more = Pace(), True
    while more:
        pace.begin()
        with activate(organization):
            deleting_lock()
            lease.keep(step.purge)
            due = _next(at)
            if due:
                count(step.pk, _end(due, at, min(pace.size, BATCH)))
                crash_here("before_texts_deleted")
        more = bool(due)
        pace.rest()


def _next(at: datetime) -> list[UUID]:
    """Some that are due; nobody goes on with one of them until the transaction is over."""
    for lane in lanes(Kind.CONVERSATIONS):
        due = doomed(lane, at).select_for_update(of=("self",), no_key=True)
        rows = due.order_by("resolved_at", "pk").values_list("pk", flat=True)
        if found := list(rows[:TAKEN]):
            return found
    return []


def _end(due: Sequence[UUID], at: datetime, size: int) -> Counter[str]:
    """A batch of their texts, or, when few are left, these and all else."""
    texts = Message.objects.filter(conversation_id__in=among(due)).order_by("-created_at", "-pk")
    batch = list(texts.values_list("pk", flat=True)[:size])
    done: Counter[str] = Counter()
    done += _end_turns(due)
    done += _end_private(due, batch)
    done += _end_texts(batch)
    if len(batch) == size:
        return done
    for model in _OF_CONVERSATIONS:
        done[model._meta.label] += _delete(model._default_manager.filter(conversation_id__in=among(due)))
    ended = Conversation.objects.filter(pk__in=among(due))
    done[CONVERSATIONS] += ended.update(texts_gone_at=at, unread=0)
    return done


def _end_turns(due: Collection[UUID]) -> Counter[str]:
    """With the first batch: whether somebody was answered until it was resolved is told by all of their texts."""
    work.keep_of_turns(due)
    return Counter({Turn._meta.label: _delete(Turn.objects.filter(conversation_id__in=among(due)))})


def _end_texts(texts: Collection[UUID]) -> Counter[str]:
    done: Counter[str] = Counter()
    keeping.keep_of_texts(texts)
    work.keep_of_texts(texts)
    for model in _OF_TEXTS:
        done[model._meta.label] += _delete(model._default_manager.filter(message_id__in=among(texts)))
    Message.objects.filter(again_of_id__in=among(texts)).update(again_of=None)
    PaymentRequest.objects.filter(text_id__in=among(texts)).update(text=None)
    PaymentRequest.objects.filter(receipt_id__in=among(texts)).update(receipt=None)
    done[Message._meta.label] += _delete(Message.objects.filter(pk__in=among(texts)))
    return done


def _end_private(due: Sequence[UUID], texts: Collection[UUID]) -> Counter[str]:
    """Private messages of these conversations and answers to them: both have ended, and each stands for a text."""
    secure = SecureMessage.objects.filter(conversation_id__in=among(due)).order_by()
    ids = list(secure.values_list("pk", flat=True))
    done: Counter[str] = Counter()
    for rows in (
        SecureReply.objects.filter(message_id__in=among(texts)),
        SecureReply.objects.filter(secure_id__in=among(ids)),
        SecureVisit.objects.filter(secure_id__in=among(ids)),
        SecureMessage.objects.filter(pk__in=among(ids)),
    ):
        done[rows.model._meta.label] += _delete(rows)
    return done


def _delete(rows: "QuerySet[Any]") -> int:
    """Without looking for what refers to them: the database refuses to leave something behind."""
    return int(rows._raw_delete("default"))
