"""Replies to polls, counted as they come in and before they are stored.

A reply counts while the poll is open, from whoever got its question last of all on this line, unless a colleague has
written to them since: then it is an answer to the colleague. A clear answer is settled, nobody has to read it; anything
else is an ordinary text for a person. What stops, starts or asks for help was heard before and is nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from compliance.escalations.arriving import is_keyword
from compliance.models import PollAnswer
from compliance.polls.choosing import chosen, is_all, is_own
from compliance.polls.thanking import settle_if_alone, thank
from tenancy.arrays import uuids
from tenancy.isolation import current_organization_id
from texting.inbound_steps import Arrival
from texting.models import Message

CLOCKS_DIFFER = timedelta(seconds=5)  # a provider's time of a text may be so much before ours
LATEST = timedelta(days=30)  # so long after a poll was closed its question is still the last one they got
_MOST = 32_000  # of a small number in the database

_OPEN = """
SELECT DISTINCT ON (r.contact_id) r.contact_id, p.id, p.answers, p.lettered, min(m.created_at), p.closes_at, p.thanks,
    p.settles
FROM (
    SELECT p.id, p.answers, p.lettered, p.announcement_id, p.reminder_id, p.thanks <> '' AS thanks, p.settles,
        least(p.closed_at, a.started_at + make_interval(days => p.days_open)) AS closes_at
    FROM compliance_poll p
    JOIN texting_announcement a ON a.organization_id = p.organization_id AND a.id = p.announcement_id
    WHERE p.organization_id = %(organization)s AND a.line_id = %(line)s AND a.started_at IS NOT NULL
) p
JOIN texting_announcementrecipient r ON r.organization_id = %(organization)s
    AND r.announcement_id IN (p.announcement_id, p.reminder_id) AND r.contact_id = ANY(%(contacts)s::uuid[])
JOIN texting_message m ON m.organization_id = %(organization)s AND m.id = r.message_id
WHERE p.closes_at > %(first)s AND m.status IN ('sending', 'sent', 'delivered', 'read', 'unconfirmed')
    AND NOT EXISTS (
        SELECT FROM texting_message o WHERE o.organization_id = %(organization)s AND o.contact_id = r.contact_id
            AND o.line_id = %(line)s AND o.created_at > m.created_at AND o.direction = 'out'
            AND o.author_id IS NOT NULL AND o.announcement_id IS NULL AND o.purpose <> 'poll')
GROUP BY r.contact_id, p.id, p.answers, p.lettered, p.closes_at, p.thanks, p.settles
ORDER BY r.contact_id, max(m.created_at) DESC
"""
"""The question that each of these contacts got last, first or as a reminder, also of a poll that was closed lately; and
when they got it first, since a reply to that may be late.
"""


@dataclass(frozen=True)
class _Open:
    """A question that a contact has: when it was asked, until when it may be answered."""

    poll: UUID
    answers: Sequence[str]
    lettered: bool
    asked_at: datetime
    closes_at: datetime
    thanks: bool
    settles: bool


class Polls:
    """`texting.inbound_steps.InboundStep`."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Count the replies; one statement where nobody is asked anything."""
        texts = [one for one in arrivals if not (one.is_taken or one.line.sends_codes or one.contact.blocked_at)]
        found = _open_for(texts) if texts else {}
        heard = [(one, found[one.contact.pk]) for one in texts if one.contact.pk in found]
        heard = [(one, asked) for one, asked in heard if _is_in_time(one, asked) and is_own(one.body)]
        heard = [(one, asked) for one, asked in heard if not is_keyword(one)]
        if not heard:
            return
        rows = PollAnswer.objects.filter(
            poll__in={asked.poll for _, asked in heard}, contact__in={one.contact.pk for one, _ in heard}
        )
        given = {(row.poll_id, row.contact_id): row for row in rows}
        for arrival, asked in heard:
            key = (asked.poll, arrival.contact.pk)
            before = given.get(key)
            is_first = before is None or before.choice is None
            given[key] = _count(arrival, asked, before)
            given[key].save()
            if asked.thanks and is_first and given[key].choice is not None:
                arrival.then.append(partial(thank, arrival, given[key]))
        for arrival, asked in heard:
            if asked.settles and arrival.is_settled:
                alone = [one.message_id for one, _ in heard if one.contact == arrival.contact and one.is_settled]
                row = given[asked.poll, arrival.contact.pk]
                arrival.then.append(partial(settle_if_alone, arrival, row, alone))

    def opted_out_at_carrier(self, message: Message) -> None:
        """What they had answered stays."""


def _open_for(arrivals: Sequence[Arrival]) -> dict[UUID, _Open]:
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "line": arrivals[0].line.pk,
        "contacts": uuids({one.contact.pk for one in arrivals}),
        "first": min(one.sent_at for one in arrivals) - LATEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        rows = cursor.fetchall()
    return {
        contact: _Open(poll, json.loads(answers), lettered, asked_at, closes_at, thanks, settles)
        for contact, poll, answers, lettered, asked_at, closes_at, thanks, settles in rows
    }


def _is_in_time(arrival: Arrival, asked: _Open) -> bool:
    return asked.asked_at <= arrival.sent_at + CLOCKS_DIFFER and arrival.sent_at < asked.closes_at


def _count(arrival: Arrival, asked: _Open, before: PollAnswer | None) -> PollAnswer:
    """The row as it is with this reply; the latest clear one counts, by when it was written."""
    row = before or PollAnswer(
        poll_id=asked.poll, contact=arrival.contact, at=arrival.sent_at, message_id=arrival.message_id
    )
    choice = chosen(arrival.body, asked.answers, lettered=asked.lettered)
    if choice is None:
        row.unclear = min(row.unclear + 1, _MOST)
        return row
    arrival.is_settled = is_all(arrival.body, asked.answers, choice, lettered=asked.lettered)
    if row.choice is not None and arrival.sent_at < row.at:
        return row  # it came late, after another one
    if row.choice not in {None, choice}:
        row.changes = min(row.changes + 1, _MOST)
    row.choice, row.at, row.message_id = choice, arrival.sent_at, arrival.message_id
    return row
