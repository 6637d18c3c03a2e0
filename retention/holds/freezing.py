"""What everything that deletes asks first: is it on hold?

The purge asks in whole sets (`keeper`, of `settings.RETENTION_KEEPERS`); what deletes one thing asks of that thing.
Whoever decides that something ends takes `retention.lock.deleting_lock` before it asks, and so does `placing`: a hold
is seen by the decision, or waits until the decision is carried out.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from compliance.models import Finding
from retention.holds.covering import covered, held_between
from retention.lock import deleting_lock
from retention.models import DataExport, Hold, HoldScope
from retention.subjects import EXPORT, SUBJECTS, Subject
from texting.models import Contact, Conversation, Message

BY_MODEL = {subject.model: subject for subjects in SUBJECTS.values() for subject in subjects}


class OnHold(Exception):
    """It may not be deleted; the message says why, without naming the matter."""

    def __init__(self) -> None:
        super().__init__(_("This is on legal hold, so nothing of it can be removed. Ask who manages holds."))


def live_scopes() -> QuerySet[HoldScope]:
    """Everything that is held now: holds that were not released, whatever their expiry."""
    return HoldScope.objects.exclude(hold__state=Hold.State.RELEASED).order_by("pk")


def keeper(subject: Subject) -> Q | None:
    """Which rows of the subject are on hold; None: none."""
    return covered_by(list(live_scopes()), subject)


def covered_by(scopes: list[HoldScope], subject: Subject) -> Q | None:
    """Which rows of the subject any of these scopes covers; None: no row can be meant."""
    found = [condition for scope in scopes if (condition := covered(scope, subject)) is not None]
    return reduce(or_, found) if found else None


def held_exports() -> QuerySet[DataExport]:
    """Copies of requests that are on hold. Ask under `deleting_lock`."""
    subject = BY_MODEL[EXPORT]
    condition, rows = keeper(subject), DataExport.objects.filter(subject.speaks, request__isnull=False).order_by()
    return rows.none() if condition is None else rows.filter(condition)


def is_held(row: Contact | Conversation | Message) -> bool:
    """Whether this one row is on hold now."""
    condition = keeper(BY_MODEL[row._meta.label])
    return condition is not None and type(row)._default_manager.filter(condition, pk=row.pk).exists()


def held_messages(ids: Collection[UUID]) -> set[UUID]:
    """Those of these texts that are on hold."""
    condition = keeper(BY_MODEL["texting.Message"])
    if condition is None or not ids:
        return set()
    return set(Message.objects.filter(condition, pk__in=ids).values_list("pk", flat=True))


def keeps_words(ids: Collection[UUID]) -> dict[UUID, str]:
    """A sentence for each of these texts whose words must stay; for `TEXTING_ENDING_GUARDS`."""
    deleting_lock()
    return dict.fromkeys(held_messages(ids), str(OnHold()))


def keeps_copies(ids: Collection[UUID]) -> set[UUID]:
    """Texts whose copies at the provider stay: those on hold, unless they hold what nobody may keep (decision 296).

    Takes `deleting_lock`: a hold that is placed meanwhile is seen, or waits until the caller's transaction is over.
    """
    deleting_lock()
    held = held_messages(ids)
    removed = Finding.objects.filter(message_id__in=held, was_removed=True)
    return held - set(removed.values_list("message_id", flat=True))


def keeps_contacts(ids: Collection[UUID]) -> set[UUID]:
    """Contacts on hold. Takes `deleting_lock`: whoever asks is about to end something of the others."""
    deleting_lock()
    condition = keeper(BY_MODEL["texting.Contact"])
    if condition is None or not ids:
        return set()
    return set(Contact.objects.filter(condition, pk__in=ids).values_list("pk", flat=True))


def keeps_days(days: Collection[date]) -> set[date]:
    """Days of which refused requests stay. Nobody can tell whose they are, so a hold without days keeps all of them.

    Takes `deleting_lock`: whoever asks is about to end the others.
    """
    deleting_lock()
    spans = [held_between(scope) for scope in live_scopes()]
    return {day for day in days if any(_meets(day, start, end) for start, end in spans)}


def _meets(day: date, start: datetime | None, end: datetime | None) -> bool:
    begins = datetime.combine(day, time(), UTC)
    return (end is None or begins < end) and (start is None or begins + timedelta(days=1) > start)


def holds_on(row: Contact | Conversation | Message) -> list[Hold]:
    """The holds that cover this row, the oldest first."""
    found = []
    for hold in Hold.objects.exclude(state=Hold.State.RELEASED).prefetch_related("scopes").order_by("pk"):
        condition = covered_by(list(hold.scopes.all()), BY_MODEL[row._meta.label])
        if condition is not None and type(row)._default_manager.filter(condition, pk=row.pk).exists():
            found.append(hold)
    return found


def require_free(row: Contact | Conversation | Message) -> None:
    """Raises OnHold when the row is on hold."""
    if is_held(row):
        raise OnHold
