"""Rows whose keys are destroyed say that their words have ended; what belongs to them ends with them.

Which rows those are is read from the rows themselves: a record names the keys that sealed it. So nothing is asked of
policies any more, and a run that died half-way goes on where it was. Short transactions: of as many rows as `pacing`
says, and at most `BATCH`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Func, Q, Value
from django.utils.module_loading import import_string

from accounts.api.repeating import forget_answers
from accounts.models import KeptAnswer
from compliance.detectors.findings import LAST_FOUR_MARK
from compliance.models import Finding
from retention.due import lanes
from retention.keeping import doomed
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import PurgeStep
from retention.purging import lease
from retention.purging.by_rows import count
from retention.purging.pacing import MOST, Pace
from retention.subjects import OF_THE_VALUE
from tenancy.arrays import among
from tenancy.crash_points import crash_here
from tenancy.encryption.clear_days import Days, in_use, named
from tenancy.encryption.day_shredding import Column, columns_of
from tenancy.encryption.fields import ENDED
from tenancy.isolation import activate
from texting import carrier_copies
from texting.ended import end_files
from texting.models import (
    Attachment,
    AttachmentChunk,
    EndedAs,
    Message,
    Note,
    QuarantinedRequest,
)
from texting.models.ending import Ending
from texting.searching.keeping import forget

BATCH = MOST


def end_rows(organization: UUID, steps: Sequence[PurgeStep], at: datetime) -> None:
    """End what the destroyed keys of these steps, all of one kind of keys, had sealed, and count it in `ended`."""
    days = days_of(steps)
    step_of = {key_id: step.pk for step in steps for key_id in days[day_of(step)]}
    with activate(organization):
        columns = [column for column in in_use(steps[0].key_kind, days) if not column.append_only]
        # The log's chain covers its sealed bytes: they stay, and nothing opens them.
    pace = Pace()
    for column in columns:
        reached, more = None, True
        while more:
            pace.begin()
            size = min(pace.size, BATCH)
            with activate(organization):
                found = _next(organization, column, days, reached, size)
                if found:
                    end_of_column(column, [pk for _, pk, _ in found], at)
                    _count(Counter(step_of[bytes(key_id)] for *_, key_id in found), column.model._meta.label)
                    lease.keep(steps[0].purge)
                    crash_here("before_rows_ended")
            more = len(found) == size
            reached = found[-1][:2] if found else None
            pace.rest()


def _next(
    organization: UUID, column: Column, days: Days, reached: tuple[datetime, UUID] | None, size: int
) -> list[tuple[datetime, UUID, bytes]]:
    """The next batch of rows in the order of their times, locked: each with its time, its id, the key it is under.

    What is written with an old time meanwhile, by a process that holds a destroyed key, is found by `still_named`.
    """
    key_ids = [key_id for ids in days.values() for key_id in ids]
    rows = column.naming_in(organization, min(days), max(days), key_ids)
    if reached:
        since, pk = reached
        later = Q(**{f"{column.attribute}__gt": since}) | Q(pk__gt=pk)
        rows = rows.filter(later, **{f"{column.attribute}__gte": since})
    rows = rows.order_by(column.attribute, "pk").select_for_update(of=("self",), no_key=True)
    return list(rows.values_list(column.attribute, "pk", "key_id")[:size])


def days_of(steps: Iterable[PurgeStep]) -> dict[date, list[bytes]]:
    """The keys to destroy of each day."""
    return {day_of(step): [bytes.fromhex(one) for one in step.key_ids] for step in steps}


def _count(rows: Mapping[UUID, int], label: str) -> None:
    """In the transaction of the rows: what was ended is counted once, whatever happens."""
    steps = list(PurgeStep.objects.select_for_update().filter(pk__in=list(rows)).order_by("pk"))
    for step in steps:
        step.ended[label] = step.ended.get(label, 0) + rows[step.pk]
    PurgeStep.objects.bulk_update(steps, ["ended"])


def end_of_column(column: Column, rows: Sequence[UUID], at: datetime) -> None:
    """Rows of which the key of this column's day is gone say that they ended, or go; with what belongs to them."""
    model: Any = column.model
    wanted = model._default_manager.filter(pk__in=among(rows))
    if model in (AttachmentChunk, KeptAnswer, QuarantinedRequest):
        wanted.delete()
    elif model is Attachment:
        end_files(wanted, ended_as=EndedAs.RETENTION, at=at)
    elif issubclass(model, Ending):
        sealed = {each.field.attname: None for each in columns_of(_kind_of(column)) if each.model is model}
        wanted.filter(ended_at=None).update(ended_at=at, ended_as=EndedAs.RETENTION, **sealed)
        if model is Message:
            _end_with_texts(rows, at)
        elif model is Note:
            forget(rows)
    else:
        wanted.update(**{column.field.attname: None if column.field.null else ENDED})
    if column.model is not KeptAnswer:
        forget_answers([str(pk) for pk in rows])


def _kind_of(column: Column) -> str:
    return column.field.keys[column.place].kind


def _end_with_texts(texts: Sequence[UUID], at: datetime) -> None:
    """What is not under the same key: what others hold of the words (as `texting.ended`), the carriers' copies.

    Not their files, which have a key and a period of their own, and may be held where their text is not. One that a
    carrier was to forget anyhow is deleted, too, and counts as wanted by this purge.
    """
    for path in settings.TEXTING_WORDS_ENDED:
        import_string(path)(texts, EndedAs.RETENTION)
    carrier_copies.forget_all(texts, at=at, deletes=True, claims=True)


def end_findings(organization: UUID, step: PurgeStep, at: datetime) -> None:
    """What findings say of values: last digits, and the digest that finds equals. Type, verdict and time stay, because
    reports count them.
    """
    without_digits = Func(F("masked"), Value(f" ?{LAST_FOUR_MARK}[^]]*"), Value(""), function="regexp_replace")
    pace = Pace()
    while True:
        pace.begin()
        with activate(organization):
            deleting_lock()
            lease.keep(step.purge)
            done = 0
            for lane in lanes(Kind.FINDINGS):
                due = doomed(lane, at).filter(OF_THE_VALUE)  # the reason beside it ends with its key of the day
                rows = list(due.values_list("pk", flat=True)[: min(pace.size, BATCH)])
                done += Finding.objects.filter(pk__in=rows).update(masked=without_digits, digest=None)
            if done:
                count(step.pk, {"compliance.Finding": done})
        if not done:
            return
        pace.rest()


def still_named(steps: Sequence[PurgeStep]) -> set[UUID]:
    """Ids of those of the steps, all of one kind of keys, whose destroyed keys stand in rows that should have ended."""
    left = named(steps[0].key_kind, days_of(steps))
    return {step.pk for step in steps if not left.isdisjoint(bytes.fromhex(one) for one in step.key_ids)}


def day_of(step: PurgeStep) -> date:
    """The day of a step that has one."""
    if step.day is None:
        raise ValueError("a step without a key of a day")
    return step.day
