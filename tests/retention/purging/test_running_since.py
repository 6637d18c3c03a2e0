"""How long a purge runs can be seen from outside: from when it really runs until it is done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.figures import figures
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import running, stepping
from tenancy.isolation import activate
from tenancy.models import Organization

from .conftest import set_days


@pytest.fixture(autouse=True)
def signing(settings):
    settings.AUDIT_SIGNING_KEY = b"k" * 32


def since(desk):
    return Organization.objects.get(pk=desk.organization.pk).purging_since


def test_by_night_it_is_seen_until_it_is_done(desk, told, monkeypatch):
    told("A melon, please")
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)

    def fails(*_given):
        raise RuntimeError

    with monkeypatch.context() as patched:
        for name in ("shred_day", "shred_clear_days"):
            patched.setattr(stepping, name, fails)
        assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        assert since(desk) == Purge.objects.get().at
        PurgeStep.objects.update(again_at=timezone.now())
    assert 0 < figures().oldest_purge < 300
    running.run_nights()
    assert (since(desk), figures().oldest_purge) == (None, 0)


def test_by_hand_one_that_waits_for_a_second_person_does_not_run(desk, told, monkeypatch):
    told("A melon, please")
    monkeypatch.setattr(running, "ALONE", 0)
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
        purge = running.ask(member=desk.cast.admin)
        Purge.objects.update(at=timezone.now() - timedelta(days=3))
        assert (purge.state, since(desk)) == ("asked", None)
        running.agree(member=desk.cast.owner, purge=purge)
    assert figures().oldest_purge < 300
    assert since(desk) is not None
    running.go_on(desk.organization.pk)
    assert since(desk) is None


def test_a_night_without_work_leaves_nothing_behind(desk):
    running.run_nights()
    assert since(desk) is None
