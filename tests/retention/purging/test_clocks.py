"""A clock that was ahead ends nothing that is not due by the right one, and keeps nobody from going on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.figures import figures
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import lease, running
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tenancy.models import DataKey, Organization
from texting.models import Conversation, Message

from .conftest import LONG_AGO, set_days

AHEAD = timedelta(days=400)


@pytest.fixture(autouse=True)
def signing(settings):
    settings.AUDIT_SIGNING_KEY = b"k" * 32


@pytest.fixture
def running_purge(desk, told):
    """One that has begun, of a text that is due."""
    text = told("A melon, please")
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
        running.begin_night(timezone.now())
    return text


def test_what_was_due_by_a_clock_that_was_ahead_stays_by_the_right_one(desk, told):
    young = told("Two melons", at=timezone.now() - timedelta(days=10))
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
        began = running.begin_night(timezone.now() + AHEAD)
        assert PurgeStep.objects.filter(purge=began, day=young.created_at.date(), state="due").exists()
    assert running.go_on(desk.organization.pk)
    keyring.forget_everything()
    with activate(desk.organization):
        assert Message.objects.get(pk=young.pk).body == "Two melons"
        for step in PurgeStep.objects.filter(purge=began):
            assert (step.state, step.resealed, step.ended) == ("stayed", 0, {}), step
    with activate(desk.organization):
        assert running.begin_night(timezone.now()) is not None, "and tonight's has its turn"


def test_a_longer_period_that_is_chosen_while_a_purge_runs_keeps_its_days_as_they_are(desk, running_purge):
    with activate(desk.organization):
        set_days(Kind.BODIES, 4000)
    assert running.go_on(desk.organization.pk)
    keyring.forget_everything()
    with activate(desk.organization):
        assert Message.objects.get(pk=running_purge.pk).body == "A melon, please"
        step = PurgeStep.objects.get()
        assert (step.state, step.resealed, step.kept) == ("stayed", 0, {"rule": 2})


@pytest.mark.usefixtures("without_waiting")
def test_moments_that_it_left_are_not_waited_for(desk, running_purge):
    later = timezone.now() + AHEAD
    with activate(desk.organization):
        Purge.objects.update(busy_until=later)
        PurgeStep.objects.update(again_at=later)
        Organization.objects.filter(pk=desk.organization.pk).update(purging_since=later)
        purge, steps = running.take(desk.organization.pk)
        assert [step.again_at for step in steps] == [None]
        assert purge.busy_until < timezone.now() + timedelta(hours=1)
    assert figures().oldest_purge >= 0
    with activate(desk.organization):
        assert Organization.objects.get(pk=desk.organization.pk).purging_since <= timezone.now()
        Purge.objects.update(busy_until=timezone.now() + 1.5 * lease.LEASE)
    assert running.take(desk.organization.pk) is None, "clocks differ"


def test_a_key_that_it_made_is_waited_for_from_now_on_and_no_longer(desk, told, settings):
    kept, doomed = told("keep me"), told("end me", number="+12125550182")
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_the_first"]
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
    running.run_nights()
    organization = desk.organization.pk
    with keyring.keys_of(organization):
        day = {"organization_id": organization, "kind": "body", "scope": str(LONG_AGO.date()), "generation": 2}
        assert DataKey.objects.filter(**day).update(created_at=timezone.now() + AHEAD) == 1
    with activate(desk.organization):
        PurgeStep.objects.update(again_at=None)
    running.go_on(organization)
    with activate(desk.organization):
        assert PurgeStep.objects.get().again_at < timezone.now() + timedelta(hours=2)
    with keyring.keys_of(organization):
        DataKey.objects.filter(**day).update(created_at=timezone.now() - timedelta(hours=2))
    with activate(desk.organization):
        PurgeStep.objects.update(again_at=None)
    assert running.go_on(organization)
    with activate(desk.organization):
        assert [Message.objects.get(pk=one.pk).body for one in (kept, doomed)] == ["keep me", None]


def keep_the_first(subject):
    """All of one customer's conversation."""
    kept = Conversation.objects.filter(contact__number_masked__endswith="0181")
    return subject.of(subject.conversation, "__in", kept.values("pk"))
