"""Conversations whose rows have ended are frames: nobody goes on in one. What keeps others is told as it is then."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from retention.models import Purge
from retention.purging import conversations as purging
from retention.purging import running
from tenancy.isolation import activate
from texting import conversations
from texting.conversations import NotPossible
from texting.models import Conversation, Message

HELD: list[object] = []


def held_meanwhile(subject):
    return Q(pk__in=HELD) if subject.model == "texting.Conversation" and HELD else None


@pytest.fixture
def over(desk, told, settings, without_waiting):
    """A conversation that was resolved six years ago; the words of its texts have ended."""
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    text, before = told("A melon, please"), timezone.now() - timedelta(days=6 * 366)
    with activate(desk.organization):
        Message.objects.update(body=None, ended_at=before, ended_as="retention", created_at=before)
        Conversation.objects.update(status="resolved", resolved_at=before, preview=None, unread=0)
    return text.conversation_id


def test_a_frame_is_not_opened_again(desk, over):
    running.run_nights()
    with activate(desk.organization):
        frame = Conversation.objects.get(pk=over)
        assert frame.texts_gone_at is not None
        with pytest.raises(NotPossible, match="Write to the customer anew"):
            conversations.reopen(member=desk.cast.agent, conversation=desk.fresh(frame))
        assert Conversation.objects.get(pk=over).status == "resolved"
    assert 'id="reopen"' not in desk.as_(desk.cast.agent).get(f"/inbox/c/{over}/").text


def test_what_is_chosen_is_locked_so_that_nobody_opens_it_meanwhile(desk, over):
    with activate(desk.organization), CaptureQueriesContext(connection) as asked:
        assert purging._next(timezone.now()) == [over]
    assert [one["sql"] for one in asked if "FOR NO KEY UPDATE OF " in one["sql"]]


def test_the_certificate_tells_what_was_kept_at_the_end(desk, over, settings, monkeypatch):
    settings.RETENTION_KEEPERS = [f"{__name__}.held_meanwhile"]
    HELD.clear()
    real = purging.end_conversations

    def later(organization, step, at):
        HELD.append(over)  # a hold that came after the step had counted what stays
        real(organization, step, at)

    monkeypatch.setattr(purging, "end_conversations", later)
    running.run_nights()
    with activate(desk.organization):
        said = json.loads(Purge.objects.get().certificate)
        assert Message.objects.count() == 1
    assert said["ended"] == {"conversations": {}}
    assert said["kept"] == {f"{__name__}.held_meanwhile": 1}
