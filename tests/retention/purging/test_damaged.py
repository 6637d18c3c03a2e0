"""A damaged row that must stay: its day is left to the next night, the rest ends, and somebody is told."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from retention.certificate_paper import as_pdf
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import putting_off, running
from tenancy.encryption import Sealed, keyring
from tenancy.isolation import activate
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND
from texting.models import Message

from .conftest import LONG_AGO, set_days


@pytest.fixture(autouse=True)
def real(settings, without_waiting):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = ["retention.holds.freezing.keeper"]


@pytest.fixture
def damaged(desk, told):
    """One of a day that is held and damaged, one beside it that is due, and one of another day that is due."""
    broken = told("keep me", number=SECOND)
    beside, other = told("end me", number=FIRST), told("me too", at=LONG_AGO.replace(day=20), number=FIRST)
    with activate(desk.organization):
        whole = bytes(Message.objects.filter(pk=broken.pk).values_list("body", flat=True).get())
        flip(broken, whole[:-1] + bytes([whole[-1] ^ 1]))
        set_days(Kind.BODIES, 30)
        place_hold(desk.cast.admin, about=SECOND)
    return broken, beside, other, whole


def flip(text, record: bytes) -> None:
    Message.objects.filter(pk=text.pk).update(body=Sealed(record))


def rounds(desk) -> int:
    """As many as the clock makes until the purge is over; how many."""
    for count in range(1, 60):
        assert running.run_nights()["failed"] == 0
        with activate(desk.organization):
            if Purge.objects.latest("at").state == "done":
                return count
            again = PurgeStep.objects.filter(again_at__isnull=False).values_list("again_at", flat=True).first()
            assert again is not None
            PurgeStep.objects.update(again_at=timezone.now())
    raise AssertionError("it is never over")


def body(desk, text) -> str | None:
    keyring.forget_everything()
    with activate(desk.organization):
        return Message.objects.get(pk=text.pk).body


def mails(desk) -> int:
    return OutgoingMail.objects.filter(kind="purge_stuck").count()


def test_its_day_is_not_done_the_rest_ends_and_it_is_told_once(desk, damaged):
    broken, beside, other, whole = damaged
    assert rounds(desk) == len(putting_off.PAUSES) + 1
    assert body(desk, other) is None
    assert body(desk, beside) == "end me", "its key is there"
    with activate(desk.organization):
        done = Purge.objects.select_related("organization").get()
        failed = PurgeStep.objects.get(state="failed")
        assert (failed.day, failed.failure, failed.tries) == (LONG_AGO.date(), "Undecryptable", 6)
        assert keyring.those_stored(desk.organization.pk, [bytes.fromhex(one) for one in failed.key_ids])
        [said] = [day for day in json.loads(done.certificate)["days"] if day["state"] == "failed"]
        assert (said["keys"], said["failure"]) == ([], "Undecryptable")
        assert as_pdf(done).startswith(b"%PDF")
    told = mails(desk)
    assert told >= 1
    page = desk.as_(desk.cast.admin).get(f"/settings/purges/{done.pk}/").text
    assert "1 could not be ended: its key was not destroyed" in page
    assert "stopped by Undecryptable" in page

    with activate(desk.organization):
        Purge.objects.update(night=None)
    rounds(desk)
    assert mails(desk) == told, "not each night anew"
    with activate(desk.organization):
        assert Purge.objects.filter(state="done").count() == 2
        Purge.objects.update(night=None)
        flip(broken, whole)
    rounds(desk)
    assert (body(desk, broken), body(desk, beside)) == ("keep me", None), "mended, it goes on"


def test_the_pauses_grow(desk, damaged):
    pauses = []
    for _round in range(4):
        assert running.run_nights()["failed"] == 0
        with activate(desk.organization):
            step = PurgeStep.objects.get(day=LONG_AGO.date())
            pauses.append(step.again_at - timezone.now())
        running.run_nights()
        with activate(desk.organization):
            tries = PurgeStep.objects.get(pk=step.pk).tries
            assert tries == step.tries or pauses[-1] <= timedelta(0), "not before its time"
            PurgeStep.objects.filter(pk=step.pk).update(again_at=timezone.now())
    assert pauses == sorted(pauses)
    assert pauses[-1] > timedelta(minutes=10)
