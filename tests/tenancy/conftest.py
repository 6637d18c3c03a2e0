"""Two organizations with one line each, and rows of theirs that hold sealed columns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connections

from accounts.models import Team
from tenancy.encryption import blind_index
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import Contact, Conversation, Line, Message

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


@dataclass
class Business:
    """An organization with a line, a contact and a conversation. All methods need it to be active."""

    organization: Organization
    line: Line
    contact: Contact
    conversation: Conversation
    texts: int = 0

    def add_message(self, body: str, *, at: datetime = NOON, contact: Contact | None = None) -> Message:
        return Message.objects.create(**self.message_values(body, at=at, contact=contact))

    def message_values(self, body: str, *, at: datetime = NOON, contact: Contact | None = None) -> dict[str, object]:
        self.texts += 1
        return {
            "conversation": self.conversation,
            "contact": contact or self.contact,
            "line": self.line,
            "direction": "in",
            "body": body,
            "status": "received",
            "provider_message_id": f"text-{self.texts}",
            "created_at": at,
        }


def add_contact(name: str, number: str) -> Contact:
    return Contact.objects.create(
        name=name, number=number, number_index=blind_index("contact.number", number), number_masked="(masked)"
    )


def make_business(name: str, slug: str) -> Business:
    organization = Organization.objects.create(name=name, slug=slug)
    with activate(organization):
        line = Line.objects.create(
            name="Main line",
            number="+12125550110",
            team=Team.objects.create(name="Front desk"),
            provider="simulator",
            credentials='{"secret": "one"}',
        )
        contact = add_contact("Rosalind Achterberg", "+12125550181")
        conversation = Conversation.objects.create(
            contact=contact, line=line, opened_at=NOON, last_activity_at=NOON, preview="See you at nine"
        )
    return Business(organization, line, contact, conversation)


@pytest.fixture
def harbor(db) -> Business:
    return make_business("Harbor Dental", "harbor")


@pytest.fixture
def northside(db) -> Business:
    return make_business("Northside Plumbing", "northside")


@pytest.fixture
def superuser(transactional_db) -> Callable[..., psycopg.Connection]:
    """Connections as the database's administrator, whom neither row security nor a trigger stops. Real commits."""
    opened = []

    def connect(alias: str = "default") -> psycopg.Connection:
        settings = connections[alias].settings_dict
        connection = psycopg.connect(
            host=settings["HOST"], dbname=settings["NAME"], user="postgres", autocommit=True, connect_timeout=5
        )
        connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.close()
