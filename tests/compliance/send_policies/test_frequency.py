"""How many texts of one kind a customer gets: never more than the caps, whoever sends them and from whichever line."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from compliance.hours.quiet_hours import Cap, OwnRules, caps, usual_rules
from compliance.hours.time_zones import whereabouts
from compliance.models import HoursRules
from compliance.send_policies.frequency import free_at
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.conftest import far_end, lift_limits, scene
from tests.texting.desk import make_line
from texting import delivery, sending, threads
from texting.models import Brand, Campaign, Message, OutboxEntry
from texting.purposes import Purpose
from texting.sending import Refused
from texting.statuses import MessageStatus

__all__ = ["far_end", "scene"]
FLORIDA, NEW_YORK = "+13055550181", "+12125550181"
START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


# --- The arithmetic ---


@given(
    st.lists(st.integers(0, 3000), max_size=12).map(sorted),
    st.integers(1, 4),
    st.sampled_from([60, 480, 1440]),
    st.integers(0, 3000),
)
def test_one_more_fits_exactly_when_it_is_said_to(minutes, texts, within, now):
    cap = Cap("US-FL", texts, timedelta(minutes=within))
    at = [START + timedelta(minutes=minute) for minute in minutes if minute <= now]
    here = START + timedelta(minutes=now)
    free = free_at(at, cap, here)

    def fits(moment):
        return sum(moment - cap.within < one for one in at) < texts

    assert fits(free)
    assert free >= here
    assert free == here or not fits(free - timedelta(minutes=1))


def test_the_caps_are_those_of_every_place_there_is_evidence_for():
    def of(number, **known):
        return {cap.row: (cap.texts, cap.within) for cap in caps(whereabouts(number, **known))}

    day = timedelta(hours=24)
    assert of(NEW_YORK) == {}
    assert of(FLORIDA) == {"US-FL": (3, day)}
    assert of(FLORIDA, state="ME") == {"US-FL": (3, day), "US-ME": (1, timedelta(hours=8))}
    assert of("+18005550181") == {"US-unknown": (3, day)}
    assert of("+442079460000") == {}
    own = OwnRules(usual_rules().soft, without=frozenset({"ME"}))
    assert caps(whereabouts("+12075550181"), own) == ()


# --- Through the gate ---


def meet(scene, number=FLORIDA):
    with activate(scene.organization):
        scene.hear("Hello", number=number)
        contact = scene.conversation().contact
        agree_to_everything(contact)
        return contact


def write(scene, contact, purpose=Purpose.BULK, line=None, body="News"):
    line = line or scene.line
    with activate(scene.organization):
        opened = threads.open_conversation(contact, line, at=timezone.now())
        return sending.send_text(conversation=opened, body=body, author=scene.agent, purpose=purpose)


def left(scene, message, hours_ago):
    """It left so many hours ago."""
    with activate(scene.organization):
        OutboxEntry.objects.filter(message_id=message.pk).delete()
        at = timezone.now() - timedelta(hours=hours_ago)
        Message.objects.filter(pk=message.pk).update(status=MessageStatus.SENT, sent_at=at)


def waits(message, hours):
    """Whether it waits about so many hours."""
    return message.held_until is not None and abs(message.held_until - timezone.now() - timedelta(hours=hours)) < (
        timedelta(minutes=5)
    )


@pytest.fixture
def customer(scene):
    lift_limits(scene.organization)
    return meet(scene)


def test_the_fourth_text_within_a_day_waits_until_the_first_is_a_day_old(scene, customer):
    for hours_ago in (20, 10, 1):
        left(scene, write(scene, customer), hours_ago)
    message = write(scene, customer)
    assert waits(message, 4)
    assert {reason["rule"] for reason in message.decision.reasons} >= {"hours.cap"}
    [cap] = [reason for reason in message.decision.reasons if reason["rule"] == "hours.cap"]
    assert cap["evidence"] == {"cap": "US-FL: 3 in 24 h", "counted": "3"}


def test_a_text_of_the_day_before_yesterday_takes_no_place(scene, customer):
    for hours_ago in (49, 25, 1):
        left(scene, write(scene, customer), hours_ago)
    assert write(scene, customer).held_until is None


def test_what_waits_takes_a_place_and_what_was_taken_back_does_not(scene, customer):
    waiting = [write(scene, customer) for _ in range(3)]
    assert write(scene, customer).held_until is not None
    with activate(scene.organization):
        Message.objects.filter(pk=waiting[0].pk).update(status=MessageStatus.CANCELED)
        Message.objects.filter(pk=waiting[1].pk).update(status=MessageStatus.FAILED)
        Message.objects.exclude(pk__in=[one.pk for one in waiting]).update(status=MessageStatus.CANCELED)
    assert write(scene, customer).held_until is None


def test_replies_have_no_cap_and_take_no_place(scene, customer):
    for _ in range(4):
        left(scene, write(scene, customer, Purpose.REPLY), 1)
    assert write(scene, customer).held_until is None


def test_a_state_without_a_cap_has_none(scene):
    lift_limits(scene.organization)
    contact = meet(scene, NEW_YORK)
    for _ in range(5):
        left(scene, write(scene, contact), 1)
    assert write(scene, contact).held_until is None


def test_all_lines_of_a_brand_count_together_and_another_brands_do_not(scene, customer):
    second = make_line(scene.organization, "Second", "+12125550119", "Front desk")
    other = make_line(scene.organization, "Other brand", "+12125550118", "Front desk")
    with activate(scene.organization):
        campaigns = [
            Campaign.objects.create(
                brand=Brand.objects.create(name=name), name=name, segments_a_minute=60, pictures_a_minute=60
            )
            for name in ("Dental", "Eyes")
        ]
        for line, campaign in ((scene.line, 0), (second, 0), (other, 1)):
            line.campaign = campaigns[campaign]
            line.save(update_fields=["campaign"])
    for line in (scene.line, second, second):
        left(scene, write(scene, customer, line=line), 1)
    assert waits(write(scene, customer), 23)
    assert write(scene, customer, line=other).held_until is None


def test_the_exemption_for_healthcare_has_caps_of_its_own(scene, customer):
    left(scene, write(scene, customer, Purpose.APPOINTMENT), 1)
    assert write(scene, customer, Purpose.APPOINTMENT).held_until is None
    with activate(scene.organization):
        Message.objects.filter(status=MessageStatus.QUEUED).delete()
        HoursRules.objects.create(healthcare=True)
    assert waits(write(scene, customer, Purpose.APPOINTMENT), 23)


def test_three_a_week_and_no_more(scene, customer):
    with activate(scene.organization):
        HoursRules.objects.create(healthcare=True)
    for hours_ago in (150, 100, 50):
        left(scene, write(scene, customer, Purpose.APPOINTMENT), hours_ago)
    assert waits(write(scene, customer, Purpose.APPOINTMENT), 18)


def test_a_long_text_is_refused_there_with_what_is_added_to_it(scene, customer):
    with activate(scene.organization):
        HoursRules.objects.create(healthcare=True)
        Message.objects.filter(direction="out").update(
            status=MessageStatus.CANCELED
        )  # so clauses are still to be added
    with pytest.raises(Refused) as refused:
        write(scene, customer, Purpose.APPOINTMENT, body="x" * 150)
    assert [one.rule for one in refused.value.outcome.objections] == ["healthcare.length"]


# --- At the hand-over ---


@pytest.mark.django_db(transaction=True)
def test_a_cap_that_was_reached_meanwhile_puts_a_queued_text_off(scene, far_end):
    lift_limits(scene.organization)
    customer = meet(scene)
    message = write(scene, customer)
    for _ in range(3):
        left(scene, write(scene, customer), 2)
    delivery.deliver_line(scene.line.pk)
    assert far_end.ledger == []
    with activate(scene.organization):
        message.refresh_from_db()
        entry = OutboxEntry.objects.get(message_id=message.pk)
    assert waits(message, 22)
    assert entry.expires_at > entry.due_at


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_two_lines_do_not_both_take_the_last_place(scene, far_end):
    lift_limits(scene.organization)
    customer = meet(scene)
    second = make_line(scene.organization, "Second", "+12125550119", "Front desk")
    for _ in range(2):
        left(scene, write(scene, customer), 2)
    write(scene, customer)
    late = write(scene, customer, line=second)
    with activate(scene.organization):  # as if both had been queued in the same instant
        OutboxEntry.objects.filter(message_id=late.pk).update(due_at=timezone.now(), held_until=None)
    begun = threading.Barrier(2)

    def work(line):
        begun.wait()
        delivery.deliver_line(line.pk)
        connection.close()

    workers = [threading.Thread(target=work, args=(line,)) for line in (scene.line, second)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(far_end.ledger) == 1
    with activate(scene.organization):
        assert OutboxEntry.objects.filter(held_until__isnull=False).count() == 1
