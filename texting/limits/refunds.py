"""What the day gets back: a text that never left costs nothing, and the provider's own count of segments wins.

A text that the provider accepted was paid for, delivered or not.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from tenancy.isolation import current_organization_id
from texting.limits.standing import forget
from texting.models import Message

_REFUND = """
WITH refunded AS (
    UPDATE texting_message m SET counted_from = NULL
    FROM texting_message old
    WHERE m.organization_id = %(organization)s AND m.id = ANY(%(ids)s) AND old.id = m.id
        AND m.counted_from IS NOT NULL
    RETURNING old.counted_from, m.segments, m.price_micros
), days AS (
    SELECT counted_from, count(*) AS texts, sum(segments) AS segments, sum(price_micros) AS micros
    FROM refunded GROUP BY counted_from
)
UPDATE texting_sendingcount c
SET texts = greatest(0, c.texts - days.texts), segments = greatest(0, c.segments - days.segments),
    micros = greatest(0, c.micros - days.micros)
FROM days
WHERE c.organization_id = %(organization)s AND c.kind = 'day' AND c.key = ''::bytea AND c.begins_at = days.counted_from
"""


def refund(messages: Iterable[UUID]) -> None:
    """These texts never left: the day's counts get back what they were counted with. Harmless when done twice."""
    ids = list(messages)
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_REFUND, {"organization": current_organization_id(), "ids": ids})
    forget()


_CORRECT = """
UPDATE texting_sendingcount
SET segments = greatest(0, segments + %(segments)s), micros = greatest(0, micros + %(micros)s)
WHERE organization_id = %(organization)s AND kind = 'day' AND key = ''::bytea AND begins_at = %(day)s
"""


def correct(message: Message, segments: int) -> None:
    """The provider counts other segments than we did: the day follows it, and so does the text."""
    if message.counted_from is not None and segments != message.segments and message.segments:
        price = message.price_micros * segments // message.segments
        with connection.cursor() as cursor:
            values = {"segments": segments - message.segments, "micros": price - message.price_micros}
            organization = current_organization_id()
            cursor.execute(_CORRECT, {**values, "organization": organization, "day": message.counted_from})
        Message.objects.filter(pk=message.pk).update(price_micros=price)
        message.price_micros = price
    message.segments = segments
