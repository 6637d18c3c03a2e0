"""Receipts as pages, files and downloads show them. Whoever may read the audit log may read them."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.leaving.steps import step_named, steps
from accounts.models import DoorTrial, Membership, OffboardingReceipt
from accounts.permissions import Permission, require
from tenancy.encryption import prefetch, readable


@dataclass(frozen=True)
class ShownStep:
    """One line of a receipt. `tried` None: not tried yet. `labels` are in the order in which things ended."""

    name: str
    title: str
    items: tuple[dict[str, str], ...]
    tried: int | None = None
    open: int = 0
    failed: bool = False

    @property
    def count(self) -> int:
        """How many things ended; two links of one invitation are one."""
        return len({item["id"] for item in self.items})

    @property
    def labels(self) -> list[str]:
        """What ended, as far as it has a name, each once."""
        return list(dict.fromkeys(item["label"] for item in self.items if item.get("label")))

    @property
    def verdict(self) -> str:
        """`open`, `failed`, `closed`, `none` (nothing to try) or `waits`."""
        if self.tried is None:
            return "waits"
        if self.open:
            return "open"
        return "failed" if self.failed else "closed" if self.tried else "none"


@dataclass(frozen=True)
class ShownReceipt:
    """A receipt in clear. `person` and `steps` are empty when the key of its day was destroyed."""

    receipt: OffboardingReceipt
    person: dict[str, Any]
    actor: str
    hand_to: str
    steps: tuple[ShownStep, ...]
    trial: DoorTrial | None

    @property
    def name(self) -> str:
        """Who it was then."""
        return str(self.person.get("name") or _("Destroyed with its key"))

    @property
    def tried(self) -> int:
        """How many things the doors were tried with."""
        return sum(step.tried or 0 for step in self.steps)

    @property
    def open(self) -> tuple[ShownStep, ...]:
        """The doors that are not known to be closed."""
        return tuple(step for step in self.steps if step.verdict in {"open", "failed"})

    @property
    def role(self) -> str:
        """The roles in words."""
        return _("Owner") if self.person.get("owner") else ", ".join(self.person.get("roles", [])) or _("No role")


@dataclass(frozen=True)
class Filter:
    """What is looked for; empty fields look for everything. Days are the organization's, both included."""

    text: str = ""
    kind: str = ""
    by: str = ""
    since: date | None = None
    until: date | None = None
    member: UUID | None = None


def find(member: Membership, wanted: Filter) -> QuerySet[OffboardingReceipt]:
    """The matching receipts of the member's organization, newest first. Raises MissingPermission."""
    require(member, Permission.AUDIT_READ)
    rows = OffboardingReceipt.objects.select_related("membership__user", "actor__user").prefetch_related("trials")
    exact = {"kind": wanted.kind, "by": wanted.by, "membership": wanted.member}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    zone = ZoneInfo(member.organization.time_zone)
    if wanted.since:
        rows = rows.filter(at__gte=datetime.combine(wanted.since, time.min, zone))
    if wanted.until:
        rows = rows.filter(at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, zone))
    if wanted.text:
        rows = rows.filter(
            Q(membership__user__name__icontains=wanted.text) | Q(membership__user__email__icontains=wanted.text)
        )
    return rows.order_by("-at", "-id")


def receipt(member: Membership, receipt_id: UUID) -> ShownReceipt:
    """One receipt of the member's organization. Raises Http404, MissingPermission."""
    found = find(member, Filter()).filter(pk=receipt_id).first()
    if found is None:
        raise Http404
    return shown([found])[0]


def newest_of(member: Membership, person: Membership) -> OffboardingReceipt | None:
    """The newest receipt of a person, for whoever may read it."""
    return find(member, Filter(member=person.pk)).first() if member.may(Permission.AUDIT_READ) else None


def shown(rows: list[OffboardingReceipt]) -> list[ShownReceipt]:
    """The receipts in clear, in their order."""
    prefetch(rows)
    return [_shown(row) for row in rows]


def preview(member: Membership) -> list[tuple[str, int, str]]:
    """What would end now: (what, how many, what it means for others), without what there is nothing of."""
    counted = [(step, step.preview(member)) for step in steps()]
    return [(str(step.title), number, str(step.why)) for step, number in counted if number]


def as_data(one: ShownReceipt) -> dict[str, Any]:
    """The receipt for a program: everything but the hashes by which its doors are tried."""
    row, trial = one.receipt, one.trial
    return {
        "receipt": str(row.pk),
        "kind": row.kind,
        "by": row.by,
        "at": row.at.isoformat(),
        "member": str(row.membership_id),
        "person": one.person,
        "actor": {"member": str(row.actor_id), "name": one.actor},
        "handed_to": one.hand_to,
        "tried_at": trial.at.isoformat() if trial else None,
        "steps": [
            {
                "step": step.name,
                "title": step.title,
                "ended": step.count,
                "items": [{name: item[name] for name in ("id", "label") if name in item} for item in step.items],
                "door": step.verdict,
                "tried": step.tried,
                "open": step.open,
            }
            for step in one.steps
        ],
    }


def _shown(row: OffboardingReceipt) -> ShownReceipt:
    text = readable(row, "details", "")
    details: dict[str, Any] = json.loads(text) if text else {}
    trial = next(iter(row.trials.all()), None)
    results = {one["step"]: one for one in trial.found} if trial else {}
    return ShownReceipt(
        receipt=row,
        person=details.get("person", {}),
        actor=details.get("actor") or row.actor.user.name,
        hand_to=details.get("hand_to", ""),
        steps=tuple(_step(one, results.get(one["name"])) for one in details.get("steps", [])),
        trial=trial,
    )


def _step(said: dict[str, Any], result: dict[str, Any] | None) -> ShownStep:
    known = step_named(said["name"])
    title, items = str(known.title) if known else said["title"], tuple(said["items"])
    if result is None:
        return ShownStep(said["name"], title, items)
    return ShownStep(said["name"], title, items, result["tried"], result["open"], result["failed"])
