"""Keeps the words of what was written before there was a search, newest first, and tidies up.

In batches, each a transaction of its own that moves the place on: whoever is killed goes on there, and twice is once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tenancy.encryption import keyring, prefetch, readable
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.keyring import keys_of
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import current_organization_id
from tenancy.models import DestroyedKey
from texting.models import Contact, Message, Note, TextWord, WordsFilled
from texting.searching.keeping import NEVER, forget, forget_names, keep_names, keep_words
from texting.searching.marks import SEARCH_KEY, first_mark, month_called

RULES = 3
"""Of `words.py`. With a higher number everything is written down once more."""
BATCH = 500

Stage = WordsFilled.Stage
_NEXT = {Stage.CONTACTS: Stage.TEXTS, Stage.TEXTS: Stage.NOTES, Stage.NOTES: Stage.DONE}


@dataclass(frozen=True)
class Progress:
    """`percent` of what was there when it began, 0 to 99; None when all of it is done."""

    percent: int | None


def progress() -> Progress:
    """How far the active organization is. In its first minute nothing was there before."""
    row = WordsFilled.objects.first()
    if row is None or (row.stage == Stage.DONE and row.rules == RULES):
        return Progress(None)
    return Progress(min(99, row.done * 100 // max(row.total, 1)))


def fill() -> int:
    """The next batch of the active organization; how many rows it had, or 1 for a new stage. 0: all is done."""
    row = WordsFilled.objects.select_for_update().first()
    if row is None or row.rules != RULES:
        row = row or WordsFilled()
        row.stage, row.place, row.rules, row.done = Stage.CONTACTS, None, RULES, 0
        row.total = sum(model.objects.count() for model in (Contact, Message, Note))
        row.save()
    if row.stage == Stage.DONE:
        return 0
    rows = _batch(Stage(row.stage), row.place)
    _keep(rows)
    row.done += len(rows)
    row.place = rows[-1].pk if rows else row.place
    if len(rows) < BATCH:
        row.stage, row.place = _NEXT[Stage(row.stage)], None
    row.save()
    return len(rows) or 1


def _batch(stage: WordsFilled.Stage, before: UUID | None) -> Sequence[Any]:
    rows: QuerySet[Any]
    if stage is Stage.CONTACTS:
        rows = Contact.objects.all()
    elif stage is Stage.TEXTS:
        rows = Message.objects.filter(ended_at=None, line__sends_codes=False).exclude(purpose__in=NEVER)
        rows = rows.select_related("line")
    else:
        rows = Note.objects.filter(ended_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk").select_for_update(of=("self",), no_key=True)[:BATCH])


def _keep(rows: Sequence[Any]) -> None:
    """The rows are locked: nobody ends their words meanwhile. What cannot be opened any more is not kept."""
    prefetch(rows)
    if rows and isinstance(rows[0], Contact):
        keep_names(rows)
    else:
        keep_words([row for row in rows if readable(row, "body")])


# --- What is over ---


def tidy() -> int:
    """Forget what finds erased contacts, and destroy the keys of months of which nothing is kept. How many marks and
    keys went.
    """
    return _forget_erased() + sum(1 for _ in _end_months())


def _forget_erased() -> int:
    """The key of an erased contact leaves a row behind for good, so an erasure is found whoever made it."""
    organization = current_organization_id()
    with keys_of(organization):
        gone = DestroyedKey.objects.filter(organization_id=organization, kind=CONTACT)
        erased = [UUID(scope) for scope in gone.values_list("scope", flat=True)]
    if not erased:
        return 0
    count = forget_names(erased)
    for model in (Message, Note):
        texts = model.objects.filter(contact_id__in=erased).values_list("pk", flat=True)
        kept = TextWord.objects.filter(row_id__in=texts).values_list("row_id", flat=True)
        count += forget(set(kept))
    return count


def _end_months() -> Iterable[str]:
    """Months that are over for two months: of a younger one a text may just be on its way into the index."""
    organization = current_organization_id()
    known = keyring.scopes_of(organization, SEARCH_KEY)
    for scope in known[:-2]:
        month = month_called(scope)
        of_month = TextWord.objects.filter(mark__gte=first_mark(month), mark__lt=first_mark(month + 1))
        if not of_month.exists():
            destroy_keys(SEARCH_KEY, scope, reason="no text of this month is left to be found")
            yield scope
