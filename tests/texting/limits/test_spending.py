"""What is counted, what is given back, and what holds when many want the last place."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.conftest import make_scene
from tests.texting.limits.conftest import Street
from texting import delivery, sending, threads
from texting.limits import refunds, standing
from texting.models import Contact, Message, OutboxEntry, SendingCount, SendingLimits
from texting.phone_numbers import from_provider
from texting.providers import base
from texting.purposes import Purpose
from texting.sending import Refused
from texting.statuses import ErrorKind, MessageStatus

HOME = "+12125550181"


def day() -> tuple[int, int, int]:
    row = SendingCount.objects.get(kind="day")
    return row.texts, row.segments, row.micros


def events() -> list[str]:
    return list(
        AuditEvent.objects.filter(event__startswith="sending:").order_by("sequence").values_list("event", flat=True)
    )


def test_a_text_counts_with_its_segments_its_price_and_its_clauses(street):
    message = street.text(HOME, body="x" * 200)
    assert message.segments == 2  # the company's name and the opt-out words are in it
    assert day() == (1, 2, 29_000)
    assert (message.counted_from, message.price_micros) == (standing.standing().day, 29_000)
    kinds = set(SendingCount.objects.values_list("kind", flat=True))
    assert kinds == {"day", "organization", "member", "number", "prefix"}


def test_an_answer_to_a_customer_does_not_count_for_its_block_of_numbers(street):
    street.scene.hear("Hello", number=HOME)
    street.text(HOME)
    assert not SendingCount.objects.filter(kind="prefix").exists()


def test_counting_costs_one_read_and_one_write_a_text(street):
    street.text(HOME)
    with CaptureQueriesContext(connection) as captured:
        street.text(HOME)
    counts = [query["sql"] for query in captured if "texting_sendingcount" in query["sql"]]
    assert [sql.split(None, 1)[0] for sql in counts] == ["SELECT", "WITH"]


def test_a_refused_text_counts_nothing_and_leaves_no_text(street):
    street.limit(daily_segments=1)
    assert street.rule(HOME, body="x" * 300) == "ceiling.texts"
    assert not SendingCount.objects.exists()
    assert not Message.objects.exists()
    assert not OutboxEntry.objects.exists()


def test_a_first_text_too_big_for_the_ceiling_does_not_slip_in_because_it_is_the_first(street):
    """Its clauses make it longer than the gate has seen."""
    street.limit(daily_segments=1)
    assert street.rule(HOME, body="x" * 150) == "ceiling.texts"
    assert not SendingCount.objects.exists()


def test_the_same_text_twice_counts_once(street):
    message = street.text(HOME)
    again = sending.send_text(
        conversation=message.conversation, body="Your order is ready.", author=street.scene.agent, message_id=message.pk
    )
    assert again.pk == message.pk
    assert day()[0] == 1


def deliver(scene):
    delivery.deliver_line(scene.line.pk)


def test_a_text_that_the_provider_refuses_gives_back_what_it_was_counted_with(scene, far_end):
    far_end.script = [base.NotAccepted(ErrorKind.INVALID_RECIPIENT, retry=False)]
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
        assert day()[0] == 1
    deliver(scene)
    with activate(scene.organization):
        message.refresh_from_db()
        assert message.status == MessageStatus.FAILED
        assert message.counted_from is None
        assert day() == (0, 0, 0)
        refunds.refund([message.pk])
        assert day() == (0, 0, 0)


def test_a_text_that_was_accepted_is_paid_for_also_when_it_does_not_arrive(scene, far_end):
    far_end.script = [base.SendResult("far-1", MessageStatus.FAILED)]
    with activate(scene.organization):
        scene.hear("Hello")
        sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
    deliver(scene)
    with activate(scene.organization):
        assert day()[0] == 1


def test_texts_that_a_stop_ends_are_given_back_once_however_often_it_is_said(street):
    street.scene.hear("Hello")
    for number in range(3):
        street.text(HOME, body=f"Text {number}")
    assert day()[0] == 3
    street.scene.hear("STOP")
    assert day()[0] == 1  # the confirmation
    street.scene.hear("STOP")
    assert day()[0] == Message.objects.filter(direction="out").exclude(status="canceled").count()


def test_the_providers_own_count_of_segments_wins(scene, far_end):
    far_end.script = [base.SendResult("far-1", MessageStatus.SENT, segments=4)]
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
        assert day() == (1, 1, 14_500)
    deliver(scene)
    with activate(scene.organization):
        message.refresh_from_db()
        assert (message.segments, message.price_micros) == (4, 58_000)
        assert day() == (1, 4, 58_000)


def bulk(street, *numbers):
    return [street.text(number, body="Hi", purpose=Purpose.BULK, author=False) for number in numbers]


NEIGHBOURS = ("+12125550120", "+12125550140", "+12125550160", "+12125550180")


def test_a_bulk_text_beyond_the_ceiling_waits_for_tomorrow_and_does_not_fail(scene, far_end):
    with activate(scene.organization):
        street = Street(scene)
        street.limit(daily_segments=2)
        messages = bulk(street, *NEIGHBOURS)
        assert not SendingCount.objects.exists()
        tomorrow = standing.standing().next_day
    deliver(scene)
    with activate(scene.organization):
        assert len(far_end.ledger) == 2
        assert day()[:2] == (2, 2)
        statuses = sorted(Message.objects.values_list("status", flat=True))
        assert statuses == ["queued", "queued", "sent", "sent"]
        OutboxEntry.objects.update(due_at=standing.timezone.now())
    deliver(scene)
    with activate(scene.organization):
        waiting = OutboxEntry.objects.filter(state="ready")
        assert waiting.count() == 2
        assert all(entry.due_at >= tomorrow for entry in waiting)
        assert all(entry.expires_at > entry.due_at for entry in waiting)
        assert len(messages) == 4
    assert len(far_end.ledger) == 2


def test_a_bulk_text_for_which_a_retry_is_due_is_counted_once(scene, far_end):
    far_end.script = [base.NotAccepted(ErrorKind.TRANSIENT, retry=True)]
    with activate(scene.organization):
        bulk(Street(scene), NEIGHBOURS[0])
    deliver(scene)
    with activate(scene.organization):
        OutboxEntry.objects.update(due_at=standing.timezone.now())
    deliver(scene)
    with activate(scene.organization):
        assert len(far_end.ledger) == 1
        assert day()[0] == 1


def test_a_text_that_is_sent_again_after_it_gave_its_place_back_is_counted_anew(scene, far_end):
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
        refunds.refund([message.pk])
        assert day() == (0, 0, 0)
    deliver(scene)
    with activate(scene.organization):
        assert len(far_end.ledger) == 1
        assert day()[:2] == (1, 1)


def test_a_country_that_was_taken_away_stops_a_text_on_its_way(scene, far_end):
    from texting.models import AllowedCountry

    with activate(scene.organization):
        AllowedCountry.objects.create(region="JM")
        Street(scene).text("+18765550123")
        AllowedCountry.objects.all().delete()
    deliver(scene)
    with activate(scene.organization):
        message = Message.objects.get()
        assert (message.status, message.provider_code) == (MessageStatus.CANCELED, "country")
        assert day() == (0, 0, 0)
    assert not far_end.asked


def test_admins_hear_of_80_and_of_100_per_cent_once_each(street):
    street.limit(daily_segments=10)
    for number in range(9):
        street.text(HOME, body=f"Text {number}")
    assert events() == []  # written at the end of the transaction
    from tenancy import audit

    audit.flush()
    assert events() == ["sending:ceiling_near"]
    street.text(HOME, body="The last")
    assert street.rule(HOME, body="One more") == "ceiling.texts"
    audit.flush()
    assert events() == ["sending:ceiling_near", "sending:ceiling_reached"]


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_get_exactly_the_ten_places_that_are_left(far_end):
    scene = make_scene("Harbor Dental", "harbor")
    numbers = [f"+1212555{number:04}" for number in range(1000, 2200, 30)]
    with activate(scene.organization):
        street = Street(scene)
        for number in numbers:
            street.stranger(number)
        SendingLimits.objects.create(daily_segments=10, new_numbers_hour=500, prefix_hour=1000)
        contacts = {c.number: c.pk for c in Contact.objects.all()}
    barrier = threading.Barrier(8)

    refusals = []

    def send(number: str) -> bool:
        try:
            if not barrier.broken and numbers.index(number) < 8:
                barrier.wait(20)
            with activate(scene.organization):
                contact = Contact.objects.get(pk=contacts[number])
                here = threads.open_conversation(contact, scene.line, at=standing.timezone.now())
                sending.send_text(conversation=here, body="STOP harbor dental reply stop", author=None)
                return True
        except Refused as refused:
            refusals.append(refused.outcome.objections[0].rule)
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(send, numbers))
    with activate(scene.organization):
        assert sum(sent) == 10
        assert set(refusals) == {"ceiling.texts"}
        assert day()[:2] == (10, 10)
        assert Message.objects.count() == OutboxEntry.objects.count() == 10
    assert from_provider(numbers[0]).region == "US"
