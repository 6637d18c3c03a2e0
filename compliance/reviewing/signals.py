"""What speaks for looking at a conversation, of many at once: in few statements, however many they are."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from accounts.models import Membership
from compliance.models import CheckedConversation, DrawnConversation, Escalation, Finding, OptOutQuestion
from compliance.review_checks.judging import Check, Result
from compliance.reviewing.sampling import Rules
from texting.models import Line, Message
from texting.purposes import Purpose

Reason = DrawnConversation.Reason
LONG_AGO, FAR = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_COMPLAINTS = (Purpose.OPT_OUT_ANSWER, Purpose.WRONG_NUMBER_ANSWER)


@dataclass(frozen=True)
class Said:
    """Of one conversation that is over: whose line and work it is, and the reasons that it has."""

    row: CheckedConversation
    team_id: UUID
    agent_id: UUID | None
    reasons: frozenset[str]


def signals(rows: Sequence[CheckedConversation], rules: Rules) -> list[Said]:
    """In the order of the rows; without those on lines whose conversations nobody reads."""
    ids = [row.conversation_id for row in rows]
    teams = dict(Line.objects.filter(sends_codes=False).values_list("pk", "team_id"))
    agents = _agents(rows)
    has: Mapping[str, Collection[UUID]] = {
        Reason.CHECK: {row.conversation_id for row in rows if _fails(row)},
        Reason.FINDING: _found(ids),
        Reason.ESCALATION: set(_ids(Escalation.objects.filter(conversation_id__in=ids))),
        Reason.OPT_OUT: _complained(ids),
        Reason.PAYMENT: _paid(ids),
        Reason.NEW: _new(rows, agents, rules),
    }
    return [
        Said(
            row,
            teams[row.line_id],
            agents.get(row.conversation_id),
            frozenset(reason for reason, some in has.items() if row.conversation_id in some),
        )
        for row in rows
        if row.line_id in teams
    ]


def _fails(row: CheckedConversation) -> bool:
    return any(getattr(row, check) == Result.FAILS for check in Check)


def _found(ids: Collection[UUID]) -> set[UUID]:
    """Likely or sure, and not judged wrong."""
    sure = (Finding.Confidence.MEDIUM, Finding.Confidence.HIGH)
    rows = Finding.objects.filter(conversation_id__in=ids, confidence__in=sure)
    return set(_ids(rows.exclude(verdict=Finding.Verdict.WRONG)))


def _complained(ids: Collection[UUID]) -> set[UUID]:
    """Opted out, perhaps did, was not who we thought, or asked why we text."""
    asked = _ids(OptOutQuestion.objects.filter(conversation_id__in=ids))
    confused = Escalation.objects.filter(conversation_id__in=ids, trigger=Escalation.Trigger.CONFUSION)
    answered = _ids(Message.objects.filter(conversation_id__in=ids, purpose__in=_COMPLAINTS))
    return {*asked, *_ids(confused), *answered}


def _paid(ids: Collection[UUID]) -> set[UUID]:
    """A payment was asked for in it; the app above says which (`settings.COMPLIANCE_PAYMENTS`)."""
    with_payments: Callable[[Collection[UUID]], set[UUID]] = import_string(settings.COMPLIANCE_PAYMENTS)
    return with_payments(ids)


def _ids(rows: QuerySet[Any]) -> Iterable[UUID]:
    return rows.order_by().values_list("conversation_id", flat=True)


def _agents(rows: Sequence[CheckedConversation]) -> dict[UUID, UUID]:
    """Who had each, or the colleague who wrote the last of its texts where nobody did."""
    agents = {row.conversation_id: row.agent_id for row in rows if row.agent_id}
    nobodys = [row.conversation_id for row in rows if not row.agent_id]
    texts = Message.objects.filter(conversation_id__in=nobodys, author__is_machine=False)
    written = texts.order_by("created_at", "id").values_list("conversation_id", "author_id")
    return agents | {conversation: author for conversation, author in written if author}


def _new(rows: Sequence[CheckedConversation], agents: Mapping[UUID, UUID], rules: Rules) -> set[UUID]:
    """Those that an agent ended in their first days, or that were among their first conversations."""
    people = set(agents.values())
    joined = dict(Membership.objects.filter(pk__in=people).values_list("pk", "joined_at"))
    days = timedelta(days=rules.new_days)
    new_until = {
        agent: max((joined.get(agent) or LONG_AGO) + days, _end_of_first(agent, rules.new_conversations))
        for agent in people
    }
    return {
        row.conversation_id
        for row in rows
        if row.resolved_at
        and row.conversation_id in agents
        and row.resolved_at <= new_until[agents[row.conversation_id]]
    }


def _end_of_first(agent: UUID, number: int) -> datetime:
    """When this agent's first so many conversations were over; far away while there are fewer, long ago for none."""
    if number == 0:
        return LONG_AGO
    ends = CheckedConversation.objects.filter(agent_id=agent, resolved_at__isnull=False).order_by("resolved_at")
    return ends.values_list("resolved_at", flat=True)[number - 1 : number].first() or FAR
