"""What a restore brings back of days that purges have ended since: their rows end again, as the purges ended them.

Their keys went again with the tombstones, so nothing of them opens. But rows that came back from before still say that
they hold words: the marks by which a search finds them are there, no later purge meets them, since it goes by keys, and
so their customers and conversations would never end.

Not of keys whose going the log of this very database tells: what is still under those, its own purge goes on with. Nor
what a purge is told to have kept and nobody can read here: a newer copy may have it, and carriers are not to lose it.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import KeptAnswer
from retention.backups import kept_notes
from retention.backups.bringing import EVER, columns
from retention.backups.tombstones import Tombstones
from retention.purging.ending import end_of_column
from tenancy.encryption import kept_forms
from tenancy.encryption.day_shredding import Column
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import AttachmentChunk, AttachmentDue, CarrierCopy, MediaLink, QuarantinedRequest, TextWord

_BATCH = 500
_WRITTEN = (AttachmentChunk, AttachmentDue, CarrierCopy, KeptAnswer, MediaLink, QuarantinedRequest, TextWord)


def touched(dead: Tombstones) -> frozenset[str]:
    """Tables that may have other numbers of rows than the backup had; none where no key went since."""
    is_any = any(keys - dead.logged.get(owner, set()) for owner, keys in dead.keys.items())
    return frozenset(model._meta.db_table for model in _WRITTEN) if is_any else frozenset()


def end_again(dead: Tombstones) -> Counter[UUID]:
    """End them, after what was kept was brought back; how many rows, by organization. Twice is once."""
    now, ended = timezone.now(), Counter[UUID]()
    for owner in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        gone = dead.keys.get(owner, set()) - dead.logged.get(owner, set())
        if gone and ORGANIZATION_MARK not in gone:  # that one ends as a whole
            for column in columns():
                ended[owner] += _end(owner, column, gone, dead, now)
    return ended


def _end(owner: UUID, column: Column, gone: Collection[bytes], dead: Tombstones, now: datetime) -> int:
    place, kept = kept_forms.place_of(column.field), dead.kept.get(owner, {})
    unsure = {key for key, said in kept.items() if not all(each.marks for each in said)}  # nobody knows what stayed
    known = dead.keys[owner] - unsure
    with activate(owner):
        rows = column.naming_in(owner, *EVER, set(gone) - unsure).values_list("pk", "key_id")
        found = [
            pk for pk, key in rows.iterator() if kept_notes.way(bytes(key), place, pk, dead=known, kept=kept) is None
        ]
    for begin in range(0, len(found), _BATCH):
        with activate(owner):
            end_of_column(column, found[begin : begin + _BATCH], now)
    return len(found)
