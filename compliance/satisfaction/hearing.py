"""Scores, as they come in: a text that reads as 1 to 5 and follows the question, with nothing of ours in between.

Only such texts are looked up, so all others cost nothing. A score goes into the conversation that it is about and
leaves it resolved; anything else is an ordinary text.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from compliance.escalations.arriving import is_keyword
from compliance.models import SatisfactionAsk
from compliance.polls.choosing import chosen, is_all, is_own
from texting.inbound_steps import Arrival
from texting.models import Contact, Conversation, Line, Message

LEFT = ("sending", "sent", "delivered", "read", "unconfirmed")  # of the question: nobody answers what never came
WINDOW = timedelta(hours=72)
CLOCKS_DIFFER = timedelta(seconds=5)
WORDS = (
    ("Very poor", "Poor", "Fair", "Good", "Very good"),
    ("Muy mal", "Mal", "Regular", "Bien", "Muy bien"),
    ("Très mal", "Mauvais", "Moyen", "Satisfaisant", "Très bien"),
)
_OF_FIVE = re.compile(
    r"\s*([1-5])\s*(?:(?:/|out\s+of|of|de|sur)\s*5)?\s*(?:stars?|estrellas?|[eé]toiles?)?[\s.!]*", re.I
)
"""A score as people give scores: "4/5", "4 out of 5", "5 stars"."""


def score_of(body: str) -> int | None:
    """From 1 to 5; None for what is no score."""
    if not body or len(body) > 60 or not is_own(body):
        return None
    if of_five := _OF_FIVE.fullmatch(body):
        return int(of_five[1])
    found = ((at, words) for words in WORDS if (at := chosen(body, words)) is not None)
    return next((at + 1 for at, words in found if is_all(body, words, at)), None)


class Scores:
    """`texting.inbound_steps.InboundStep`."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Keep the scores; no statement where no text reads as one."""
        texts = [one for one in arrivals if not (one.is_taken or one.line.sends_codes or one.contact.blocked_at)]
        scored = [(one, score) for one in texts if (score := score_of(one.body)) and not is_keyword(one)]
        asked = _asked([one.contact.pk for one, _ in scored], scored[0][0].line) if scored else {}
        for arrival, score in scored:
            row = asked.get(arrival.contact.pk)
            if row is None or not _follows(row, arrival.sent_at):
                continue
            if row.answered_at is None or arrival.sent_at >= row.answered_at:
                row.score, row.answered_at = score, arrival.sent_at
                row.save(update_fields=["score", "answered_at"])
            arrival.is_taken = arrival.is_settled = True

    def opted_out_at_carrier(self, message: Message) -> None:
        """What they had answered stays."""


def places(line: Line, contacts: Collection[Contact], said: Mapping[UUID, Sequence[str]]) -> dict[UUID, Conversation]:
    """`TEXTING_INBOUND_PLACES`: the resolved conversation, locked, of who writes nothing but a score of it."""
    scoring = {one.pk: one for one in contacts if all(score_of(body) for body in said[one.pk])}
    asked = _asked(scoring, line) if scoring else {}
    wanted = [row.conversation_id for row in asked.values() if _follows(row, timezone.now())]
    rows = Conversation.objects.select_for_update(no_key=True).filter(pk__in=wanted, status="resolved").order_by("id")
    found = {row.contact_id: row for row in rows} if wanted else {}
    for pk, row in found.items():
        row.contact, row.line = scoring[pk], line
    return found


def _follows(row: SatisfactionAsk, at: datetime) -> bool:
    asked_at: datetime | None = row.asked_at
    return asked_at is not None and asked_at <= at + CLOCKS_DIFFER and at < asked_at + WINDOW


def _asked(contacts: Collection[UUID], line: Line) -> dict[UUID, SatisfactionAsk]:
    """The latest question of each, if nothing of ours that somebody wrote has come after it."""
    later = Message.objects.filter(
        contact_id=OuterRef("contact_id"),
        line_id=OuterRef("line_id"),
        direction=Message.Direction.OUT,
        author__isnull=False,
        created_at__gt=OuterRef("asked_at"),
    )
    rows: QuerySet[SatisfactionAsk] = SatisfactionAsk.objects.filter(
        contact__in=list(contacts), line=line, state=SatisfactionAsk.State.ASKED
    )
    left = Message.objects.filter(pk=OuterRef("message_id"), status__in=LEFT)
    return {row.contact_id: row for row in rows.filter(~Exists(later), Exists(left)).order_by("asked_at")}
