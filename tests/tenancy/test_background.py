"""Tasks carry ids into their organization; a round visits every organization once, each in its own transaction."""

import threading
from uuid import UUID

import pytest
from celery import current_app
from django.db import connections, transaction

from config.celery import app
from tenancy.background import Counts, OrganizationTask, each_organization, organization_task
from tenancy.isolation import NoOrganization, activate, current_organization_id
from tenancy.models import Organization
from texting.models import Contact

from .conftest import make_business

SEEN: list[tuple] = []


@organization_task
def look_at_one(contact_id: UUID) -> None:
    SEEN.append((current_organization_id(), [contact_id], (contact_id,)))


@organization_task
def look(*ids: UUID | int) -> None:
    SEEN.append((current_organization_id(), list(Contact.objects.values_list("pk", flat=True)), ids))


@pytest.fixture(autouse=True)
def _forget():
    SEEN.clear()


@pytest.fixture
def wire(monkeypatch) -> list[tuple]:
    """What would enter the broker."""
    sent: list[tuple] = []
    monkeypatch.setattr(OrganizationTask, "apply_async", lambda self, args: sent.append(args))
    return sent


def test_a_task_runs_in_the_organization_it_was_enqueued_in(
    harbor, northside, wire, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), activate(harbor.organization):
        look.after_commit(harbor.contact.pk, 7)
        assert wire == [], "nothing rings before the commit"
    assert wire == [(str(harbor.organization.pk), str(harbor.contact.pk), 7)]
    look(*wire[0])
    assert list(SEEN) == [(harbor.organization.pk, [harbor.contact.pk], (harbor.contact.pk, 7))]


def test_another_organization_s_ids_find_nothing(harbor, northside):
    look(str(northside.organization.pk), str(harbor.contact.pk))
    assert harbor.contact.pk not in SEEN[0][1]


def test_a_task_of_exactly_so_many_ids_can_be_put_on_the_wire(harbor):
    """Celery compares arguments with the function before it sends them; ours begin with the organization."""
    with app.connection_for_write("memory://") as wire:
        sent = look_at_one.apply_async(args=(str(harbor.organization.pk), str(harbor.contact.pk)), connection=wire)
    assert sent.id


@pytest.mark.django_db(transaction=True)
def test_a_task_is_known_to_celery_and_run_by_it():
    """Celery itself calls a task, in another way than Python does."""
    from celery.app.trace import build_tracer

    harbor = make_business("Harbor Dental", "harbor")
    task = current_app.tasks[look.name]
    assert isinstance(task, OrganizationTask)
    tracer = build_tracer(task.name, task, app=current_app, propagate=True)
    tracer("some-id", [str(harbor.organization.pk), str(harbor.contact.pk)], {}, {"id": "some-id"})
    assert list(SEEN) == [(harbor.organization.pk, [harbor.contact.pk], (harbor.contact.pk,))]


def test_nothing_rings_when_the_transaction_is_rolled_back(harbor, wire, django_capture_on_commit_callbacks):
    given_up = pytest.raises(ZeroDivisionError)
    with django_capture_on_commit_callbacks(execute=True), given_up, activate(harbor.organization):
        look.after_commit(1)
        raise ZeroDivisionError
    assert wire == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_cannot_be_reached_does_not_fail_the_request(monkeypatch, caplog):
    def refuse(self: OrganizationTask, args: tuple) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(OrganizationTask, "apply_async", refuse)
    organization = Organization.objects.create(name="Harbor Dental", slug="harbor")
    with activate(organization):
        look.after_commit(1)
    assert "no broker" in caplog.text


@pytest.mark.parametrize("value", ["+12125550181", "text", b"x", 1.5, True, None, [1]], ids=repr)
def test_a_task_takes_ids_only(harbor, value):
    with activate(harbor.organization), pytest.raises(TypeError, match="ids only"):
        look.after_commit(value)


def test_a_task_cannot_be_enqueued_without_an_organization(harbor):
    with pytest.raises(NoOrganization):
        look.after_commit(1)


# --- Rounds ---


def test_a_round_visits_every_organization_and_counts(harbor, northside):
    visited = []

    def step() -> int:
        visited.append(current_organization_id())
        return Contact.objects.count()

    assert each_organization("count", step) == Counts(organizations=2, items=2)
    assert visited == sorted([harbor.organization.pk, northside.organization.pk])


def test_a_round_repeats_until_nothing_is_left(harbor, northside):
    left = {harbor.organization.pk: 3, northside.organization.pk: 0}

    def step() -> int:
        organization = current_organization_id()
        done = min(2, left[organization])
        left[organization] -= done
        return done

    assert each_organization("drain", step, until_nothing_left=True) == Counts(organizations=2, items=3)
    assert set(left.values()) == {0}


def test_an_error_ends_the_round_for_its_organization_only(harbor, northside, caplog):
    def step() -> int:
        Contact.objects.update(number_masked="visited")
        if current_organization_id() == harbor.organization.pk:
            raise ZeroDivisionError
        return 1

    assert each_organization("break", step) == Counts(organizations=1, items=1, failed=1)
    assert f"break failed for organization {harbor.organization.pk}" in caplog.text
    for business, masked in ((harbor, "(masked)"), (northside, "visited")):
        with activate(business.organization):
            assert Contact.objects.get().number_masked == masked


@pytest.mark.django_db(transaction=True)
def test_two_rounds_of_one_name_leave_each_other_s_organization_alone():
    organization = Organization.objects.create(name="Harbor Dental", slug="harbor")
    inside, finish = threading.Event(), threading.Event()
    first: list[Counts] = []

    def step() -> int:
        inside.set()
        assert finish.wait(20)
        return 1

    def run() -> None:
        first.append(each_organization("purge", step))
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert inside.wait(20)
    assert each_organization("purge", lambda: 1) == Counts(busy=1)
    assert each_organization("another", lambda: 1) == Counts(organizations=1, items=1)
    finish.set()
    thread.join(20)
    assert first == [Counts(organizations=1, items=1)]
    assert each_organization("purge", lambda: 1) == Counts(organizations=1, items=1), (
        "the lock ended with its transaction"
    )
    with activate(organization), transaction.atomic():
        pass
