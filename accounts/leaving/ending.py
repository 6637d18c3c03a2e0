"""Ending everything at once, in the caller's transaction: the switch, each step's door, the receipt, the audit log.

Whoever is in the middle of something loses all the same: a session that is begun, or a stream that is opened, while
this runs carries the epoch from before, which counts for nothing once this has committed.
"""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone, translation

from accounts.leaving.steps import Item, Leaving, steps
from accounts.leaving.telling import try_after_commit
from accounts.models import Membership, OffboardingReceipt, PlannedLeaving, TeamMember
from accounts.permissions import MissingPermission, Permission
from accounts.saml.enforcing import is_last_way_in
from tenancy import audit
from tenancy.audit import AuditKind

Kind, By = OffboardingReceipt.Kind, OffboardingReceipt.By


class LastOwner(Exception):
    """Without an owner nobody could ever change the organization's owners again; and where single sign-on is enforced,
    nobody could come in while the provider is down without an owner who may (`accounts.saml.enforcing`).
    """


class AlreadyEnded(Exception):
    """The member is not active; or, for a deactivation, neither active nor suspended."""


class CannotTakeOver(Exception):
    """Open work goes to an active colleague of the same organization only."""


@dataclass(frozen=True)
class Ending:
    """How it ends: for good or for a while, by what, and who takes the open conversations (None: their teams).

    `own_to`: as in `Leaving`.
    """

    kind: OffboardingReceipt.Kind = Kind.DEACTIVATED
    by: OffboardingReceipt.By = By.PERSON
    hand_to: Membership | None = None
    plan_id: UUID | None = None
    own_to: str = ""


def end_everything(*, actor: Membership, member: Membership, ending: Ending | None = None) -> OffboardingReceipt:
    """End what the member may do; true at their next request. The caller has checked that the actor may.

    Locks the active owners, the member and a person who acts, in one order, so that of two who end each other one wins.
    Raises LastOwner, AlreadyEnded, CannotTakeOver, MissingPermission (the actor was ended a moment ago).
    """
    ending = ending or Ending()
    now = _locked(actor, member, ending)
    leaving = Leaving(
        member=member,
        actor=actor,
        at=timezone.now(),
        hand_to=_taker(member, ending),
        own_to=ending.own_to,
        is_for_a_while=ending.kind is Kind.SUSPENDED,
    )
    person = _described(member)
    _switch_off(member, now, ending, leaving)
    closed = [(step, step.end(leaving)) for step in steps()]
    with translation.override("en"):
        said = [{"name": step.name, "title": str(step.title), "items": _kept(items)} for step, items in closed]
    hand_to = leaving.hand_to.user.name if leaving.hand_to else ""
    details = {"person": person, "actor": actor.user.name, "hand_to": hand_to, "steps": said}
    receipt = OffboardingReceipt(
        membership=member,
        actor=actor,
        kind=ending.kind,
        by=ending.by,
        plan_id=ending.plan_id,
        ended=sum(len({item.id for item in items}) for _step, items in closed),
        at=leaving.at,
        details=json.dumps(details, ensure_ascii=False),
    )
    receipt.save(force_insert=True)
    counts = Counter({step.name: len({item.id for item in items}) for step, items in closed})
    suspended = ending.kind is Kind.SUSPENDED
    audit.record(
        event=AuditKind.MEMBER_SUSPENDED if suspended else AuditKind.MEMBER_DEACTIVATED,
        actor=actor,
        object=member,
        by=ending.by,
        receipt=receipt.pk,
        sessions_ended=counts["sessions"],
        ended=dict(counts),
    )
    try_after_commit(receipt)
    return receipt


def is_last_owner(member: Membership) -> bool:
    """Whether the organization cannot do without them as an owner; for refusing a plan early. What counts is asked
    again under locks.
    """
    others = _owners(member).exclude(pk=member.pk)
    return member.is_owner and member.is_active and (not others.exists() or is_last_way_in(member))


def _owners(member: Membership) -> Any:
    return Membership.objects.filter(
        organization=member.organization_id, is_owner=True, is_active=True, user__is_active=True
    )


def _locked(actor: Membership, member: Membership, ending: Ending) -> Membership:
    """The member as they are now; everybody who matters stays so until the commit."""
    own = Q(is_owner=True, is_active=True, user__is_active=True)
    concerned = [member.pk, actor.pk] if ending.by is By.PERSON else [member.pk]
    rows = Membership.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    found = {
        one.pk: one
        for one in rows.filter(own | Q(pk__in=concerned), organization=member.organization_id).order_by("pk")
    }
    now = found[member.pk]
    if not now.is_active and (now.suspended_at is None or ending.kind is Kind.SUSPENDED):
        raise AlreadyEnded
    others = [
        one for one in found.values() if one.is_owner and one.is_active and one.user.is_active and one.pk != now.pk
    ]
    if now.is_owner and (not others or is_last_way_in(now)):
        raise LastOwner
    if ending.by is By.PERSON and not found[actor.pk].is_active:
        raise MissingPermission(Permission.PEOPLE_DEACTIVATE)
    return now


def _taker(member: Membership, ending: Ending) -> Membership | None:
    """Whoever takes the open conversations, if they (still) can. What was planned falls back to the teams."""
    if ending.hand_to is None:
        return None
    able = Membership.objects.filter(
        pk=ending.hand_to.pk, organization=member.organization_id, is_active=True, is_machine=False
    )
    found = able.exclude(pk=member.pk).select_related("user").first()
    if found is None and ending.by is not By.PLAN:
        raise CannotTakeOver
    return found


def _switch_off(member: Membership, now: Membership, ending: Ending, leaving: Leaving) -> None:
    suspended_at = leaving.at if ending.kind is Kind.SUSPENDED else None
    Membership.objects.filter(pk=now.pk).update(
        is_active=False, suspended_at=suspended_at, auth_epoch=F("auth_epoch") + 1
    )
    member.refresh_from_db(fields=["is_active", "suspended_at", "auth_epoch"])
    member.__dict__.pop("permissions", None)
    if ending.kind is Kind.DEACTIVATED:
        plans = PlannedLeaving.objects.filter(membership=member, done_at__isnull=True)
        if ending.plan_id is not None:
            plans = plans.exclude(pk=ending.plan_id)
        plans.update(done_at=leaving.at, problem=PlannedLeaving.Problem.GONE)


def _described(member: Membership) -> dict[str, Any]:
    """Who it was: a receipt is read long after the person was renamed or took another role."""
    held = member.roles.select_related("role").order_by("role__name")
    teams = TeamMember.objects.filter(membership=member).select_related("team").order_by("team__name")
    return {
        "name": member.user.name,
        "email": member.user.email,
        "owner": member.is_owner,
        "roles": [row.role.name for row in held],
        "teams": [row.team.name for row in teams],
    }


def _kept(items: list[Item]) -> list[dict[str, str]]:
    return [{name: value for name, value in vars(item).items() if value} for item in items]
