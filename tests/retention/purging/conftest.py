"""A desk whose texts are old enough to end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import KeptAnswer, Membership
from retention.kinds import Kind
from retention.models import RetentionPolicy
from tenancy.encryption import day_shredding
from tenancy.isolation import activate
from tenancy.models import KeyTidying
from tests.texting.desk import Desk
from texting.models import Message

LONG_AGO = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_keeps(settings):
    """Keepers are what each test says: the conversations here are open, which keeps them otherwise."""
    settings.RETENTION_KEEPERS = []


@pytest.fixture
def without_waiting(monkeypatch):
    """Replaced keys go at once, as if an hour had passed."""
    monkeypatch.setattr(day_shredding, "REPLACED_KEYS_STAY", timedelta(0))


def set_days(kind: Kind, days: int | None, team=None) -> RetentionPolicy:
    return RetentionPolicy.objects.create(kind=kind, days=days, team=team, set_at=timezone.now())


def keep_answer(member: Membership, about: UUID) -> KeptAnswer:
    """An answer to a program, of today, that says words of an older row."""
    hashes = {"key_hash": about.bytes, "request_hash": about.bytes}
    return KeptAnswer.objects.create(
        membership=member, status=200, answer="A melon", about=[str(about)], created_at=timezone.now(), **hashes
    )


@pytest.fixture
def told(desk: Desk) -> Callable[..., Message]:
    """`told(body, at)`: a customer's text of that time, with its preview."""

    def tell(body: str, at: datetime = LONG_AGO, **more: object) -> Message:
        conversation = desk.hear(body, **more)
        with activate(desk.organization):
            text = Message.objects.filter(conversation=conversation, direction="in").latest("created_at")
            assert text.body, "opened, so that it is sealed anew for its other day"
            text.created_at = at
            text.save(update_fields=["created_at", "body"])
            conversation.last_activity_at, conversation.preview = at, body
            conversation.save(update_fields=["last_activity_at", "preview"])
        return text

    return tell


def written_over(destroyed_at: datetime) -> datetime:
    """What keys left that were destroyed by then has been written over; when that was done. Only said, not done."""
    begun = destroyed_at + timedelta(minutes=1)
    return KeyTidying.objects.create(begun_at=begun, ended_at=begun + timedelta(seconds=9), mark="").ended_at
