"""An organization with a long history: N texts, a tenth as many conversations, fifty texts to a customer.

Names, numbers and previews are really sealed, since lists open them; the texts themselves are not looked at and hold
noise. PostgreSQL makes the rows itself, as its superuser, because row security allows no bulk copy.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from django.utils import timezone

from accounts.models import Membership
from tenancy.encryption import fetch_current_keys, keyring
from tenancy.encryption.records import KEY_BYTES, KEY_ID_BYTES, wrap
from tenancy.encryption.wrapping import binding_of, unwrapped_organization_key
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models.data_key import DataKey
from texting.models import Contact, Conversation, Line
from texting.phone_numbers import mask

PER_CUSTOMER, PER_CONVERSATION = 50, 10
DAYS = 365
BATCH = 5_000
SESSION = "SET session_replication_role = replica; SET synchronous_commit = off"  # no triggers, no foreign keys
TEXTS = """
INSERT INTO texting_message (id, organization_id, conversation_id, contact_id, line_id, direction, purpose, body,
    status, error_kind, provider_code, provider_message_id, our_number, media_count, media_kind, segments,
    decision_verdict, price_micros, outside_hours, was_permitted, attention, settlement, ended_as, unicode_extra,
    created_at)
SELECT uuidv7(), c.organization_id, c.id, c.contact_id, c.line_id, 'in', '', '\\x00',
    'received', '', '', NULL, '', 0, '', 1, '', 0, '', false, '', '', '', 0, c.opened_at + n * interval '1 minute'
FROM texting_conversation c, generate_series(1, %(each)s) AS n WHERE c.organization_id = %(organization)s
"""


def fill(line: Line, agent: Membership, texts: int, superuser_url: str) -> None:
    """Fill the line's organization. A fifth of the conversations is open; every second of these is the agent's."""
    customers = max(20, texts // PER_CUSTOMER)
    with psycopg.connect(superuser_url) as session:
        session.execute(SESSION)
        for begin in range(0, customers, BATCH):
            _some(line, agent, begin, min(BATCH, customers - begin))
        session.execute(TEXTS, {"each": PER_CONVERSATION, "organization": line.organization_id})
        session.commit()
        session.autocommit = True
        session.execute("CHECKPOINT")  # VACUUM marks no page visible whose commits are not on disk yet
        for table in ("texting_message", "texting_conversation", "texting_contact"):
            session.execute(f"VACUUM (ANALYZE) {table}")


def _some(line: Line, agent: Membership, begin: int, count: int) -> None:
    """So many customers, each with a key, and with five conversations of which the last is open."""
    now = timezone.now()
    with activate(line.organization_id):
        contacts = [_contact(begin + number) for number in range(count)]
        _make_keys(line.organization_id, [contact.pk for contact in contacts])
        fetch_current_keys(contacts)
        Contact.objects.bulk_create(contacts)
        rows = [
            _conversation(line, contact, agent, round_, at)
            for contact in contacts
            for round_, at in enumerate(_moments(now, PER_CUSTOMER // PER_CONVERSATION))
        ]
        fetch_current_keys(rows)
        Conversation.objects.bulk_create(rows, batch_size=2000)


def _contact(number: int) -> Contact:
    e164 = f"+1{2012000000 + number}"
    return Contact(
        id=new_id(),
        name=f"Customer {number}",
        number=e164,
        number_index=secrets.token_bytes(16),
        number_masked=mask(e164),
        region="US",
    )


def _moments(now: datetime, count: int) -> list[datetime]:
    """Random moments of the year, oldest first."""
    seconds = sorted((secrets.randbelow(DAYS * 86_400) for _ in range(count)), reverse=True)
    return [now - timedelta(seconds=ago) for ago in seconds]


def _conversation(line: Line, contact: Contact, agent: Membership | None, round_: int, at: datetime) -> Conversation:
    is_open = round_ == PER_CUSTOMER // PER_CONVERSATION - 1
    return Conversation(
        id=new_id(),
        contact=contact,
        line=line,
        status="open" if is_open else "resolved",
        assignee=agent if is_open and secrets.randbelow(2) else None,
        opened_at=at,
        resolved_at=None if is_open else at + timedelta(hours=1),
        last_activity_at=at,
        last_inbound_at=at,
        unread=0,
        preview="See you at the office tomorrow then, thank you",
    )


def _make_keys(organization: UUID, contacts: list[UUID]) -> None:
    """A data key for each contact, as the keyring makes them one by one."""
    with keyring.keys_of(organization):
        owner = keyring.organization_key(organization)
        wrapping_key = unwrapped_organization_key(owner)
        rows = [
            DataKey(
                organization_id=organization,
                kind="contact",
                scope=str(contact),
                key_id=secrets.token_bytes(KEY_ID_BYTES),
                wrapped_by=owner,
            )
            for contact in contacts
        ]
        for row in rows:
            row.wrapped = wrap(secrets.token_bytes(KEY_BYTES), wrapping_key, binding_of(row))
        DataKey.objects.bulk_create(rows, batch_size=2000)
