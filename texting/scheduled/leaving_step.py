"""What a leaver had scheduled: it pauses until a colleague decides, or goes on as the colleague's who takes over."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
from tenancy import audit
from tenancy.audit import AuditKind
from texting.attachments import binding
from texting.models import ScheduledText
from texting.queries import colleagues_on
from texting.scheduled.states import State, Why, move


class ScheduledTexts(LeavingStep):
    """None of them leaves in the leaver's name. Rows are locked, so the clock is either before this or after it."""

    name = "scheduled_texts"
    title = _("Scheduled texts")
    closes = ("texting.ScheduledText",)
    why = _("They pause until a colleague sends or cancels them, or go to the colleague that you choose.")

    def preview(self, member: Membership) -> int:
        return _scheduled(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        able: dict[UUID, set[UUID]] = {}  # by line
        rows = _scheduled(leaving.member).select_for_update(of=("self",), no_key=True).select_related("line__team")
        ended = []
        for row in rows.order_by("pk"):
            if row.line_id not in able:
                able[row.line_id] = {one.id for one in colleagues_on(row.line)}
            taker = leaving.hand_to if leaving.hand_to and leaving.hand_to.pk in able[row.line_id] else None
            ended.append(Item(str(row.pk), _pass_on(row, leaving, taker), clue=str(row.pk)))
        return ended

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether the clock would still take any in their name."""
        return Tried(len(items), _scheduled(member).count())


def _scheduled(member: Membership) -> QuerySet[ScheduledText]:
    return ScheduledText.objects.filter(author=member, state=State.WAITING)


def _pass_on(row: ScheduledText, leaving: Leaving, taker: Membership | None) -> str:
    """What became of it, for the receipt."""
    if taker is None:
        move(row, State.PAUSED, why=Why.LEFT)
        audit.record(event=AuditKind.MESSAGE_SCHEDULE_PAUSED, actor=leaving.actor, object=row, leaving=True)
        return _now("Paused")
    row.author = taker
    row.save(update_fields=["author"])
    binding.give(row.message_id, taker)
    move(row, State.WAITING)
    audit.record(
        event=AuditKind.MESSAGE_SCHEDULE_HANDED_ON, actor=leaving.actor, object=row, to=str(taker.pk), leaving=True
    )
    return _now("Handed to a colleague")
