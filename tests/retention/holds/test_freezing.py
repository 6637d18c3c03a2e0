"""A hold stops whatever deletes: by hand, by the clock, at the provider; but not what nobody may keep."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from compliance.models import Finding
from retention.holds import releasing
from retention.holds.freezing import OnHold, is_held, keeps_words, require_free
from retention.holds.wanted import WantedScope
from retention.lock import deleting_lock
from retention.models import Hold
from tenancy.isolation import activate
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND
from texting import carrier_copies, receiving
from texting.keeping_guards import kept_copies, kept_days
from texting.models import CarrierCopy, Message
from texting.providers import base


def hear_inside(desk, body, number):
    """As `desk.hear`, while the organization is active already."""
    return receiving.receive(desk.line, base.Inbound("in-9", number, desk.line.number, body, "in-9")).conversation


def waits_for_a_lock():
    """Whether another connection waits for an advisory lock."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return cursor.fetchone()[0]


def texts(conversation):
    return list(Message.objects.filter(conversation=conversation).values_list("pk", flat=True))


def test_words_of_a_held_text_may_not_be_removed_and_the_reason_names_no_matter(two, hold, desk):
    one, _billing, other = two
    hold(about=FIRST)
    said = keeps_words([*texts(one), *texts(other)])
    assert said.keys() == set(texts(one))
    assert all("legal hold" in why and "Doe" not in why for why in said.values())
    with pytest.raises(OnHold):
        require_free(one)
    require_free(other)


def test_copies_at_the_provider_stay_unless_they_hold_what_nobody_may_keep(two, hold, desk):
    one, _billing, other = two
    held, free = texts(one)[0], texts(other)[0]
    hold(about=FIRST)
    secret = hear_inside(desk, "my card is 4111 1111 1111 1111 cvv 123", number=FIRST)
    assert not any("4111 1111" in row.body or "123" in row.body for row in Message.objects.filter(conversation=secret))
    removed = set(Finding.objects.filter(was_removed=True).values_list("message_id", flat=True))
    assert removed <= set(texts(secret))
    assert removed
    assert kept_copies([held, free, *removed]) == {held}


def test_the_clock_passes_over_the_copies_of_held_texts_and_takes_them_when_it_is_released(two, hold, desk):
    one, _billing, other = two
    placed = hold(about=FIRST)
    held, free = texts(one)[0], texts(other)[0]
    Message.objects.filter(pk=held).update(provider_message_id="one")
    Message.objects.filter(pk=free).update(provider_message_id="two")
    for message_id in (held, free):
        carrier_copies.forget(desk.line, message_id, at=timezone.now())
    taken, _seen = carrier_copies._take()
    assert len(taken) == 1
    copy = CarrierCopy.objects.get(message_id=held)
    assert (copy.state, copy.tries) == (CarrierCopy.State.WAITING, 0)
    releasing.ask(member=desk.cast.admin, hold=placed, reason="Settled")
    releasing.confirm(member=desk.cast.owner, hold=placed, reason="Settled")
    CarrierCopy.objects.filter(pk=copy.pk).update(due_at=timezone.now())
    assert len(carrier_copies._take()[0]) == 1


def test_the_quarantine_of_held_days_stays(two, hold):
    today = timezone.now().date()
    old = [today - timedelta(days=days) for days in (400, 100, 20)]
    assert kept_days(old) == set()
    hold(WantedScope(about=SECOND, since=old[1], until=old[1]))
    assert kept_days(old) == {old[1]}
    hold(WantedScope(about=FIRST))
    assert kept_days(old) == set(old)


def test_a_hold_waits_for_what_is_being_decided_and_is_seen_by_what_comes_after(busy_desk):
    """Two connections: while a purge decides, placing waits; when it has decided, the next decision sees the hold."""
    conversation = busy_desk.hear("About my crown", number=FIRST)
    admin, organization = busy_desk.cast.admin, busy_desk.organization
    begun, placed = threading.Event(), threading.Event()

    def place():
        try:
            begun.set()
            with activate(organization):
                place_hold(admin, about=FIRST)
            placed.set()
        finally:
            connections.close_all()

    other = threading.Thread(target=place)
    with activate(organization):
        deleting_lock()
        assert not is_held(conversation)
        other.start()
        assert begun.wait(10)
        while not waits_for_a_lock():
            assert other.is_alive(), "it did not wait"
        assert not placed.is_set()
        assert not is_held(conversation)
    other.join(10)
    assert placed.is_set()
    with activate(organization):
        deleting_lock()
        assert is_held(conversation)
        assert Hold.objects.count() == 1
