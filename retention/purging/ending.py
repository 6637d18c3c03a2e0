"""Rows whose keys are destroyed say that their words have ended; what belongs to them ends with them.

Which rows those are is read from the rows themselves: a record names the keys that sealed it. So nothing is asked of
policies any more, and a run that died half-way goes on where it was. Short transactions, at most `BATCH` rows each.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Func, Q, Value
from django.utils.module_loading import import_string

from accounts.models import KeptAnswer
from compliance.detectors.findings import LAST_FOUR_MARK
from compliance.models import Finding
from retention.due import lanes
from retention.keeping import doomed
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import PurgeStep
from tenancy.crash_points import crash_here
from tenancy.encryption.day_shredding import Column, columns_of
from tenancy.encryption.fields import ENDED
from tenancy.isolation import activate
from texting import carrier_copies
from texting.ended import end_files
from texting.models import Attachment, AttachmentChunk, CarrierCopy, EndedAs, Message, Note, QuarantinedRequest
from texting.models.ending import Ending
from texting.searching.keeping import forget

BATCH = 1000


def end_rows(organization: UUID, step: PurgeStep, at: datetime) -> None:
    """End what the step's destroyed keys had sealed, and count it in `step.ended`."""
    key_ids = [bytes.fromhex(one) for one in step.key_ids]
    for column in columns_of(step.key_kind):
        if column.append_only:
            continue  # the log's chain covers the sealed bytes: they stay, and nothing opens them
        while True:
            with activate(organization):
                step = PurgeStep.objects.select_for_update().get(pk=step.pk)
                named = column.naming(organization, day_of(step), key_ids).values_list("pk", flat=True)
                rows = list(named[:BATCH])
                _end(column, rows, at)
                _count(step, column.model._meta.label, len(rows))
                crash_here("before_rows_ended")
            if len(rows) < BATCH:
                break


def _count(step: PurgeStep, label: str, rows: int) -> None:
    """In the transaction of the rows: what was ended is counted once, whatever happens."""
    if rows:
        step.ended[label] = step.ended.get(label, 0) + rows
        step.save(update_fields=["ended"])


def _end(column: Column, rows: Sequence[UUID], at: datetime) -> None:
    model: Any = column.model
    wanted = model._default_manager.filter(pk__in=rows)
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


def _kind_of(column: Column) -> str:
    return column.field.keys[column.place].kind


def _end_with_texts(texts: Sequence[UUID], at: datetime) -> None:
    """What is not under the same key: files, what others hold of the words (as `texting.ended`), the carriers' copies.

    One that a carrier was to forget anyhow is deleted, too, and counts as wanted by this purge.
    """
    end_files(Attachment.objects.filter(message_id__in=texts), ended_as=EndedAs.RETENTION, at=at)
    for path in settings.TEXTING_WORDS_ENDED:
        import_string(path)(texts, EndedAs.RETENTION)
    CarrierCopy.objects.filter(message_id__in=texts).update(wanted_at=at)
    carrier_copies.forget_all(texts, at=at, deletes=True)


SPEAKING = Q(masked__contains=LAST_FOUR_MARK) | Q(digest__isnull=False)
"""Findings that still say something of the value that was found."""


def end_findings(organization: UUID, step: PurgeStep, at: datetime) -> None:
    """What findings say of values: last digits, and the digest that finds equals. Type, verdict and time stay, because
    reports count them.
    """
    without_digits = Func(F("masked"), Value(f" ?{LAST_FOUR_MARK}[^]]*"), Value(""), function="regexp_replace")
    while True:
        with activate(organization):
            deleting_lock()
            done = 0
            for lane in lanes(Kind.FINDINGS):
                rows = list(doomed(lane, at).filter(SPEAKING).values_list("pk", flat=True)[:BATCH])
                done += Finding.objects.filter(pk__in=rows).update(masked=without_digits, digest=None)
            _count(step, "compliance.Finding", done)
        if not done:
            return


def still_named(organization: UUID, step: PurgeStep) -> bool:
    """Whether a destroyed key stands in a row that should have ended."""
    key_ids = [bytes.fromhex(one) for one in step.key_ids]
    columns = (column for column in columns_of(step.key_kind) if not column.append_only)
    return any(column.naming(organization, day_of(step), key_ids).exists() for column in columns)


def day_of(step: PurgeStep) -> date:
    """The day of a step that has one."""
    if step.day is None:
        raise ValueError("a step without a key of a day")
    return step.day
