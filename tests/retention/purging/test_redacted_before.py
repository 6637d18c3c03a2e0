"""A text whose words were removed by hand: the carrier empties its copy soon, and deletes it with its period."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from retention import certificates
from retention.holds import releasing
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import records, running
from tenancy.isolation import activate
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND
from texting import carrier_copies, redacting
from texting.models import CarrierCopy, Conversation, Redaction
from texting.redacting import Why

from .conftest import LONG_AGO, set_days


@pytest.fixture
def desk(busy_desk):
    """With real commits: nobody asks a carrier while a transaction is open."""
    return busy_desk


@pytest.fixture
def removed(desk, told, far_end, settings, without_waiting):
    """`removed(number)`: a text of long ago whose words a colleague removes today."""
    settings.AUDIT_SIGNING_KEY = b"k" * 32

    def remove(number=FIRST):
        text = told("The gate code is 7291", number=number)
        with activate(desk.organization):
            redacting.redact(
                member=desk.cast.admin, message=text, why=Why(Redaction.Reason.WRONG_CUSTOMER), deletes=False
            )
        return text

    return remove


def night(desk) -> Purge:
    with activate(desk.organization):
        Purge.objects.update(night=None)
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        return Purge.objects.latest("at")


def test_its_words_go_there_with_the_next_round_and_wait_for_no_purge(desk, removed, far_end):
    removed()
    assert carrier_copies.ask_providers() == {"asked": 1, "failed": 0}
    assert (far_end.redacted, far_end.deleted) == (["in-1"], [])


def test_its_record_goes_there_with_its_period_and_the_certificate_counts_it(desk, removed, far_end):
    text = removed()
    carrier_copies.ask_providers()
    assert night(desk).state == "done"
    carrier_copies.ask_providers()
    assert far_end.deleted == [], "its period is not over"
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
    done = night(desk)
    carrier_copies.ask_providers()
    assert far_end.deleted == ["in-1"]
    with activate(desk.organization):
        certificates.renew()
        assert json.loads(Purge.objects.get(pk=done.pk).certificate)["carriers"]["gone"] == 1
        assert CarrierCopy.objects.get(message_id=text.pk).state == "deleted"


def test_one_on_hold_keeps_it_there_until_the_hold_is_over(desk, removed, far_end, settings):
    settings.RETENTION_KEEPERS = ["retention.holds.freezing.keeper"]
    held, free = removed(SECOND), removed(FIRST)
    carrier_copies.ask_providers()
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
        hold = place_hold(desk.cast.admin, about=SECOND)
    done = night(desk)
    with activate(desk.organization):
        CarrierCopy.objects.exclude(due_at=None).update(due_at=timezone.now())
        wanted = dict(CarrierCopy.objects.values_list("message_id", "deletes"))
        assert wanted == {held.pk: False, free.pk: True}
    carrier_copies.ask_providers()
    assert far_end.deleted == ["in-2"]
    assert held.created_at == LONG_AGO
    assert certificate(desk, done)["kept"]["retention.holds.freezing.keeper"] == 1
    with activate(desk.organization):
        releasing.ask(member=desk.cast.admin, hold=hold, reason="Settled")
        releasing.confirm(member=desk.cast.owner, hold=hold, reason="Settled")
    done = night(desk)
    carrier_copies.ask_providers()
    assert far_end.deleted == ["in-2", "in-1"]
    said = certificate(desk, done)
    assert (said["kept"], said["carriers"]["gone"]) == ({}, 1)


def test_one_whose_conversation_was_open_goes_there_with_the_night_after_it_is_resolved(
    desk, removed, far_end, settings
):
    settings.RETENTION_KEEPERS = ["retention.guards.unresolved", "retention.guards.copied"]
    text = removed()
    carrier_copies.ask_providers()
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
    done = night(desk)
    assert certificate(desk, done)["kept"]["retention.guards.unresolved"] > 0
    with activate(desk.organization):
        longer_than_any_law = LONG_AGO - timedelta(days=3000)
        Conversation.objects.update(status="resolved", resolved_at=longer_than_any_law, unread=0)
    done = night(desk)
    with activate(desk.organization):
        frame = Conversation.objects.get(pk=text.conversation_id)
        assert frame.texts_gone_at is None, "the carrier is asked by the text's row"
    carrier_copies.ask_providers()
    assert far_end.deleted == ["in-1"]
    assert certificate(desk, done)["carriers"] == {"waiting": 0, "gone": 1, "refused": 0}
    night(desk)
    with activate(desk.organization):
        assert Conversation.objects.get(pk=text.conversation_id).texts_gone_at, "and nothing holds it any longer"


def certificate(desk, done: Purge) -> dict:
    with activate(desk.organization):
        certificates.renew()
        return json.loads(Purge.objects.get(pk=done.pk).certificate)


def test_many_are_asked_for_in_batches(desk, removed, far_end, monkeypatch):
    monkeypatch.setattr(records, "BATCH", 1)
    for number in (FIRST, SECOND, FIRST):
        removed(number)
    carrier_copies.ask_providers()
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
    done = night(desk)
    said = certificate(desk, done)
    assert (said["carriers"]["waiting"], said["ended"]["bodies"]["texting.CarrierCopy"]) == (3, 3)
    carrier_copies.ask_providers()
    assert sorted(far_end.deleted) == ["in-1", "in-2", "in-3"]
    night(desk)
    with activate(desk.organization):
        assert PurgeStep.objects.filter(kind=Kind.BODIES, day=None).count() == 1, "and by no other night again"
