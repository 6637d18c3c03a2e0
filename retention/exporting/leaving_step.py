"""Files that were made for a leaver alone: they end, with their keys, and what is being made for them stops."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
from retention.exporting.running import end
from retention.models import DataExport

State = DataExport.State


class Exports(LeavingStep):
    """Nobody fetches what was made for them. A worker that is at one finds it ended before its next piece."""

    name = "exports"
    title = _("Files made for them")
    closes = ("retention.DataExport",)
    why = _("Copies and evidence that they asked for end. A colleague who needs one asks for it anew.")

    def preview(self, member: Membership) -> int:
        return _open(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = list(_open(leaving.member).select_for_update(of=("self",)).order_by("pk"))
        end(rows)
        return [Item(str(row.pk), clue=str(row.pk)) for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether any of them could still be fetched, or would still be made."""
        return Tried(len(items), _open(member).count())


def _open(member: Membership) -> QuerySet[DataExport]:
    return DataExport.objects.filter(recipient=member, state__in=(State.MAKING, State.READY))
