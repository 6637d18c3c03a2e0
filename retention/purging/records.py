"""Carriers' records of texts that had lost their words by hand: they go with the text's period, too.

No key of a day stands for such a text: it has no sealed words any more. So each purge looks for those whose period is
over and that nothing keeps by now, whatever kept them on the night on which the key of their day went.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from retention.choices import Choices
from retention.due import Lane, lanes
from retention.keeping import doomed, kept
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import PurgeStep
from retention.purging import lease
from retention.purging.by_rows import count
from retention.purging.pacing import MOST, Pace
from tenancy.isolation import activate
from texting import carrier_copies
from texting.models import CarrierCopy, Message, Redaction
from texting.redacting import with_records

BATCH = MOST
RECORDS = CarrierCopy._meta.label


def ending(at: datetime, choices: Choices | None = None) -> int:
    """Of how many texts the carrier's record is to go at a moment, as periods and keepers are now."""
    return sum(_of(doomed(lane, at)).count() for lane in _lanes(choices))


def staying(at: datetime, choices: Choices | None = None) -> dict[str, int]:
    """Of how many it is due and stays, by reason. One that several reasons keep counts for each of them."""
    found: Counter[str] = Counter()
    for lane in _lanes(choices):
        for reason in kept(lane.subject):
            found[reason.keeper] += _of(lane.due(at).filter(reason.condition)).count()
    return dict(+found)


def end_records(organization: UUID, step: PurgeStep, at: datetime) -> None:
    """Carriers are asked to delete those that are due: wanted at the purge's moment, so that it answers for them."""
    pace, more = Pace(), True
    while more:
        pace.begin()
        with activate(organization):
            deleting_lock()
            lease.keep(step.purge)
            due = _next(at, min(pace.size, BATCH))
            if due:
                carrier_copies.forget_all(due, at=at, deletes=True, claims=True)
                count(step.pk, {RECORDS: len(due)})
        more = bool(due)
        pace.rest()


def _next(at: datetime, size: int) -> list[UUID]:
    for lane in _lanes():
        if found := list(_of(doomed(lane, at)).values_list("message_id", flat=True)[:size]):
            return found
    return []


def _lanes(choices: Choices | None = None) -> Iterator[Lane]:
    """Of texts, also of those that have ended."""
    for lane in lanes(Kind.BODIES, choices=choices):
        if lane.subject.model == Message._meta.label:
            yield replace(lane, subject=replace(lane.subject, speaks=Q()))


def _of(texts: "QuerySet[Any]") -> QuerySet[Redaction]:
    """Redactions of these texts whose record no carrier was asked to delete."""
    return with_records().filter(Exists(texts.filter(pk=OuterRef("message_id")).order_by()))
