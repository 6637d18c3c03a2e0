"""Rows whose keys are destroyed say that their words have ended; what belongs to them ends with them.

Which rows those are is read from the rows themselves: a record names the keys that sealed it. So nothing is asked of
policies any more, and a run that died half-way goes on where it was. Short transactions, at most `BATCH` rows each.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import KeptAnswer
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
from texting.models import Attachment, AttachmentChunk, AttachmentDue, CarrierCopy, EndedAs, Message, QuarantinedRequest
from texting.models.ending import Ending

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
    elif issubclass(model, Ending):
        sealed = {each.field.attname: None for each in columns_of(_kind_of(column)) if each.model is model}
        wanted.filter(ended_at=None).update(ended_at=at, ended_as=EndedAs.RETENTION, **sealed)
        if model is Message:
            _forget_at_carriers(rows, at)
        if model is Attachment:
            _end_files(rows)
    else:
        wanted.update(**{column.field.attname: None if column.field.null else ENDED})


def _kind_of(column: Column) -> str:
    return column.field.keys[column.place].kind


def _forget_at_carriers(texts: Sequence[UUID], at: datetime) -> None:
    """The provider is asked to delete its record of each text; one that it was to forget anyhow is deleted, too."""
    there = Message.objects.filter(pk__in=texts).exclude(provider_message_id=None).exclude(provider_message_id="")
    CarrierCopy.objects.bulk_create(
        [
            CarrierCopy(line_id=line, message_id=text, deletes=True, due_at=at, wanted_at=at)
            for text, line in there.values_list("pk", "line_id")
        ],
        ignore_conflicts=True,
    )
    CarrierCopy.objects.filter(message_id__in=texts, deletes=False).update(
        deletes=True, state=CarrierCopy.State.WAITING, due_at=at, tries=0, gone_at=None, wanted_at=at
    )


def _end_files(files: Sequence[UUID]) -> None:
    """A file's bytes go with its name; nothing of it is fetched any more."""
    AttachmentChunk.objects.filter(attachment_id__in=files).delete()
    AttachmentDue.objects.filter(attachment_id__in=files).delete()
    Attachment.objects.filter(pk__in=files).update(state=Attachment.State.GONE, digest=None, has_thumbnail=False)


def end_findings(organization: UUID, step: PurgeStep, at: datetime) -> None:
    """What findings say of values: the mask with its last digits, and the digest that finds equals. Type, verdict and
    time stay, because reports count them.
    """
    speaks = ~Q(masked="") | Q(digest__isnull=False)
    while True:
        with activate(organization):
            deleting_lock()
            done = 0
            for lane in lanes(Kind.FINDINGS):
                rows = list(doomed(lane, at).filter(speaks).values_list("pk", flat=True)[:BATCH])
                done += Finding.objects.filter(pk__in=rows).update(masked="", digest=None)
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
