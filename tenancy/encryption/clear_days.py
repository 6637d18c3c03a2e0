"""Destroying the keys of many days at once, where nothing of a day must stay: most days of most purges.

`shred_day` looks at one day in transactions of its own. Here all days are looked at together, by one statement a table
that has any row under their keys, and the keys of those of which nothing must stay go in that same transaction. The
rule is the same: keys go only in a transaction that finds nothing left to seal anew.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time
from functools import reduce
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from tenancy.encryption import keyring
from tenancy.encryption.day_shredding import YOUNGEST, Column, columns_of
from tenancy.encryption.key_sources import day_scope
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import current_organization_id
from tenancy.models.data_key import DataKey

Days = Mapping[date, Collection[bytes]]
"""The ids of the keys of each day."""
Reasons = Callable[[type[models.Model]], Sequence[Q]]
"""Why rows of a model must stay: each reason is looked for by itself, as few of them have any row."""


def in_use(kind: str, days: Days) -> list[Column]:
    """The columns in which any row of the active organization is under these keys. One statement."""
    columns = columns_of(kind)
    if not columns or not days:
        return []
    asked = [_rows(column, days).values("pk").query.sql_with_params() for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(f'EXISTS ({sql})' for sql, _ in asked)}",
            [value for _, values in asked for value in values],
        )
        found = cursor.fetchone()
    return [column for column, there in zip(columns, found, strict=True) if there]


def staying(kind: str, days: Days, reasons: Reasons) -> set[date]:
    """Those of the days of which something must stay."""
    found: set[bytes] = set()
    for column in in_use(kind, days):
        asked = [
            _rows(column, days).filter(reason).values_list("key_id", flat=True).distinct()
            for reason in reasons(column.model)
        ]
        if asked:
            together = reduce(lambda one, other: one.union(other), asked)
            found |= {bytes(key_id) for key_id in together}
    return {day for day, key_ids in days.items() if not found.isdisjoint(map(bytes, key_ids))}


def named(kind: str, days: Days, *, writable: bool = True) -> set[bytes]:
    """Those of the keys that any row is under; with `writable` rows that can be written anew."""
    columns = [column for column in in_use(kind, days) if not (writable and column.append_only)]
    found = (_rows(column, days).values_list("key_id", flat=True).distinct() for column in columns)
    return {bytes(key_id) for rows in found for key_id in rows}


def shred_clear_days(kind: str, days: Days, reasons: Reasons, *, reason: str) -> set[date]:
    """Destroy the keys of those days of which nothing must stay, with an audit event for each key: which days.

    Belongs to the caller's transaction, in which the caller has taken the lock under which `reasons` are asked. Left
    alone are days that are too young or that have a newer key: `shred_day` knows how long to wait for them.
    """
    organization = current_organization_id()
    old = {day: ids for day, ids in days.items() if _is_over(day)}
    clear = old.keys() - staying(kind, old, reasons) - _with_newer_keys(organization, kind, old)
    if clear:
        gone = [key_id for day in clear for key_id in old[day]]
        destroy_keys(kind, *(day_scope(day) for day in sorted(clear)), reason=reason, only=gone)
    return clear


def _is_over(day: date) -> bool:
    return datetime.combine(day, time.max, tzinfo=timezone.now().tzinfo) <= timezone.now() - YOUNGEST


def _with_newer_keys(organization: UUID, kind: str, days: Days) -> set[date]:
    """Days that have a key which is none of theirs here: made for what had to stay, in a run that was stopped."""
    scopes = [day_scope(day) for day in days]
    with keyring.keys_of(organization):
        keys = DataKey.objects.filter(organization_id=organization, kind=kind, scope__in=scopes)
        stored = [(date.fromisoformat(scope), bytes(key_id)) for scope, key_id in keys.values_list("scope", "key_id")]
    return {day for day, key_id in stored if key_id not in days[day]}


def _rows(column: Column, days: Days) -> "models.QuerySet[Any]":
    key_ids = [bytes(key_id) for ids in days.values() for key_id in ids]
    return column.naming_in(current_organization_id(), min(days), max(days), key_ids)
