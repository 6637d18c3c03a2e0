"""Leaving at a date, and several people at once: rows that say whose end is due, and the clock that carries it out.

A plan is the organization's. It is carried out although whoever made it has left meanwhile, since a leaver who stays in
is worse than one who is out too early and is let in again; but never against somebody who has come to stand above them.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts.deactivation import AlreadyEnded, By, Ending, LastOwner, end_everything, is_last_owner, require_to_end
from accounts.models import Membership, OffboardingReceipt, PlannedLeaving
from accounts.permissions import MissingPermission, Permission, require
from accounts.roles import is_over, require_over
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import activate

Problem = PlannedLeaving.Problem
FARTHEST = timedelta(days=366)
SHOWN_AFTER = timedelta(days=30)
MOST_AT_ONCE = 100  # people in one go

log = logging.getLogger("parley.accounts")


class BadTime(Exception):
    """A plan is for a moment to come, within a year."""


class TooMany(Exception):
    """More people than MOST_AT_ONCE."""


def moment(day: date, at: time, organization_zone: str) -> datetime:
    """That hour of that day where the organization is. An hour that the clocks skip is the one after it."""
    return datetime.combine(day, at, ZoneInfo(organization_zone)).astimezone(ZoneInfo("UTC"))


def plan(
    *,
    actor: Membership,
    member: Membership,
    due_at: datetime,
    hand_to: Membership | None = None,
    own_to: str = "",
) -> PlannedLeaving:
    """Deactivate the member then; a plan that there was is replaced.

    Raises BadTime, LastOwner, OwnMembership, AlreadyEnded, MissingPermission.
    """
    require_to_end(actor, member)
    now = timezone.now()
    if not now < due_at <= now + FARTHEST:
        raise BadTime
    return _planned(actor, member, due_at, hand_to, batch=None, own_to=own_to)


def end_many(*, actor: Membership, members: Iterable[Membership]) -> UUID:
    """Deactivate them all now, each in a transaction of their own, so that one who cannot go keeps nobody else.

    Returns the batch by which they are followed. Raises TooMany; OwnMembership, MissingPermission for any of them,
    and then nobody is deactivated.
    """
    wanted = list(members)
    if len(wanted) > MOST_AT_ONCE:
        raise TooMany
    for member in wanted:
        require_to_end(actor, member)
    batch, now = new_id(), timezone.now()
    for member in sorted(wanted, key=lambda one: one.pk):
        try:
            _planned(actor, member, now, None, batch=batch)
        except (LastOwner, AlreadyEnded) as refused:
            problem = Problem.LAST_OWNER if isinstance(refused, LastOwner) else Problem.GONE
            PlannedLeaving.objects.create(
                membership=member, made_by=actor, due_at=now, batch=batch, done_at=now, problem=problem
            )
    transaction.on_commit(ring, robust=True)
    return batch


def call_off(*, actor: Membership, member: Membership) -> bool:
    """The member stays. False when nothing was planned any more. Raises MissingPermission."""
    require_over(actor, member, Permission.PEOPLE_DEACTIVATE)
    found = PlannedLeaving.objects.select_for_update(no_key=True).filter(membership=member, done_at__isnull=True)
    gone = found.first()
    if gone is None:
        return False
    PlannedLeaving.objects.filter(pk=gone.pk).delete()
    audit.record(event=AuditKind.LEAVING_CALLED_OFF, actor=actor, object=member, due_at=gone.due_at)
    return True


def open_plan(member: Membership) -> PlannedLeaving | None:
    """What is planned for the member."""
    return (
        PlannedLeaving.objects.select_related("made_by__user", "hand_to__user")
        .filter(membership=member, done_at__isnull=True)
        .first()
    )


def carry_out_due() -> int:
    """Everything that is due, oldest first. Safe to run twice and side by side. Returns how many were deactivated."""
    due = PlannedLeaving.objects.filter(done_at__isnull=True, due_at__lte=timezone.now()).order_by("due_at", "pk")
    done = 0
    for plan_id, organization_id in list(due.values_list("pk", "membership__organization_id")):
        try:
            with activate(organization_id):
                done += _carry_out(plan_id)
        except Exception:  # the next round tries again; the others are not kept waiting
            log.exception("leaving_failed", extra={"plan": str(plan_id)})
    return done


def ring() -> None:
    """Wake whoever carries out what is due. A lost ring costs seconds: the clock finds the rows."""
    from accounts.leaving.tasks import carry_out_leavings  # the edge imports this module

    try:
        carry_out_leavings.apply_async(retry=False)
    except Exception as error:
        log.warning("doorbell_lost", extra={"error": type(error).__name__})


def _planned(
    actor: Membership,
    member: Membership,
    due_at: datetime,
    hand_to: Membership | None,
    *,
    batch: UUID | None,
    own_to: str = "",
) -> PlannedLeaving:
    now = Membership.objects.select_for_update(no_key=True, of=("self",)).get(pk=member.pk)
    if not now.is_active and now.suspended_at is None:
        raise AlreadyEnded
    if is_last_owner(now):
        raise LastOwner
    PlannedLeaving.objects.filter(membership=member, done_at__isnull=True).delete()
    made = PlannedLeaving.objects.create(
        membership=member, made_by=actor, due_at=due_at, hand_to=hand_to, batch=batch, own_to=own_to
    )
    audit.record(event=AuditKind.LEAVING_PLANNED, actor=actor, object=member, due_at=due_at, together=batch is not None)
    return made


def _carry_out(plan_id: UUID) -> int:
    rows = PlannedLeaving.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
    one = (
        rows.select_related("membership__user", "membership__organization", "made_by__user", "hand_to__user")
        .filter(pk=plan_id, done_at__isnull=True)
        .first()
    )
    if one is None:
        return 0
    problem = _end(one)
    PlannedLeaving.objects.filter(pk=one.pk).update(done_at=timezone.now(), problem=problem)
    if problem:
        audit.record(event=AuditKind.LEAVING_GIVEN_UP, actor=one.made_by, object=one.membership, problem=problem)
        log.error("leaving_given_up", extra={"plan": str(one.pk), "problem": str(problem)})
    return 0 if problem else 1


def _end(one: PlannedLeaving) -> Problem | str:
    planner, member = one.made_by, one.membership
    above = is_over(planner, member) if planner.is_active else planner.is_owner or not member.is_owner
    if not above:
        return Problem.NOT_ALLOWED
    ending = Ending(by=By.PERSON if one.batch else By.PLAN, hand_to=one.hand_to, plan_id=one.pk, own_to=one.own_to)
    try:
        with transaction.atomic():
            end_everything(actor=planner, member=member, ending=ending)
    except LastOwner:
        return Problem.LAST_OWNER
    except AlreadyEnded:
        return Problem.GONE
    except MissingPermission:  # of several at once, and whoever asked was ended first
        return Problem.NOT_ALLOWED
    return ""


def coming(member: Membership) -> list[PlannedLeaving]:
    """What is planned in the member's organization, the next first."""
    rows = PlannedLeaving.objects.filter(membership__organization=member.organization_id)
    open_ones = rows.filter(done_at__isnull=True).select_related("membership__user", "made_by__user")
    return list(open_ones.order_by("due_at")[:MOST_AT_ONCE])


def given_up(member: Membership) -> list[PlannedLeaving]:
    """What was planned and could not be done in the last SHOWN_AFTER, while the person is still in; newest first."""
    rows = PlannedLeaving.objects.filter(
        membership__organization=member.organization_id,
        membership__is_active=True,
        done_at__gt=timezone.now() - SHOWN_AFTER,
    )
    failed = rows.exclude(problem="").exclude(problem=Problem.GONE)
    return list(failed.select_related("membership__user").order_by("-done_at")[:MOST_AT_ONCE])


@dataclass(frozen=True)
class Going:
    """One of several who go together. `receipt` None and `problem` empty: not yet."""

    plan: PlannedLeaving
    receipt: OffboardingReceipt | None

    @property
    def is_done(self) -> bool:
        """Whether nothing more will happen."""
        return self.plan.done_at is not None


@dataclass(frozen=True)
class Progress:
    """How far the several are."""

    batch: UUID
    people: tuple[Going, ...]

    @property
    def done(self) -> int:
        """How many have gone or cannot."""
        return sum(one.is_done for one in self.people)

    @property
    def gone(self) -> int:
        """How many have gone."""
        return sum(one.receipt is not None for one in self.people)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.done == len(self.people)


def progress(member: Membership, batch: UUID) -> Progress:
    """How far those of a batch are, by name. Raises Http404 for one of another organization, MissingPermission."""
    require(member, Permission.PEOPLE_DEACTIVATE)
    rows = PlannedLeaving.objects.filter(batch=batch, membership__organization=member.organization_id)
    found = list(rows.select_related("membership__user").order_by("membership__user__name"))
    if not found:
        raise Http404
    receipts = {one.plan_id: one for one in OffboardingReceipt.objects.filter(plan_id__in=[one.pk for one in found])}
    return Progress(batch, tuple(Going(one, receipts.get(one.pk)) for one in found))
