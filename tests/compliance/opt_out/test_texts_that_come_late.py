"""A text that was missed or kept in quarantine comes in after others of the same customer: the order that counts is
the one in which the customer wrote.
"""

from datetime import timedelta

import pytest
import time_machine
from django.db.models.functions import Now
from django.utils import timezone

from compliance.models import ConsentEvent, Suppression
from tenancy.isolation import activate
from tests.texting.conftest import far_end, scene
from tests.texting.twilio_line import CUSTOMER, NEW_TOKEN, cast, twilio
from texting import fetching, receiving
from texting.models import LineKey, Message
from texting.providers.base import Inbound
from texting.webhooks import quarantine
from texting.webhooks.quarantine import Outcome

__all__ = ["cast", "far_end", "scene", "twilio"]


def take_in(twilio) -> Outcome:
    [row] = twilio.kept()
    with activate(twilio.cast.organization):
        return quarantine.replay(actor=twilio.cast.admin, request_id=row.pk)


def answers(twilio) -> list[str]:
    with activate(twilio.cast.organization):
        return list(Message.objects.filter(direction="out").values_list("purpose", flat=True))


def is_stopped(organization) -> bool:
    with activate(organization):
        return Suppression.objects.exists()


def test_an_old_start_out_of_the_quarantine_does_not_undo_a_stop_that_came_later(twilio):
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=3), tick=False):
        assert twilio.post(secret=NEW_TOKEN, Body="START", MessageSid="SM1").status_code == 403
    with time_machine.travel(now - timedelta(days=1), tick=False):
        assert twilio.post(Body="STOP", MessageSid="SM2").status_code == 200
    twilio.store(secret=NEW_TOKEN)
    assert take_in(twilio) is Outcome.TAKEN
    assert twilio.texts() == ["STOP", "START"], "it stands in the thread all the same"
    assert is_stopped(twilio.cast.organization)
    with activate(twilio.cast.organization):
        assert list(ConsentEvent.objects.values_list("action", flat=True)) == ["withdrawn"]
    assert answers(twilio) == ["opt_out_answer"], "and nobody is told that texts begin again"


def test_a_start_that_was_written_after_the_stop_counts_whenever_it_comes(twilio):
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=3), tick=False):
        assert twilio.post(Body="STOP", MessageSid="SM1").status_code == 200
    with time_machine.travel(now - timedelta(days=1), tick=False):
        assert twilio.post(secret=NEW_TOKEN, Body="START", MessageSid="SM2").status_code == 403
    twilio.store(secret=NEW_TOKEN)
    assert take_in(twilio) is Outcome.TAKEN
    assert not is_stopped(twilio.cast.organization)


@pytest.mark.parametrize("word", ["STOP", "HELP"])
def test_an_old_stop_counts_and_is_not_answered_days_later(twilio, word):
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=False):
        assert twilio.post(secret=NEW_TOKEN, Body=word).status_code == 403
    twilio.store(secret=NEW_TOKEN)
    assert take_in(twilio) is Outcome.TAKEN
    assert is_stopped(twilio.cast.organization) is (word == "STOP")
    assert answers(twilio) == []


@pytest.mark.django_db(transaction=True)
def test_a_missed_start_from_the_providers_list_does_not_undo_the_stop_after_it(scene, far_end):
    def text(body: str, which: int, minutes_ago: float) -> Inbound:
        at = timezone.now() - timedelta(minutes=minutes_ago)
        return Inbound(f"far-{which}", CUSTOMER, scene.line.number, body, f"far-{which}", sent_at=at)

    with activate(scene.organization):
        receiving.receive(scene.line, text("STOP", 1, 0))
    far_end.received += [text("START", 2, 4), text("STOP", 1, 2)]
    LineKey.objects.update(poll_due_at=Now())
    assert fetching.fetch_missed()["missed"] == 1
    assert is_stopped(scene.organization)
