"""What the carrier makes of a text, and its refusals, are held against what our own rules did."""

import pytest

from compliance.models import ConsentEvent, Suppression
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.conftest import far_end, scene
from texting import delivery, receiving, sending
from texting.models import CarrierWord, Message, OptOutMismatch
from texting.providers.base import Inbound, NotAccepted
from texting.statuses import ErrorKind

__all__ = ["far_end", "scene"]


def hear(scene, body, said, *, which="1"):
    text = Inbound(f"in-{which}", scene.number, scene.line.number, body, f"in-{which}", opt_out_type=said)
    return receiving.receive(scene.line, text)


@pytest.mark.parametrize(("body", "said"), [("STOP", "STOP"), ("help", "HELP"), ("Start", "start ")])
def test_words_that_mean_the_same_to_both_are_kept_and_nothing_follows(scene, body, said):
    with activate(scene.organization):
        message = hear(scene, body, said)
        word = CarrierWord.objects.get()
        assert (word.message_id, word.carrier) == (message.pk, word.ours)
        assert not OptOutMismatch.objects.exists()


def test_a_stop_that_only_the_carrier_heard_stops_here_too_and_stands_in_ledger_log_and_list(scene):
    with activate(scene.organization):
        message = hear(scene, "Qu'on me laisse", "STOP")
        assert Suppression.objects.count() == 1
        event = ConsentEvent.objects.get(source="carrier")
        assert (event.action, event.message_id, event.words) == ("withdrawn", message.pk, "Qu'on me laisse")
        found = OptOutMismatch.objects.get()
        assert (found.carrier, found.ours, found.suppressed) == ("stop", "none", True)
        assert (found.found_by, found.found_in) == ("webhook", message.pk)
    with activate(scene.organization):
        assert AuditEvent.objects.filter(event="opt_out:mismatch").count() == 1


def test_a_start_that_only_the_carrier_heard_lifts_nothing_and_is_shown(scene):
    with activate(scene.organization):
        hear(scene, "STOP", "STOP")
        hear(scene, "Meinetwegen wieder", "START", which="2")
        assert Suppression.objects.count() == 1
        found = OptOutMismatch.objects.get()
        assert (found.carrier, found.ours, found.suppressed) == ("start", "none", False)


def test_a_stop_that_the_carrier_took_for_help_stays_a_stop(scene):
    with activate(scene.organization):
        hear(scene, "STOP", "HELP")
        assert Suppression.objects.count() == 1
        assert OptOutMismatch.objects.get().ours == "stop"


@pytest.mark.parametrize("said", ["", "STOPPED", "\ud800", "S" * 5000, "null"])
def test_a_word_that_is_none_means_nothing(scene, said):
    with activate(scene.organization):
        hear(scene, "Hello", said)
        assert not CarrierWord.objects.exists()
        assert not Suppression.objects.exists()


def test_a_webhook_that_comes_twice_is_compared_once(scene):
    with activate(scene.organization):
        hear(scene, "Basta ya", "STOP")
        assert hear(scene, "Basta ya", "STOP") is None
        assert OptOutMismatch.objects.count() == CarrierWord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refusal_because_of_an_opt_out_that_we_missed_is_a_difference_and_one_that_we_knew_is_none(scene, far_end):
    with activate(scene.organization):
        scene.hear("Hello")
        sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
    far_end.script.append(NotAccepted(ErrorKind.OPTED_OUT, retry=False, provider_code="21610"))
    delivery.take_turn(scene.line.pk, urgent=False)
    with activate(scene.organization):
        message = Message.objects.get(direction="out")
        assert message.error_kind == ErrorKind.OPTED_OUT
        assert Suppression.objects.count() == 1
        found = OptOutMismatch.objects.get()
        assert (found.found_by, found.found_in, found.suppressed) == ("sending", message.pk, True)
