"""A step goes on from what is stored, of it and of its keys, and not from what a process remembers of it."""

import pytest
from django.utils import timezone

from compliance.models import Finding
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import lease, running, stepping, tasks
from retention.purging.ending import end_rows
from retention.purging.putting_off import PAUSES
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tenancy.models import DataKey
from tests.texting.desk import FIRST, SECOND
from texting.models import Conversation, Message

from .conftest import LONG_AGO, set_days

YOUNGER = LONG_AGO.replace(day=20)


def keep_the_first(subject):
    """All of one customer's conversation."""
    kept = Conversation.objects.filter(contact__number_masked__endswith=FIRST[-4:])
    return subject.of(subject.conversation, "__in", kept.values("pk"))


@pytest.fixture(autouse=True)
def real(settings, without_waiting):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_the_first"]


@pytest.fixture
def due(desk, told):
    """A text that ends beside one that stays, one that ends with all of its day, and a finding."""
    kept, beside = told("keep me"), told("end me", number=SECOND)
    alone = told("My card is 4111 1111 1111 1111", at=YOUNGER, number=SECOND)
    with activate(desk.organization):
        Finding.objects.update(found_at=LONG_AGO)
        set_days(Kind.BODIES, 30)
        set_days(Kind.FINDINGS, 30)
    return kept, beside, alone


def night() -> None:
    assert running.run_nights()["failed"] == 0


def again(desk) -> None:
    """The next round, as late as it has to be."""
    with activate(desk.organization):
        PurgeStep.objects.exclude(again_at=None).update(again_at=timezone.now())
        Purge.objects.filter(state="running").update(busy_until=None)
    night()


def steps(desk) -> dict[str, PurgeStep]:
    """Of the newest purge, by day."""
    with activate(desk.organization):
        rows = PurgeStep.objects.filter(purge=Purge.objects.latest("at")).exclude(state="stayed")
        return {str(step.day): step for step in rows}


def test_one_whose_keys_are_gone_is_not_given_up_although_it_says_that_it_is_due(desk, due, monkeypatch):
    def fails(point):
        if point == "after_day_shredded":
            raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(stepping, "crash_here", fails)
        night()
        for _ in PAUSES:
            again(desk)
        for _ in range(2):
            again(desk)
    step = steps(desk)[str(LONG_AGO.date())]
    assert (step.state, step.failure, step.tries) == ("due", "RuntimeError", len(PAUSES) + 3)
    assert not keyring.those_stored(desk.organization.pk, [bytes.fromhex(one) for one in step.key_ids])
    again(desk)
    assert steps(desk)[str(LONG_AGO.date())].state == "verified"
    with activate(desk.organization):
        assert [text.body for text in Message.objects.filter(pk__in=[one.pk for one in due]).order_by("pk")] == [
            "keep me",
            None,
            None,
        ]


def test_one_whose_keys_are_there_again_is_left_to_the_next_night_which_destroys_them(desk, due, monkeypatch):
    """As when the keys were put back from a copy while a purge ran."""
    organization = desk.organization.pk
    with keyring.keys_of(organization):
        copy = list(DataKey.objects.filter(organization_id=organization, scope=str(YOUNGER.date())))

    def put_back(*given):
        end_rows(*given)
        with keyring.keys_of(organization):
            DataKey.objects.bulk_create(copy, ignore_conflicts=True)

    with monkeypatch.context() as patched:
        patched.setattr(stepping, "end_rows", put_back)
        night()
        for _ in PAUSES:
            again(desk)
    step = steps(desk)[str(YOUNGER.date())]
    assert (step.state, step.failure) == ("failed", "NotVerified")
    with activate(desk.organization):
        Purge.objects.update(night=None)
    night()
    assert steps(desk)[str(YOUNGER.date())].state == "verified"
    assert not keyring.those_stored(organization, [bytes(one.key_id) for one in copy])


def test_a_process_that_was_held_up_changes_nothing_that_another_has_done(desk, due):
    with activate(desk.organization):
        running.begin_night(timezone.now())
    late = running.take(desk.organization.pk)
    again(desk)
    with activate(desk.organization):
        before = list(PurgeStep.objects.order_by("pk").values()), Purge.objects.values().get()
        assert before[1]["state"] == "done"
        Finding.objects.update(masked="[card last four 1111]", digest=b"d" * 16)
    for step in late[1]:  # whichever it comes to next
        with pytest.raises(lease.TakenOver):
            stepping.advance_all(desk.organization.pk, late[0], [step])
    with activate(desk.organization):
        assert (list(PurgeStep.objects.order_by("pk").values()), Purge.objects.values().get()) == before
        assert Finding.objects.filter(digest=None).count() == 0, "ended, and in no certificate"


def test_one_that_was_thought_dead_neither_keeps_nor_gives_up_the_other_s_lease(desk, due):
    organization = desk.organization.pk
    with activate(desk.organization):
        running.begin_night(timezone.now())
    late, _steps = running.take(organization)
    with activate(desk.organization):
        Purge.objects.update(busy_until=timezone.now())
    other, _steps = running.take(organization)
    with activate(desk.organization):
        now = Purge.objects.values().get()
        with pytest.raises(lease.TakenOver):
            lease.keep(late)
        assert not lease.give_up(late)
    assert not running.give_back(organization, late)
    with activate(desk.organization):
        assert Purge.objects.values().get() == now
        lease.keep(other)
    assert running.take(organization) is None, "somebody is at it"


@pytest.mark.parametrize("point", ["after_day_shredded", "after_purge_step"])
def test_one_that_is_held_up_in_the_middle_stops_there(desk, due, monkeypatch, point):
    halted = []

    def halts(name):
        if name == point and not halted:
            halted.append(name)
            again(desk)  # another process, when this one must be dead

    monkeypatch.setattr(stepping, "crash_here", halts)
    night()
    with activate(desk.organization):
        assert halted
        assert set(PurgeStep.objects.exclude(state="stayed").values_list("state", flat=True)) == {"verified"}
        assert PurgeStep.objects.get(day=LONG_AGO.date()).ended == {"texting.Message": 1}
        assert Purge.objects.get().state == "done"


def test_an_error_of_one_that_was_held_up_is_not_stored_with_what_is_done(desk, due, monkeypatch):
    real, calls = stepping.shred_day, []

    def fails_once(*given, **named):
        calls.append(given)
        if len(calls) > 1:
            return real(*given, **named)
        again(desk)
        raise RuntimeError

    monkeypatch.setattr(stepping, "shred_day", fails_once)
    night()
    with activate(desk.organization):
        step = PurgeStep.objects.get(day=LONG_AGO.date())
        assert (step.state, step.failure, step.tries, step.again_at) == ("verified", "", 0, None)


def test_one_thread_of_a_worker_purges_at_a_time(desk, monkeypatch):
    """Its others send texts meanwhile, however often the clock rings: a purge may take hours."""
    for organization in (desk.organization, desk.cast.other_organization):
        with activate(organization):
            Purge.objects.create(at=LONG_AGO, trigger="hand")
    run, meanwhile = running.advance_all, []

    def rings(*what):
        meanwhile.append(tasks.purge_by_night()["finished"])
        meanwhile.extend(tasks.go_on(str(one.pk)) for one in (desk.organization, desk.cast.other_organization))
        run(*what)

    monkeypatch.setattr(running, "advance_all", rings)
    assert tasks.purge_by_night()["finished"] == 2
    assert set(meanwhile) == {False}
    assert tasks.go_on(str(desk.organization.pk)) is False, "it is over"
