"""Trying every door of a receipt with what had opened it, through the look-ups that the doors themselves use.

Secrets are kept as hashes only, so what is tried is the hash, right behind the line where a door hashes what it is
shown. A trial changes nothing but the row that says how it went; there may be many of one receipt.
"""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.leaving.steps import Item, Tried, step_named
from accounts.models import DoorTrial, Membership, OffboardingReceipt
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable

log = logging.getLogger("parley.accounts")

FORGIVEN = timedelta(days=1)  # after that the sweep no longer looks for receipts that nobody tried


class CannotBeTried(Exception):
    """The member may come in again, so open doors would be as they should be; or nobody knows any more what ended."""


def try_doors(receipt: OffboardingReceipt, *, by: Membership | None = None) -> DoorTrial:
    """Try each door now. `by` is who asked for it, None for the product itself. Raises CannotBeTried."""
    member = Membership.objects.select_related("user", "organization").get(pk=receipt.membership_id)
    if member.is_active:
        raise CannotBeTried
    details: dict[str, Any] = json.loads(readable(receipt, "details", "") or "{}")
    if not details:
        raise CannotBeTried
    found = [_try(member, one["name"], [Item(**item) for item in one["items"]]) for one in details["steps"]]
    trial = DoorTrial.objects.create(receipt=receipt, by=by, found=found)
    stood_open = [one["step"] for one in found if one["open"] or one["failed"]]
    if by is not None or stood_open:
        audit.record(event=AuditKind.RECEIPT_TRIED, actor=by, object=receipt, open=stood_open)
    if stood_open:
        log.error("door_open_after_leaving", extra={"receipt": str(receipt.pk), "steps": ",".join(stood_open)})
    return trial


def try_again(*, actor: Membership, receipt: OffboardingReceipt) -> DoorTrial:
    """The same because somebody asks for it. Raises MissingPermission, CannotBeTried."""
    require(actor, Permission.AUDIT_READ)
    return try_doors(receipt, by=actor)


def try_untried() -> int:
    """Receipts of the active organization whose bell was lost. Returns how many were tried."""
    recent = OffboardingReceipt.objects.filter(at__gt=timezone.now() - FORGIVEN, trials__isnull=True)
    waiting = list(recent.filter(membership__is_active=False).order_by("at")[:50])
    tried = 0
    for receipt in waiting:
        with suppress(CannotBeTried):
            try_doors(receipt)
            tried += 1
    return tried


def _try(member: Membership, name: str, items: Sequence[Item]) -> dict[str, Any]:
    """A door that cannot be tried is told as such, and keeps nobody from trying the others."""
    step, tried, failed = step_named(name), Tried(0, 0), False
    if step is not None:
        try:
            with transaction.atomic():
                tried = step.probe(member, items)
        except Exception:
            log.exception("door_not_tried", extra={"step": name})
            failed = True
    return {"step": name, "tried": tried.tried, "open": tried.open, "failed": failed or step is None}
