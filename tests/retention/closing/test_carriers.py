"""At the end of an organization each copy at a carrier is asked for: at once, once, and whoever dies meanwhile."""

import json
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connections
from django.utils import timezone

from retention import certificates
from retention.closing import asking, carriers, ending
from retention.kinds import Kind
from retention.models import Closing, Purge
from retention.purging import running
from tenancy.isolation import activate
from tests.retention.closing.passing import let_its_day_pass
from tests.retention.purging.conftest import set_days, told, without_waiting
from texting import carrier_copies
from texting.models import CarrierCopy, Message, OutboxEntry
from texting.providers.base import NotAccepted
from texting.statuses import ErrorKind

__all__ = ["told", "without_waiting"]


def ends_today(desk) -> None:
    with activate(desk.organization):
        asking.ask(member=desk.cast.owner, typed="Harbor Dental")
        Closing.objects.update(begun_at=timezone.now() - timedelta(days=30))
        let_its_day_pass()


def test_what_was_wanted_before_waits_neither_for_a_last_status_nor_for_the_end_of_a_pause(desk, far_end):
    """Its words went an hour ago by hand, its record was to go once it has its last status: soon nobody can ask."""
    text = desk.answer(desk.hear("About my crown"), "At nine")
    with activate(desk.organization):
        OutboxEntry.objects.all().delete()
        Message.objects.filter(pk=text.pk).update(status="sent", provider_message_id="far-1")
        carrier_copies.forget_all([text.pk], at=timezone.now() - timedelta(hours=1), deletes=True)
    carrier_copies.ask_providers()
    with activate(desk.organization):
        CarrierCopy.objects.filter(message_id=text.pk).update(due_at=timezone.now() + timedelta(hours=12), tries=5)
    assert (far_end.redacted, far_end.deleted) == (["far-1"], [])
    ends_today(desk)
    assert ending.go_on(desk.organization.pk)
    assert sorted(far_end.deleted) == ["far-1", "in-1"]
    with activate(desk.organization):
        assert Closing.objects.get().carriers == {"gone": 2, "refused": 0, "waiting": 0}


def test_two_workers_ask_for_each_copy_once(busy_desk, far_end, monkeypatch):
    monkeypatch.setattr(carriers, "BATCH", 2)
    monkeypatch.setattr(carrier_copies, "_BATCH", 2)
    for number in range(7):
        busy_desk.hear(f"Text {number}")
    ends_today(busy_desk)

    def work():
        ending.go_on(busy_desk.organization.pk)
        connections.close_all()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ending.go_on(busy_desk.organization.pk)
    assert sorted(far_end.deleted) == [f"in-{number}" for number in range(1, 8)]
    with activate(busy_desk.organization):
        assert Closing.objects.get().carriers == {"gone": 7, "refused": 0, "waiting": 0}


@pytest.mark.parametrize("place", ["forget_all", "ask_due"])
def test_one_that_dies_on_the_way_loses_no_copy_and_none_is_asked_for_twice(desk, far_end, monkeypatch, place):
    monkeypatch.setattr(carriers, "BATCH", 2)
    monkeypatch.setattr(carrier_copies, "_BATCH", 2)
    for number in range(5):
        desk.hear(f"Text {number}")
    ends_today(desk)
    calls, real = [], getattr(carrier_copies, place)

    def dies(*given, **named):
        calls.append(place)
        if len(calls) == 2:
            raise SystemExit
        return real(*given, **named)

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(carrier_copies, place, dies)
        ending.go_on(desk.organization.pk)
    assert ending.go_on(desk.organization.pk)
    assert sorted(far_end.deleted) == [f"in-{number}" for number in range(1, 6)]


@pytest.fixture
def unreachable(far_end, monkeypatch):
    """No carrier answers."""

    async def nobody(provider, wishes):
        return [NotAccepted(ErrorKind.UNREACHABLE, retry=True) for _ in wishes]

    monkeypatch.setattr(carrier_copies, "_ask", nobody)


def test_one_that_was_tried_often_has_all_its_tries_again_and_none_is_due_after_the_last_moment(desk, unreachable):
    conversation = desk.hear("About my crown")
    with activate(desk.organization):
        text = Message.objects.get(conversation=conversation)
        carrier_copies.forget_all([text.pk], at=timezone.now() - timedelta(hours=1), deletes=True)
        CarrierCopy.objects.update(due_at=timezone.now() + timedelta(hours=12), tries=len(carrier_copies.PAUSES))
    ends_today(desk)
    assert not ending.go_on(desk.organization.pk)
    with activate(desk.organization):
        copy = CarrierCopy.objects.get()
        assert (copy.state, copy.tries) == ("waiting", 1)
        assert copy.due_at <= timezone.now() + carrier_copies.PAUSES[0]
        CarrierCopy.objects.update(due_at=timezone.now(), tries=len(carrier_copies.PAUSES) - 1)
    assert not ending.go_on(desk.organization.pk)
    with activate(desk.organization):
        copy, until = CarrierCopy.objects.get(), Closing.objects.get().carriers_until
        assert timezone.now() < copy.due_at < until, "its pause of a week would end when nobody can ask"


def test_certificates_of_purges_go_on_counting_copies_that_the_end_asks_for_too(
    desk, told, far_end, settings, without_waiting
):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = []
    told("A melon")
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
    assert running.run_nights()["failed"] == 0

    def waiting():
        with activate(desk.organization):
            certificates.renew()
            return json.loads(Purge.objects.get().certificate)["carriers"]

    assert waiting() == {"waiting": 1, "gone": 0, "refused": 0}
    ends_today(desk)
    with activate(desk.organization):
        ending._start()
    while carriers._want(desk.organization.pk):
        pass
    assert waiting() == {"waiting": 1, "gone": 0, "refused": 0}
    carrier_copies.ask_providers()
    assert waiting() == {"waiting": 0, "gone": 1, "refused": 0}
