"""Kinds that end row by row: how many of their rows end, how many are due and stay, and what a step counts of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from retention.choices import Choices
from retention.due import lanes
from retention.keeping import doomed, kept
from retention.kinds import Kind
from retention.models import PurgeStep, PurgeStepKeys
from retention.subjects import OF_THE_VALUE

KINDS: dict[Kind, Q] = {
    Kind.FINDINGS: OF_THE_VALUE,  # the reason beside it ends with its key of the day
    Kind.CONTACTS: Q(),
    Kind.CONVERSATIONS: Q(),
    Kind.EXPORTS: Q(),
}
"""With the rows of which no key of a day ends something."""


def ending(kind: Kind, at: datetime, choices: Choices | None = None) -> int:
    """How many rows end at a moment, as periods and keepers are now; `choices` if they have been read already."""
    return sum(doomed(lane, at).filter(KINDS[kind]).count() for lane in lanes(kind, choices=choices))


def staying(kind: Kind, at: datetime, choices: Choices | None = None) -> dict[str, int]:
    """How many are due and stay, by reason. One that several reasons keep counts for each of them."""
    found: Counter[str] = Counter()
    for lane in lanes(kind, choices=choices):
        for reason in kept(lane.subject):
            found[reason.keeper] += lane.due(at).filter(KINDS[kind]).filter(reason.condition).count()
    return dict(+found)


def count(step_id: UUID, done: Mapping[str, int], keys: Iterable[bytes] = ()) -> None:
    """Rows that ended now, by model, and the keys that were destroyed, in the transaction of the rows: once."""
    live = PurgeStep.objects.select_for_update().only("ended").get(pk=step_id)
    for label, number in done.items():
        if number:
            live.ended[label] = live.ended.get(label, 0) + number
    live.save(update_fields=["ended"])
    if key_ids := [one.hex() for one in keys]:
        PurgeStepKeys.objects.create(step=live, key_ids=key_ids)


def gather(step: PurgeStep) -> None:
    """Write the keys of all its batches with the step, once it is over; twice is once."""
    rows = PurgeStepKeys.objects.filter(step=step).order_by("pk")
    live = PurgeStep.objects.select_for_update().only("key_ids").get(pk=step.pk)
    live.key_ids = [*live.key_ids, *(one for ids in rows.values_list("key_ids", flat=True) for one in ids)]
    live.save(update_fields=["key_ids"])
    rows.delete()
    step.key_ids = live.key_ids
