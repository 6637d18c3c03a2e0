"""The audit log: who did what, when, from where. `record` (of many `record_all`) is the only way to write it.

Events are gathered while a transaction runs and written as one of its last steps: sealing needs keys first, and the row
lock on the log's head, which orders the organization's writers, is then held for a moment only. Deed and event commit
together or not at all. So what must be kept although the deed was rolled back, such as a refusal, is recorded in a new
`activate` afterwards.

Events hold ids and plain facts, never a text, a number or a name of a customer.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date
from enum import Enum
from ipaddress import ip_address
from typing import Any, cast
from uuid import UUID

from django.db import connections, models, transaction

from tenancy.audit_chain import COLUMNS, link
from tenancy.audit_kinds import AuditEventKind, AuditKind, kind_of
from tenancy.audit_verification import Finding, Report, verify_chain
from tenancy.automatic import acting
from tenancy.bulk_writes import insert_rows
from tenancy.encryption import EncryptedTextField
from tenancy.isolation import before_commit, kept_until_commit
from tenancy.models import AuditEvent, AuditHead
from tenancy.rows import new_row

__all__ = [
    "AuditEventKind",
    "AuditKind",
    "Finding",
    "Report",
    "flush",
    "gathered",
    "kind_of",
    "record",
    "record_all",
    "verify_chain",
]

LONGEST_DETAIL = 500
"""Characters of one detail; a longer one is content, which has no place in the log."""


class _Pending:
    """Events of the active transaction that are not written yet, each with its sign of life."""

    def __init__(self) -> None:
        self.events: list[tuple[Callable[[], None], AuditEvent]] = []


def record(
    *,
    event: AuditEventKind,
    actor: models.Model | None = None,
    object: models.Model | None = None,
    address: str | None = None,
    **details: Any,
) -> None:
    """Add an event to the active transaction.

    `actor` is the acting Membership, None when the system acted by itself; `object` is what it was done to, named by
    its id or, if it has one, its `audit_id`. `address` is an IP address. `details` are ids, enums, numbers, dates,
    short words, and lists or dicts of these; `automation` is added where a rule acts in its owner's name. Raises
    NoOrganization outside `activate`, ValueError for an address that is none, TypeError for details of another kind.
    """
    record_all(event=event, objects=[object], actor=actor, address=address, **details)


def record_all(
    *,
    event: AuditEventKind,
    objects: Sequence[models.Model | None],
    actor: models.Model | None = None,
    address: str | None = None,
    **details: Any,
) -> None:
    """`record` of each of these objects, in their order; what the events share is worked out once."""
    if (rule := acting()) is not None:
        details = {**details, "automation": rule.rule}
    shared = {
        "event": kind_of(event).value,
        "actor_id": None if actor is None else actor.pk,
        "address": str(ip_address(address)) if address else "",
        "details": json.dumps(_plain(details), sort_keys=True, ensure_ascii=False) if details else None,
    }
    pending = kept_until_commit(_Pending)
    if not pending.events:
        before_commit(flush, last=True)

    def sign_of_life() -> None:
        """Django forgets what is to run after commit when the savepoint it was registered in is rolled back."""

    transaction.on_commit(sign_of_life, using="default")
    for one in objects:
        what = {
            "object_type": "" if one is None else one._meta.label_lower,
            "object_id": "" if one is None else str(getattr(one, "audit_id", one.pk)),
        }
        pending.events.append((sign_of_life, new_row(AuditEvent, {**shared, **what})))


def flush() -> None:
    """Write the gathered events now; outside of savepoints. Locks the log's head until the transaction ends."""
    pending = kept_until_commit(_Pending)
    rows = _living(pending)
    pending.events = []
    if not rows:
        return
    details = cast("EncryptedTextField[Any, Any]", AuditEvent._meta.get_field("details"))
    sealed = details.pre_save_all(rows, add=True)  # before the lock; these very bytes are stored
    head = _locked_head()
    for row, record in zip(rows, sealed, strict=True):
        row.sequence, row.previous_hash = head.sequence + 1, head.hash
        values = {name: getattr(row, name) for name in COLUMNS} | {"details": record}
        row.hash = link(bytes(head.hash), values)
        head.sequence, head.hash = row.sequence, row.hash
    insert_rows(rows)
    head.save(update_fields=["sequence", "hash"])


def gathered(event: AuditEventKind) -> set[str]:
    """Ids of the objects that the active transaction tells this of when it commits; not of what is written already."""
    return {row.object_id for row in _living(kept_until_commit(_Pending)) if row.event == event.value}


def _living(pending: _Pending) -> list[AuditEvent]:
    registered: list[Any] = connections["default"].run_on_commit
    living = {function for _, function, _ in registered}
    return [row for sign_of_life, row in pending.events if sign_of_life in living]


def _locked_head() -> AuditHead:
    """The organization's head, made at its first event; two transactions may try that at once."""
    heads = AuditHead.objects.select_for_update()
    head = heads.first()
    if head is None:
        AuditHead.objects.bulk_create([AuditHead()], ignore_conflicts=True)
        head = heads.get()
    return head


def _plain(value: Any) -> Any:
    """`value` as JSON has it."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(entry) for entry in value]
    if isinstance(value, str) and len(value) <= LONGEST_DETAIL:
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be a detail of an audit event")
