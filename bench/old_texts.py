"""A history of texts that a purge ends: `bench.history` with every text under the key of its day.

The keys are real ones of the keyring; what stands behind their ids in a text is noise, since a purge opens no text of
which nothing must stay. All conversations are resolved, so that no guard keeps them.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import psycopg

from accounts.models import Membership
from bench.history import SESSION, fill
from tenancy.encryption import keyring
from tenancy.isolation import activate
from texting.models import Conversation, Line, Message

KEEP = 30  # days
_NOISE = 130  # bytes of a record behind its keys' ids: a text of fifty letters
_STAMP = """
UPDATE texting_message m
SET body = '\\x0102'::bytea || k.key_id || substring(uuid_send(m.contact_id) FROM 1 FOR 8)
        || decode(repeat(md5(m.id::text), %(repeats)s), 'hex'),
    provider_message_id = 'SM' || replace(m.id::text, '-', '')
FROM unnest(%(days)s::date[], %(keys)s::bytea[]) AS k(day, key_id)
WHERE m.organization_id = %(organization)s AND m.created_at >= k.day::timestamp AT TIME ZONE 'UTC'
    AND m.created_at < (k.day + 1)::timestamp AT TIME ZONE 'UTC'
"""


def fill_old_texts(line: Line, owner: Membership, texts: int, superuser_url: str) -> int:
    """So many texts of the past year. Returns how many of them are past their period of 30 days."""
    fill(line, owner, texts, superuser_url)
    organization = line.organization_id
    with activate(organization):
        for conversation in Conversation.objects.filter(status="open").iterator(2000):
            conversation.resolved_at = conversation.opened_at + timedelta(hours=1)
            Conversation.objects.filter(pk=conversation.pk).update(
                status="resolved", resolved_at=conversation.resolved_at, assignee=None
            )
        days = sorted({at.astimezone(UTC).date() for at in Message.objects.values_list("created_at", flat=True)})
    keys = key_ids(organization, days)
    with psycopg.connect(superuser_url, autocommit=True) as session:
        session.execute(SESSION)
        values = {"days": days, "keys": keys, "organization": organization, "repeats": _NOISE // 16 + 1}
        session.execute(_STAMP, values)
        session.execute("VACUUM FULL texting_message")
        session.execute("VACUUM (ANALYZE)")
    with activate(organization):
        return Message.objects.filter(created_at__lt=cutoff()).count()


def cutoff() -> datetime:
    """The end of the last day (of UTC) that is past its period now."""
    last = (datetime.now(UTC) - timedelta(days=KEEP)).date()
    return datetime.combine(last, time.min, UTC)


def key_ids(organization: UUID, days: list[date]) -> list[bytes]:
    """The id of the key of texts of each day."""
    keyring.make_current(organization, [("body", day.isoformat()) for day in days])
    return [keyring.stored_ids(organization, "body", day.isoformat())[-1] for day in days]
