"""Writing when it is night where the customer is: seen before, decided by whoever writes, taken back while it waits."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.send_policies import here
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import signed_in
from tests.texting.conftest import far_end
from tests.texting.desk import desk
from texting.models import Conversation, Message, OutboxEntry
from texting.statuses import MessageStatus

__all__ = ["desk", "far_end"]
NIGHT = datetime(2026, 11, 26, 3, 30, tzinfo=UTC)  # 10:30 pm in New York
MORNING = datetime(2026, 11, 26, 13, 0, tzinfo=UTC)


@pytest.fixture
def talk(desk, monkeypatch):
    """A conversation with a customer who wrote in the afternoon; it is night there now."""
    conversation = desk.hear("START")
    with activate(desk.organization):
        Conversation.objects.update(last_inbound_at=NIGHT - timedelta(hours=6))
    monkeypatch.setattr(here, "now", lambda: NIGHT)
    return desk.fresh(conversation)


def send(desk, talk, member=None, **chosen):
    client = desk.as_(member or desk.cast.agent)
    return client.post(f"/inbox/c/{talk.pk}/send/", {"body": "Are you coming?", **chosen})


def sent(desk):
    with activate(desk.organization):
        return list(Message.objects.filter(purpose="reply"))


def test_the_composer_says_what_time_it_is_there_and_when_it_could_leave(desk, talk):
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{talk.pk}/").content.decode()
    assert "It is 10:30 pm for them." in page
    assert 'data-state="later"' in page
    assert 'data-later="Send at 8:00 am' in page
    assert 'id="send-anyway"' in page


@pytest.mark.parametrize("chosen", [{}, {"outside_hours": ""}, {"outside_hours": "nonsense"}])
def test_without_a_choice_nothing_is_sent_and_the_choice_is_shown(desk, talk, chosen):
    answer = send(desk, talk, **chosen)
    assert answer.status_code == 422
    assert "It is 10:30 pm for them." in answer.content.decode()
    assert sent(desk) == []


def test_one_click_sends_it_all_the_same_and_is_kept(desk, talk):
    assert send(desk, talk, outside_hours="send").status_code == 200
    [message] = sent(desk)
    assert (message.outside_hours, message.held_until) == ("send", None)
    with activate(desk.organization):
        event = AuditEvent.objects.get(event=AuditKind.MESSAGE_SENT_OUTSIDE_HOURS)
        assert (event.actor_id, event.object_id) == (desk.cast.agent.pk, str(message.pk))


def test_or_it_waits_and_the_thread_says_until_when_and_lets_it_be_taken_back(desk, talk):
    page = send(desk, talk, outside_hours="wait").content.decode()
    [message] = sent(desk)
    assert message.held_until == MORNING
    assert "Waits for their hours" in page
    assert f"/inbox/texts/{message.pk}/cancel/" in page
    assert desk.as_(desk.cast.agent).post(f"/inbox/texts/{message.pk}/cancel/").status_code == 204
    [message] = sent(desk)
    assert (message.status, message.attention) == (MessageStatus.CANCELED, "")
    with activate(desk.organization):
        assert not OutboxEntry.objects.filter(message_id=message.pk).exists()
        assert AuditEvent.objects.filter(event=AuditKind.MESSAGE_CANCELED, object_id=message.pk).count() == 1


def test_what_was_taken_back_or_is_with_a_worker_is_not_taken_back_again(desk, talk):
    send(desk, talk, outside_hours="wait")
    [message] = sent(desk)
    with activate(desk.organization):
        OutboxEntry.objects.filter(message_id=message.pk).update(state=OutboxEntry.State.SENDING)
    assert desk.as_(desk.cast.agent).post(f"/inbox/texts/{message.pk}/cancel/").status_code == 422
    [message] = sent(desk)
    assert message.status == MessageStatus.QUEUED
    with activate(desk.organization):
        OutboxEntry.objects.filter(message_id=message.pk).update(state=OutboxEntry.State.READY)
    assert desk.as_(desk.cast.agent).post(f"/inbox/texts/{message.pk}/cancel/").status_code == 204
    assert desk.as_(desk.cast.agent).post(f"/inbox/texts/{message.pk}/cancel/").status_code == 422


@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("outsider", 404), ("second_agent", 204)])
def test_only_who_may_text_takes_a_text_back(desk, client, talk, who, status):
    send(desk, talk, outside_hours="wait")
    [message] = sent(desk)
    answer = signed_in(client, getattr(desk.cast, who)).post(f"/inbox/texts/{message.pk}/cancel/")
    assert answer.status_code == status
    assert (sent(desk)[0].status == MessageStatus.CANCELED) is (status == 204)


def test_a_stop_ends_what_waits(desk, talk):
    send(desk, talk, outside_hours="wait")
    desk.hear("STOP")
    [message] = sent(desk)
    assert message.status == MessageStatus.CANCELED


def test_an_answer_within_the_hour_asks_nothing(desk, talk):
    with activate(desk.organization):
        Conversation.objects.update(last_inbound_at=NIGHT - timedelta(minutes=10))
    page = desk.as_(desk.cast.agent).get(f"/inbox/c/{talk.pk}/").content.decode()
    assert 'data-state="ok"' in page
    assert send(desk, talk).status_code == 200
