"""Many days end together, in as many statements as one; each day counts its own rows, and a held day goes by itself."""

from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import ending, running
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tests.texting.desk import SECOND
from texting.models import Contact, Conversation, Message

from .conftest import LONG_AGO, set_days

WORDS = "an old text"


@pytest.fixture(autouse=True)
def signing(settings, without_waiting):
    settings.AUDIT_SIGNING_KEY = b"k" * 32


@pytest.fixture
def many(desk, told):
    """`many(first, days)`: two texts of one moment on each of so many days after the first one."""

    def tell(first: int, days: int) -> list[Message]:
        with activate(desk.organization):
            set_days(Kind.BODIES, 30)
        at = [LONG_AGO + timedelta(days=first + number) for number in range(days)]
        return [told(WORDS, moment) for moment in at for _ in range(2)]

    return tell


def purge(desk) -> list[PurgeStep]:
    with activate(desk.organization):
        Purge.objects.update(night=LONG_AGO.date())
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        newest = Purge.objects.latest("at")
        assert newest.state == "done"
        return list(PurgeStep.objects.filter(purge=newest).order_by("day"))


def statements(desk) -> int:
    with CaptureQueriesContext(connection) as main, CaptureQueriesContext(connections["keys"]) as keys:
        purge(desk)
    return len(main) + len(keys)


def test_more_days_take_no_more_statements(desk, many):
    many(0, 2)
    few = statements(desk)
    many(10, 6)
    with activate(desk.organization):
        Purge.objects.all().update(night=None)
    assert statements(desk) <= few + 4 * 3  # events of four more days in the log; alone a day took over a hundred


def test_a_night_begins_by_choices_that_are_read_once(desk, many):
    many(0, 2)
    with activate(desk.organization), CaptureQueriesContext(connection) as asked:
        assert running.begin_night(timezone.now())
    assert sum('FROM "retention_retentionpolicy"' in each["sql"] for each in asked) == 1


def test_batches_cross_days_and_each_day_counts_its_own(desk, many, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 3)
    many(0, 4)
    steps = purge(desk)
    assert [step.ended["texting.Message"] for step in steps] == [2, 2, 2, 2]
    with activate(desk.organization):
        assert not Message.objects.filter(body__isnull=False).exists()


def keep_hers(subject):
    hers = Contact.objects.filter(number_masked__endswith=SECOND[-4:])
    return subject.of(subject.contact, "__in", hers.values("pk")) if subject.contact else None


def test_a_day_of_which_something_stays_goes_by_itself_and_loses_nothing(desk, many, told, settings):
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_hers"]
    many(0, 3)
    kept = told("keep me", LONG_AGO + timedelta(days=1), number=SECOND)
    steps = purge(desk)
    assert [step.resealed for step in steps] == [0, 2, 0]  # the text, and how its conversation begins
    assert [step.state for step in steps] == ["verified"] * 3
    keyring.forget_everything()
    with activate(desk.organization):
        assert Message.objects.get(pk=kept.pk).body == "keep me"
        assert Conversation.objects.get(pk=kept.conversation_id).preview == "keep me"
        assert Message.objects.exclude(pk=kept.pk).filter(body__isnull=False).count() == 0


def test_one_error_with_many_together_stops_only_the_day_that_has_it(desk, many, monkeypatch):
    many(0, 2)
    end = ending.end_of_column

    def fails_on_the_first_day(column, rows, at):
        if column.model is Message and Message.objects.filter(pk__in=rows, created_at=LONG_AGO).exists():
            raise RuntimeError("a disk")
        end(column, rows, at)

    monkeypatch.setattr(ending, "end_of_column", fails_on_the_first_day)
    running.run_nights()
    with activate(desk.organization):
        first, second = PurgeStep.objects.order_by("day")
        assert (first.state, first.failure) == ("shredded", "RuntimeError")
        assert (second.state, second.ended["texting.Message"]) == ("verified", 2)
    monkeypatch.undo()
