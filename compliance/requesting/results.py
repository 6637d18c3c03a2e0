"""What came of a run of questions, counted from the opt-ins, the ledger and the texts themselves."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from compliance.models import ConsentEvent, OptIn, PermissionRequest, PermissionRequestRow
from texting.models import Message
from texting.statuses import MessageStatus

RowState = PermissionRequestRow.State
_LOST = [MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.CANCELED]


@dataclass(frozen=True)
class Results:
    """`asked` is the sum of yes, no, stopped, no_answer, failed and open."""

    waiting: int
    asked: int
    yes: int
    no: int
    stopped: int
    no_answer: int
    failed: int
    open: int
    left_out: int
    refused: int

    @property
    def people(self) -> int:
        """All that were chosen when it began."""
        return self.waiting + self.asked + self.left_out + self.refused


ANSWERS = ("stopped", "yes", "no", "failed", "no_answer", "open")


def rows_of(request: PermissionRequest) -> QuerySet[PermissionRequestRow]:
    """The run's rows, each with `opted_out` (after it was asked) and `lost` (the question did not arrive)."""
    out = ConsentEvent.objects.filter(
        number_index=Coalesce(OuterRef("opt_in__number_index"), OuterRef("contact__number_index")),
        action=ConsentEvent.Action.WITHDRAWN,
        recorded_at__gte=OuterRef("asked_at"),
    )
    lost = Message.objects.filter(pk=OuterRef("opt_in__question_id"), status__in=_LOST)
    rows = PermissionRequestRow.objects.filter(request=request)
    return rows.annotate(opted_out=Exists(out), lost=Exists(lost) | Q(opt_in__question_status__in=_LOST))


def results_of(request: PermissionRequest) -> Results:
    """Counted now, in one statement."""
    asked = Q(state=RowState.ASKED)
    counted = rows_of(request).aggregate(
        waiting=Count("id", filter=Q(state=RowState.WAITING)),
        left_out=Count("id", filter=Q(state=RowState.LEFT_OUT)),
        refused=Count("id", filter=Q(state=RowState.REFUSED)),
        asked=Count("id", filter=asked),
        **{answer: Count("id", filter=asked & condition) for answer, condition in _conditions().items()},
    )
    return Results(**counted)


def answer_of(row: PermissionRequestRow) -> str:
    """One of ANSWERS for a row that was asked, read with its `opt_in` from `rows_of`; "" for others."""
    if row.state != RowState.ASKED or row.opt_in is None:
        return ""
    if row.opted_out:  # type: ignore[attr-defined]
        return "stopped"
    state = row.opt_in.state
    known = {OptIn.State.GIVEN: "yes", OptIn.State.DECLINED: "no"}
    if state in known:
        return known[OptIn.State(state)]
    if row.lost:  # type: ignore[attr-defined]
        return "failed"
    return "no_answer" if state == OptIn.State.LAPSED else "open"


def _conditions() -> dict[str, Q]:
    """As `answer_of` decides, one after the other."""
    left = Q(opted_out=False)
    conditions = {"stopped": Q(opted_out=True)}
    conditions["yes"] = left & Q(opt_in__state=OptIn.State.GIVEN)
    conditions["no"] = left & Q(opt_in__state=OptIn.State.DECLINED)
    left &= ~Q(opt_in__state__in=[OptIn.State.GIVEN, OptIn.State.DECLINED])
    conditions["failed"] = left & Q(lost=True)
    left &= Q(lost=False)
    conditions["no_answer"] = left & Q(opt_in__state=OptIn.State.LAPSED)
    conditions["open"] = left & Q(opt_in__state=OptIn.State.ASKED)
    return conditions
