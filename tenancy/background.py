"""Work outside requests: tasks of one organization, and rounds through all of them.

A task is a doorbell: it carries ids and may run twice or never, since what it is about stands in the database.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.db import connection, transaction

from tenancy.isolation import activate, current_organization_id
from tenancy.models import Organization

logger = logging.getLogger(__name__)

Id = UUID | int


class OrganizationTask(Task):  # type: ignore[type-arg] # generic for type checkers only
    """Runs in the organization that was active when it was enqueued, in one transaction.

    For work that stays inside the database. A task that calls a provider opens `activate` itself, before and after.
    """

    abstract = True
    typing = False  # Celery would compare what is on the wire, which begins with the organization, with the function

    def after_commit(self, *ids: Id) -> None:
        """Ring when the active transaction has committed. Takes ids only: nothing else may enter Redis.

        A broker that cannot be reached is logged and does no more harm: a periodic sweep finds what was not announced.
        """
        wire = tuple(_on_the_wire(each) for each in (current_organization_id(), *ids))

        def ring() -> None:  # not a partial: Django names the function when it failed, and a partial has no name
            self.apply_async(args=wire)

        transaction.on_commit(ring, robust=True)

    def __call__(self, organization_id: str, *ids: str | int) -> Any:
        with activate(UUID(organization_id)):
            return self.run(*(UUID(each) if isinstance(each, str) else each for each in ids))


def organization_task(function: Callable[..., Any]) -> OrganizationTask:
    """Make a Celery task of a function of ids: `notify.after_commit(message.pk)` runs `notify(message_id)` later."""
    task: OrganizationTask = shared_task(base=OrganizationTask)(function)
    return task


def _on_the_wire(value: object) -> str | int:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"tasks carry ids only, not a {type(value).__name__}")


@dataclass
class Counts:
    """What one round did."""

    organizations: int = 0  # visited to the end
    items: int = 0  # sum of what the step counted
    busy: int = 0  # left out, because another process is at it
    failed: int = 0  # given up with an error, which is in the log


def each_organization(name: str, step: Callable[[], int], *, until_nothing_left: bool = False) -> Counts:
    """Run `step` in each organization's own transaction, one organization at a time, under a lock of that name.

    `step` returns how many things it did. With `until_nothing_left` it is repeated, each time in a transaction of its
    own, until it returns 0: that is how large work is done in batches. An error ends the work for its organization
    only. `name` appears in the log.
    """
    counts = Counts()
    for organization_id in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            done = _visit(name, organization_id, step)
            while until_nothing_left and done:
                counts.items += done
                done = _visit(name, organization_id, step)
        except Exception:
            logger.exception("%s failed for organization %s", name, organization_id)
            counts.failed += 1
        else:
            counts.organizations += done is not None
            counts.busy += done is None
            counts.items += done or 0
    return counts


def _visit(name: str, organization_id: UUID, step: Callable[[], int]) -> int | None:
    """None when another process holds the lock. It ends with the transaction, so it needs no connection of its own."""
    number = int.from_bytes(hashlib.sha256(f"{name}/{organization_id}".encode()).digest()[:8], "big", signed=True)
    with activate(organization_id):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
            (locked,) = cursor.fetchone()
        return step() if locked else None
