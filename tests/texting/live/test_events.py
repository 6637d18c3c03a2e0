"""What is told, to whom, and when: publishing and tokens."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from uuid import UUID

import pytest
import redis
from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from tenancy.ids import new_id
from tenancy.isolation import NoOrganization, activate
from tenancy.models import Organization
from tests.cast import Cast, cast
from texting import live
from texting.live import Claims, LiveKind, claims_of, publish, token_for

__all__ = ["cast"]

Commit = Callable[..., AbstractContextManager[object]]


class Undone(Exception):
    """Rolls back what it leaves."""


class Ear:
    """Hears everything that is published for an organization."""

    def __init__(self, client: redis.Redis, organization: UUID) -> None:
        self.pubsub = client.pubsub()
        self.pubsub.subscribe(live.channel_of(organization))
        self.pubsub.get_message(timeout=3)

    def messages(self) -> list[list[dict[str, str]]]:
        """What has come since the last look; each message is a list of events."""
        heard = []
        while message := self.pubsub.get_message(timeout=0.2):
            heard.append([json.loads(line) for line in message["data"].split(b"\n")])
        return heard


@pytest.fixture
def acting(django_capture_on_commit_callbacks: Commit) -> Commit:
    """`activate`, with what follows its commit."""

    @contextmanager
    def act(organization: Organization) -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True), activate(organization):
            yield

    return act


@pytest.fixture
def ear(cast: Cast, redis_client: redis.Redis) -> Iterator[Ear]:
    listening = Ear(redis_client, cast.organization.pk)
    yield listening
    listening.pubsub.close()


def test_an_event_is_told_after_the_commit_and_holds_ids_only(cast: Cast, ear: Ear, acting: Commit) -> None:
    conversation, message = new_id(), new_id()
    with acting(cast.organization):
        publish(kind=LiveKind.MESSAGE, conversation=conversation, message=message)
        assert ear.messages() == []
    assert ear.messages() == [[{"kind": "message", "conversation": str(conversation), "message": str(message)}]]


def test_what_is_rolled_back_is_not_told(cast: Cast, ear: Ear, acting: Commit) -> None:
    with suppress(Undone), acting(cast.organization):
        publish(kind=LiveKind.NOTE, conversation=new_id())
        raise Undone
    assert ear.messages() == []


def test_the_events_of_a_transaction_go_together_without_repeats(cast: Cast, ear: Ear, acting: Commit) -> None:
    conversation = new_id()
    with acting(cast.organization):
        for _ in range(3):
            publish(kind=LiveKind.MESSAGE, conversation=conversation)
            publish(kind=LiveKind.CONVERSATION, conversation=conversation)
    assert [[event["kind"] for event in events] for events in ear.messages()] == [["message", "conversation"]]


def test_a_part_that_is_undone_takes_only_its_own_events_along(cast: Cast, ear: Ear, acting: Commit) -> None:
    conversation = new_id()
    with acting(cast.organization):
        with suppress(Undone), transaction.atomic():
            publish(kind=LiveKind.MESSAGE, conversation=conversation)
            raise Undone
        publish(kind=LiveKind.NOTE, conversation=conversation)
        with transaction.atomic():
            publish(kind=LiveKind.NOTE, conversation=conversation)
            publish(kind=LiveKind.STATUS, conversation=conversation)
    kinds = [event["kind"] for events in ear.messages() for event in events]
    assert kinds == ["note", "status"]


def test_an_event_told_first_in_an_undone_part_is_still_told(cast: Cast, ear: Ear, acting: Commit) -> None:
    with acting(cast.organization):
        with suppress(Undone), transaction.atomic():
            publish(kind=LiveKind.MESSAGE)
            raise Undone
        publish(kind=LiveKind.MESSAGE)
    assert ear.messages() == [[{"kind": "message"}]]


def test_another_organization_is_told_nothing(cast: Cast, ear: Ear, acting: Commit) -> None:
    with acting(cast.other_organization):
        publish(kind=LiveKind.MESSAGE, conversation=new_id())
    assert ear.messages() == []


def test_nothing_is_told_without_an_organization() -> None:
    with pytest.raises(NoOrganization):
        publish(kind=LiveKind.MESSAGE)


def test_a_token_says_who_listens_and_in_which_session(cast: Cast) -> None:
    claims = claims_of(token_for(cast.agent, session_key="key"))
    assert (claims.organization, claims.member) == (cast.organization.pk, cast.agent.pk)
    assert claims.epoch == cast.agent.epoch
    assert "key" not in token_for(cast.agent, session_key="key")
    assert claims.session != claims_of(token_for(cast.agent, session_key="other key")).session


def altered(token: str) -> Iterator[str]:
    yield ""
    yield "nonsense"
    yield token[:-1] + ("A" if token[-1] != "A" else "B")
    yield "A" + token[1:]
    yield signing.dumps(["a", "b", "c", "d"], salt="another purpose")


def test_a_token_that_was_changed_is_refused(cast: Cast) -> None:
    for token in altered(token_for(cast.agent, session_key="key")):
        with pytest.raises(signing.BadSignature):
            claims_of(token)


def test_a_token_is_refused_after_two_minutes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_for(cast.agent, session_key="key")
    now = timezone.now().timestamp()
    monkeypatch.setattr(signing.time, "time", lambda: now + 110)
    assert isinstance(claims_of(token), Claims)
    monkeypatch.setattr(signing.time, "time", lambda: now + timedelta(minutes=2).total_seconds() + 2)
    with pytest.raises(signing.SignatureExpired):
        claims_of(token)


def test_ending_streams_names_the_member_to_the_members_organization(cast: Cast, ear: Ear, acting: Commit) -> None:
    with acting(cast.organization):
        live.end_streams(Membership.objects.get(pk=cast.agent.pk))
    assert ear.messages() == [[{"kind": "access", "member": str(cast.agent.pk)}]]
