"""Leaving on a day to come: carried out by the clock, where the organization is."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import deactivation, ownership
from accounts.deactivation import AlreadyEnded, OwnMembership
from accounts.leaving import plans
from accounts.leaving.plans import BadTime, TooMany
from accounts.leaving.tasks import carry_out_leavings, sweep_leavings, try_doors_of
from accounts.models import DoorTrial, Membership, OffboardingReceipt, PlannedLeaving
from accounts.permissions import MissingPermission
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization
from tests.cast import signed_in

SOON = timedelta(hours=2)


def plan(cast, member, actor=None, **more) -> PlannedLeaving:
    with activate(cast.organization):
        due_at = more.pop("due_at", timezone.now() + SOON)
        return plans.plan(actor=actor or cast.owner, member=member, due_at=due_at, **more)


def later() -> int:
    with time_machine.travel(timezone.now() + SOON + timedelta(minutes=1), tick=False):
        return carry_out_leavings()


def is_in(member) -> bool:
    return Membership.objects.get(pk=member.pk).is_active


def test_the_hour_is_the_organizations_own(cast, client):
    Organization.objects.filter(pk=cast.organization.pk).update(time_zone="America/Los_Angeles")
    day = timezone.now().date() + timedelta(days=30)
    how = {"how": "later", "day": day.isoformat(), "hour": "18:00"}
    signed_in(client, cast.owner).post(f"/settings/people/{cast.agent.pk}/deactivate/", how)
    due = PlannedLeaving.objects.get().due_at
    assert due == plans.moment(day, time(18), "America/Los_Angeles")
    assert plans.moment(date(2026, 7, 1), time(18), "America/Los_Angeles") == datetime(2026, 7, 2, 1, tzinfo=UTC)
    page = client.get(f"/settings/people/{cast.agent.pk}/").content.decode()
    assert "Leaves as planned" in page


def test_nothing_ends_before_its_time_and_everything_at_it(cast):
    made = plan(cast, cast.agent)
    assert carry_out_leavings() == 0
    assert is_in(cast.agent)
    assert later() == 1
    assert not is_in(cast.agent)
    with activate(cast.organization):
        receipt = OffboardingReceipt.objects.get()
    assert (receipt.by, receipt.plan_id, receipt.actor_id) == ("plan", made.pk, cast.owner.pk)
    assert later() == 0


def test_what_was_called_off_does_not_happen(cast, client):
    plan(cast, cast.agent)
    signed_in(client, cast.owner).post(f"/settings/people/{cast.agent.pk}/stay/")
    assert later() == 0
    assert is_in(cast.agent)
    client.post(f"/settings/people/{cast.agent.pk}/stay/")  # twice
    with activate(cast.organization):
        kinds = list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))
    assert kinds.count(AuditKind.LEAVING_PLANNED.value) == kinds.count(AuditKind.LEAVING_CALLED_OFF.value) == 1


def test_a_new_plan_takes_the_place_of_the_old_one(cast):
    plan(cast, cast.agent)
    last = plan(cast, cast.agent, due_at=timezone.now() + timedelta(days=9))
    assert PlannedLeaving.objects.get(done_at__isnull=True).pk == last.pk
    assert later() == 0


def test_whoever_is_deactivated_before_is_not_deactivated_again(cast):
    plan(cast, cast.agent)
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=cast.agent)
        deactivation.reactivate(actor=cast.owner, member=cast.agent)
    assert later() == 0
    assert is_in(cast.agent)


def test_somebody_suspended_meanwhile_is_deactivated_for_good(cast):
    plan(cast, cast.agent)
    with activate(cast.organization):
        deactivation.suspend(actor=cast.owner, member=cast.agent)
    assert later() == 1
    assert Membership.objects.get(pk=cast.agent.pk).state == "Deactivated"


def test_a_refused_plan_leaves_nothing(cast):
    now = timezone.now()
    for actor, member, due_at, refusal in (
        (cast.owner, cast.owner, now + SOON, OwnMembership),
        (cast.admin, cast.owner, now + SOON, MissingPermission),
        (cast.agent, cast.second_agent, now + SOON, MissingPermission),
        (cast.owner, cast.leaver, now + SOON, AlreadyEnded),
        (cast.owner, cast.agent, now, BadTime),
        (cast.owner, cast.agent, now + timedelta(days=500), BadTime),
    ):
        with pytest.raises(refusal):
            plan(cast, member, actor=actor, due_at=due_at)
    with activate(cast.organization), pytest.raises(TooMany):
        plans.end_many(actor=cast.owner, members=[cast.agent] * (plans.MOST_AT_ONCE + 1))
    assert not PlannedLeaving.objects.exists()


def test_the_last_owner_does_not_go_by_a_plan_either(cast):
    """Neither when it is made nor when it is due: the other owner stepped down in between."""
    with activate(cast.organization):
        ownership.make_owner(actor=cast.owner, member=cast.admin)
    plan(cast, cast.admin)
    with activate(cast.organization):
        ownership.unmake_owner(actor=cast.owner, member=cast.owner)
    assert later() == 0
    assert is_in(cast.admin)
    kept = PlannedLeaving.objects.get()
    assert kept.problem == PlannedLeaving.Problem.NOT_ALLOWED, "the planner is no owner any more"
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.LEAVING_GIVEN_UP.value).count() == 1


def test_two_owners_who_planned_each_others_end_do_not_both_go(cast):
    with activate(cast.organization):
        ownership.make_owner(actor=cast.owner, member=cast.admin)
    plan(cast, cast.admin)
    plan(cast, cast.owner, actor=Membership.objects.select_related("user", "organization").get(pk=cast.admin.pk))
    assert later() == 1
    assert PlannedLeaving.objects.get(problem=PlannedLeaving.Problem.LAST_OWNER).done_at
    assert Membership.objects.filter(organization=cast.organization, is_owner=True, is_active=True).count() == 1


def test_a_plan_outlives_whoever_made_it_but_not_against_an_owner(cast):
    plan(cast, cast.agent, actor=cast.admin)
    plan(cast, cast.second_agent, actor=cast.admin)
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=cast.admin)
        ownership.make_owner(actor=cast.owner, member=cast.second_agent)
    assert later() == 1
    assert not is_in(cast.agent)
    assert is_in(cast.second_agent)


def test_a_taker_who_left_meanwhile_takes_nothing_and_keeps_nobody(cast):
    plan(cast, cast.agent, hand_to=cast.second_agent)
    with activate(cast.organization):
        deactivation.deactivate(actor=cast.owner, member=cast.second_agent)
    assert later() == 1


def test_one_that_breaks_keeps_no_other_waiting(cast, monkeypatch):
    plan(cast, cast.agent)
    plan(cast, cast.second_agent)
    whole = plans.end_everything

    def breaks(*, member, **more):
        if member.pk == cast.agent.pk:
            raise RuntimeError("no disk")
        return whole(member=member, **more)

    monkeypatch.setattr(plans, "end_everything", breaks)
    assert later() == 1
    assert is_in(cast.agent)
    monkeypatch.undo()
    assert later() == 1


def test_doors_are_tried_once_by_the_bell_and_by_the_sweep_if_it_was_lost(cast):
    with activate(cast.organization):
        receipt = deactivation.deactivate(actor=cast.owner, member=cast.agent)
    try_doors_of(str(cast.organization.pk), str(receipt.pk))
    try_doors_of(str(cast.organization.pk), str(receipt.pk))
    with activate(cast.organization):
        assert DoorTrial.objects.count() == 1
        deactivation.deactivate(actor=cast.owner, member=cast.second_agent)
    assert sweep_leavings() == 1
    assert sweep_leavings() == 0


def test_a_time_nobody_can_read_is_asked_for_again(cast, client):
    owner = signed_in(Client(), cast.owner)
    for day, hour in (
        ("", ""),
        ("2026-13-45", "18:00"),
        ("2001-01-01", "18:00"),
        ("2999-01-01", "25:00"),
        ("\x00", "x"),
    ):
        answer = owner.post(f"/settings/people/{cast.agent.pk}/deactivate/", {"how": "later", "day": day, "hour": hour})
        assert answer.status_code == 422
    assert not PlannedLeaving.objects.exists()
