"""A brand's day at the carriers that runs out is told once to those who can do something about it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone as clock

from accounts.models import OutgoingMail
from tenancy import audit
from tenancy.models import AuditEvent
from tests.mailed import mails_to
from tests.texting.conftest import lift_limits
from tests.texting.limits.test_carrier_day import admin_of, noon, register, texts, used
from texting import delivery
from texting.limits.carriers import changing, days
from texting.limits.carriers.changing import BrandSettings
from texting.models import Brand, Message, SendingCount
from texting.providers.base import NotAccepted
from texting.purposes import Purpose
from texting.statuses import ErrorKind, MessageStatus

__all__ = ["noon"]
ADMIN = "admin@harbor.example"


@pytest.fixture
def brand(street, far_end) -> Brand:
    lift_limits(street.scene.organization)
    return register(street.scene, 10)


def send(street, count: int, first: int, purpose: Purpose = Purpose.REPLY) -> list[Message]:
    messages = texts(street, count, purpose, first=first)
    delivery.deliver_line(street.scene.line.pk)
    return messages


def subjects() -> list[str]:
    return [text.partition("\n")[0] for text in mails_to(ADMIN)]


def events() -> list[str]:
    audit.flush()
    rows = AuditEvent.objects.filter(event__startswith="carrier_day").order_by("sequence")
    return list(rows.values_list("event", flat=True))


def test_at_80_and_at_100_percent_one_mail_goes_to_those_who_may_change_limits(street, brand):
    for count, first, mails in ((7, 0, 0), (1, 10, 1), (1, 20, 1), (1, 30, 2)):
        send(street, count, first)
        assert len(subjects()) == mails, (count, first)
    near, reached = mails_to(ADMIN)
    assert "Harbor Dental LLC has used 80 percent of today at the carriers" in near
    assert "Harbor Dental LLC has used up today at the carriers" in reached
    assert "http://127.0.0.1:8000/settings/limits/carriers/" in reached
    assert "+1212" not in near + reached
    assert events() == ["carrier_day:near", "carrier_day:reached"]
    assert OutgoingMail.objects.count() == 2, "an agent has nothing to do with it"


def test_a_leap_over_both_marks_is_one_mail_and_two_events(street, brand):
    send(street, 10, 0)
    assert ["used up today" in subject for subject in map(str, mails_to(ADMIN))] == [True]
    assert events() == ["carrier_day:near", "carrier_day:reached"]


def test_room_that_is_given_back_and_used_again_is_not_told_again(street, brand, far_end):
    send(street, 7, 0)
    far_end.script.append(NotAccepted(ErrorKind.INVALID_RECIPIENT, retry=False))
    send(street, 1, 10)
    assert (used(brand), len(subjects())) == (7, 1)
    send(street, 1, 20)
    assert (used(brand), len(subjects())) == (8, 1)


def test_a_reply_that_no_longer_fits_counts_as_the_end_of_the_day(street, brand):
    """A long reply can fail while a short one would still leave: nobody is to wait for a warning until then."""
    send(street, 9, 0)
    [reply] = texts(street, 1, first=20)
    Message.objects.filter(pk=reply.pk).update(segments=3)
    delivery.deliver_line(street.scene.line.pk)
    assert Message.objects.get(pk=reply.pk).status == MessageStatus.FAILED
    assert used(brand) == 9
    assert "used up today" in mails_to(ADMIN)[-1]


def test_bulk_texts_that_wait_are_no_end_of_the_day(street, brand):
    send(street, 12, 0, Purpose.BULK)
    assert used(brand) == 9
    assert events() == ["carrier_day:near"]
    assert len(subjects()) == 1


def test_a_new_cap_is_told_anew_and_a_new_name_is_not(street, brand):
    send(street, 8, 0)
    settings = BrandSettings("Harbor Dental", "BN1", "other", 10)
    changing.change_brand(member=admin_of(street.scene), brand_id=brand.pk, settings=settings)
    send(street, 1, 20)
    assert len(subjects()) == 1
    changing.change_brand(
        member=admin_of(street.scene), brand_id=brand.pk, settings=replace(settings, daily_segments=12)
    )
    send(street, 1, 30)
    assert len(subjects()) == 2
    assert "Harbor Dental has used 80 percent" in mails_to(ADMIN)[-1]


def test_the_next_day_has_warnings_of_its_own(street, brand):
    send(street, 8, 0)
    yesterday = days.day_of(clock.now() - timedelta(days=1))
    SendingCount.objects.filter(kind="brand").update(begins_at=yesterday)
    send(street, 8, 20)
    assert len(subjects()) == 2
