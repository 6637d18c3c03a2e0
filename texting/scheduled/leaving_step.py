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
from texting.models import Line, ScheduledText, TextSeries
from texting.origins import origin_for
from texting.queries import colleagues_on
from texting.scheduled.series import Going
from texting.scheduled.states import State, Why, move


class ScheduledTexts(LeavingStep):
    """None of them leaves in the leaver's name. Rows are locked, so the clock is either before this or after it."""

    name = "scheduled_texts"
    title = _("Scheduled texts")
    closes = ("texting.ScheduledText", "texting.TextSeries")
    why = _("They pause until a colleague sends or cancels them, or go to the colleague that you choose.")

    def preview(self, member: Membership) -> int:
        return _scheduled(member).count() + _repeating(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        able: dict[UUID, set[UUID]] = {}  # by line
        ended = [_pass_series_on(one, leaving, able) for one in _repeating(leaving.member, lock=True)]
        rows = _scheduled(leaving.member).select_for_update(of=("self",), no_key=True).select_related("line__team")
        for row in rows.order_by("pk"):
            taker = _taker(row.line, leaving, able)
            ended.append(Item(str(row.pk), _pass_on(row, leaving, taker), clue=str(row.pk)))
        return ended

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether the clock would still take any in their name."""
        return Tried(len(items), _scheduled(member).count() + _repeating(member).count())


def _scheduled(member: Membership) -> QuerySet[ScheduledText]:
    return ScheduledText.objects.filter(author=member, state=State.WAITING)


def _repeating(member: Membership, *, lock: bool = False) -> QuerySet[TextSeries]:
    rows = TextSeries.objects.filter(author=member, state=Going.ACTIVE).order_by("pk")
    if not lock:
        return rows
    return rows.select_for_update(of=("self",), no_key=True).select_related("line__team")


def _taker(line: Line, leaving: Leaving, able: dict[UUID, set[UUID]]) -> Membership | None:
    """Whom it goes to, if they may text on this line."""
    if leaving.hand_to is None:
        return None
    if line.pk not in able:
        able[line.pk] = {one.id for one in colleagues_on(line)}
    return leaving.hand_to if leaving.hand_to.pk in able[line.pk] else None


def _pass_series_on(series: TextSeries, leaving: Leaving, able: dict[UUID, set[UUID]]) -> Item:
    """The series; its text that waits is one of the scheduled texts, and goes the same way after it."""
    taker = _taker(series.line, leaving, able)
    series.revision += 1
    if taker is None:
        series.state, series.why, said = Going.PAUSED, Why.LEFT, _now("Paused")
        audit.record(event=AuditKind.MESSAGE_SCHEDULE_PAUSED, actor=leaving.actor, object=series, leaving=True)
    else:
        series.author, series.origin = taker, origin_for(taker, series.line, series.origin)
        said = _now("Handed to a colleague")
        event = AuditKind.MESSAGE_SCHEDULE_HANDED_ON
        audit.record(event=event, actor=leaving.actor, object=series, to=str(taker.pk), leaving=True)
    series.save(update_fields=["state", "why", "revision", "author", "origin"])
    return Item(str(series.pk), said, clue=str(series.pk))


def _pass_on(row: ScheduledText, leaving: Leaving, taker: Membership | None) -> str:
    """What became of it, for the receipt."""
    if taker is None:
        move(row, State.PAUSED, why=Why.LEFT)
        audit.record(event=AuditKind.MESSAGE_SCHEDULE_PAUSED, actor=leaving.actor, object=row, leaving=True)
        return _now("Paused")
    row.author, row.origin = taker, origin_for(taker, row.line, row.origin)
    row.save(update_fields=["author", "origin"])
    binding.give(row.message_id, taker)
    move(row, State.WAITING)
    audit.record(
        event=AuditKind.MESSAGE_SCHEDULE_HANDED_ON, actor=leaving.actor, object=row, to=str(taker.pk), leaving=True
    )
    return _now("Handed to a colleague")
