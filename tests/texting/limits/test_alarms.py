"""Signs of pumping stop a block of numbers; ordinary work does not."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tenancy import audit
from tenancy.models import AuditEvent
from texting.limits import alarms, codes, standing
from texting.limits.alarms import longest_run
from texting.models import Contact, LimitChange, Message, SendingCount, SendingStop
from texting.purposes import Purpose


def numbers(count: int, *, step: int, exchange: str = "+1212555", first: int = 1000) -> list[str]:
    return [f"{exchange}{first + at * step:04}" for at in range(count)]


def rules(street) -> list[str]:
    return [stop.rule for stop in street.stops()]


@given(st.lists(st.integers(0, 300), max_size=120))
def test_the_longest_run_is_what_looking_at_each_number_finds(found):
    seen = set(found)
    slow = max((next(n for n in range(1, 400) if start + n not in seen) for start in seen), default=0)
    assert longest_run(found) == slow


def test_numbers_that_follow_one_another_stop_their_block_with_the_evidence(street):
    street.limit(daily_segments=500)
    sent = [street.rule(number, body="Hi") for number in numbers(12, step=1)]
    assert sent == [""] * 8 + ["prefix.stopped"] * 4
    (stop,) = street.stops()
    assert (stop.rule, stop.prefix, stop.region) == ("prefix.sequence", "+1212555", "US")
    assert stop.evidence == {"in sequence": 8, "allowed": 7, "new numbers": 8}
    assert stop.lifted_at is None
    assert [change.what for change in LimitChange.objects.all()] == ["stopped"]
    audit.flush()
    assert AuditEvent.objects.filter(event="sending:stopped").count() == 1
    assert Message.objects.count() == 8


def test_the_order_of_the_numbers_does_not_matter(street):
    street.limit(daily_segments=500)
    shuffled = [numbers(8, step=1)[at] for at in (7, 0, 3, 5, 1, 2, 6, 4)]
    for number in shuffled:
        street.text(number, body="Hi")
    assert rules(street) == ["prefix.sequence"]


def test_many_strangers_of_one_block_stop_it(street):
    street.limit(daily_segments=500, new_numbers_hour=10)
    for number in numbers(10, step=7):
        street.text(number, body="Hi")
    assert rules(street) == ["prefix.new_numbers"]
    assert street.rule(numbers(11, step=7)[-1]) == "prefix.stopped"
    assert street.rule("+16465550123", body="Hi") == ""  # other blocks go on


def test_people_we_have_texted_before_are_no_strangers(street):
    street.limit(daily_segments=500, new_numbers_hour=10)
    for number in numbers(20, step=1):
        contact = street.stranger(number)
        Contact.objects.filter(pk=contact.pk).update(first_texted_at=timezone.now() - timedelta(days=30))
        street.text(number, body="Hi")
    assert rules(street) == []


def test_customers_who_wrote_first_are_never_a_sign(street):
    street.limit(daily_segments=500, new_numbers_hour=10, prefix_hour=10)
    for number in numbers(20, step=1):
        street.scene.hear("Hello", number=number)
        street.text(number, body="Hi")
    assert rules(street) == []


def test_too_many_texts_to_one_block_stop_it(street):
    street.limit(daily_segments=500, prefix_hour=10, new_numbers_hour=500, number_hour=100)
    sent = [street.rule(number, body="Hi") for number in numbers(4, step=50) * 3]
    assert sent == [""] * 10 + ["prefix.stopped"] * 2
    assert rules(street) == ["prefix.hourly"]


def test_a_block_is_stopped_once(street):
    contact = street.stranger("+12125551000")
    alarms.stop(contact, SendingStop.Rule.HOURLY, {"texts": 1})
    alarms.stop(contact, SendingStop.Rule.SEQUENCE, {"in sequence": 9})
    assert rules(street) == ["prefix.hourly"]


def old_texts(street, count: int, *, delivered: int, replied: int = 0) -> None:
    """Texts to strangers an hour ago, some of which were delivered or answered."""
    street.limit(daily_segments=500, new_numbers_hour=500)
    for at, number in enumerate(numbers(count, step=3)):
        message = street.text(number, body="Hi")
        message.sent_at = timezone.now() - timedelta(minutes=10)
        message.delivered_at = timezone.now() if at < delivered else None
        message.save(update_fields=["sent_at", "delivered_at"])
        if delivered <= at < delivered + replied:
            street.scene.hear("Who is this?", number=number)


@pytest.mark.parametrize(
    ("count", "delivered", "replied", "stopped"),
    [(20, 0, 0, True), (20, 3, 0, True), (20, 4, 0, False), (20, 2, 2, False), (19, 0, 0, False)],
)
def test_silence_from_a_block_stops_it(street, count, delivered, replied, stopped):
    old_texts(street, count, delivered=delivered, replied=replied)
    assert alarms.watch() == int(stopped)
    assert rules(street) == (["prefix.silence"] if stopped else [])
    assert alarms.watch() == 0  # once


def test_texts_that_have_only_just_left_are_not_silence(street):
    old_texts(street, 20, delivered=0)
    Message.objects.update(sent_at=timezone.now())
    assert alarms.watch() == 0


def test_codes_that_nobody_uses_stop_their_block(street):
    contacts = [street.stranger(number) for number in numbers(21, step=3)]
    for contact in contacts[:20]:
        codes.sent(contact)
    for contact in contacts[:3]:
        codes.used(contact)
    assert rules(street) == []
    codes.sent(contacts[20])
    (stop,) = street.stops()
    assert (stop.rule, stop.evidence) == ("prefix.conversion", {"codes": 20, "used": 3})


def test_codes_that_are_used_stop_nothing(street):
    for number in numbers(40, step=3):
        contact = street.stranger(number)
        codes.sent(contact)
        if number.endswith(("0", "3")):
            codes.used(contact)
    assert rules(street) == []


def test_a_code_is_not_used_more_often_than_it_was_sent(street):
    contact = street.stranger("+12125551000")
    codes.sent(contact)
    for _ in range(3):
        codes.used(contact)
    assert SendingCount.objects.get(kind="prefix").codes_used == 1


def test_a_bulk_text_waits_at_the_hourly_limit_of_a_block_and_raises_no_alarm(scene, far_end):
    from tenancy.isolation import activate
    from tests.texting.limits.conftest import Street
    from texting import delivery
    from texting.models import OutboxEntry

    with activate(scene.organization):
        street = Street(scene)
        street.limit(daily_segments=500, prefix_hour=10, new_numbers_hour=500)
        for number in numbers(14, step=50):
            street.text(number, body="Hi", purpose=Purpose.BULK, author=False)
    for _ in range(2):
        delivery.deliver_line(scene.line.pk)
    with activate(scene.organization):
        assert len(far_end.ledger) == 10
        assert OutboxEntry.objects.filter(state="ready").count() == 4
        assert rules(street) == []
        standing.forget()
