"""Which checked conversations a member sees: those that they may read, customers as they may see them in lists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership
from compliance.actions.links import ActionLink, links
from compliance.models import ActionOrigin, CheckedConversation, CheckOutcome
from compliance.review_checks.filters import Filter
from compliance.review_checks.judging import Check, Result
from compliance.review_checks.words import BADGES, LABELS, TITLES, sentence
from tenancy.encryption import prefetch
from tenancy.pieces import in_pieces
from texting.models import Conversation
from texting.queries.access import visible_conversations, with_people
from texting.queries.seeing import Customer, customer

PAGE = 50


@dataclass(frozen=True)
class Shown:
    """One check as pages show it. `evidence`: (kind, id)."""

    check: str
    title: str
    result: str
    label: str
    tone: str
    icon: str
    why: tuple[str, ...] = ()
    evidence: tuple[tuple[str, UUID], ...] = ()
    actions: tuple[ActionLink, ...] = ()


@dataclass(frozen=True)
class CheckedRow:
    """One conversation with its four checks in their order."""

    conversation_id: UUID
    customer: Customer
    line: str
    team: str
    agent: str
    resolved_at: datetime | None
    looked_at: datetime | None
    number: int
    rules_version: str
    checks: tuple[Shown, ...]


@dataclass(frozen=True)
class Page:
    """The newest first. `before`: the id after which the next page begins, None on the last one."""

    rows: list[CheckedRow]
    before: UUID | None


@dataclass(frozen=True)
class Tally:
    """One check over everything that the filter narrows to, whatever the result. `rate`: per cent of those told."""

    check: str
    title: str
    counts: Mapping[str, int]

    @property
    def told(self) -> int:
        return self.counts[Result.HOLDS] + self.counts[Result.FAILS]

    @property
    def rate(self) -> float | None:
        """Rounded down to one decimal, so that 1999 of 2000 is never 100; None when none was told."""
        return 1000 * self.counts[Result.HOLDS] // self.told / 10 if self.told else None


def visible_checked(member: Membership) -> QuerySet[CheckedConversation]:
    """Of conversations that the member may read, without any order."""
    mine = visible_conversations(member).order_by().values("pk")
    return CheckedConversation.objects.select_related("agent__user").filter(conversation_id__in=mine)


def page(member: Membership, wanted: Filter, *, before: UUID | None = None) -> Page:
    """At most `PAGE` of them, those resolved before `before`; an id that is not theirs begins at the newest."""
    rows = matching(member, wanted)
    start = visible_checked(member).filter(pk=before).values_list("resolved_at", flat=True).first() if before else None
    if start:
        rows = rows.filter(Q(resolved_at__lt=start) | Q(resolved_at=start, pk__lt=before))
    found = list(rows[: PAGE + 1])
    return Page(rows_of(member, found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None)


def all_rows(member: Membership, wanted: Filter) -> Iterator[list[CheckedRow]]:
    """All of them, for a file that leaves in pieces."""
    return in_pieces(
        member.organization,
        lambda: matching(member, wanted),
        lambda found: rows_of(member, found),
        still=lambda: visible_checked(member),
        size=500,
    )


def tallies(member: Membership, wanted: Filter) -> list[Tally]:
    """How often each check holds, in one statement."""
    counts = {f"{check}_{result}": Count("pk", filter=Q(**{check: result})) for check in Check for result in Result}
    rows = visible_checked(member).select_related(None).filter(wanted.narrowed(member.organization.time_zone))
    found = rows.aggregate(**counts)
    return [
        Tally(check, str(TITLES[check]), {result.value: found[f"{check}_{result}"] for result in Result})
        for check in Check
    ]


def rows_of(member: Membership, checked: Iterable[CheckedConversation]) -> list[CheckedRow]:
    """As pages show them, in their order; those whose conversation is gone are left out."""
    found = list(checked)
    ids = [one.conversation_id for one in found]
    conversations = {one.pk: one for one in with_people(member, Conversation.objects.filter(pk__in=ids))}
    prefetch([one.contact for one in conversations.values()])
    details = newest_outcomes(found)
    rows = [
        _row(member, one, conversations[one.conversation_id], details.get(one.conversation_id))
        for one in found
        if one.conversation_id in conversations
    ]
    actions = links(member, ActionOrigin.Kind.CHECK, refs=[row.conversation_id for row in rows])
    return [replace(row, checks=_linked(row.checks, row.conversation_id, actions)) for row in rows] if actions else rows


def shown_to(member: Membership, outcome: CheckOutcome) -> tuple[Shown, ...]:
    """The four checks of one outcome, with the actions that they opened."""
    actions = links(member, ActionOrigin.Kind.CHECK, refs=[outcome.conversation_id])
    return _linked(shown(outcome), outcome.conversation_id, actions)


def shown(outcome: CheckOutcome) -> tuple[Shown, ...]:
    """The four checks of one outcome."""
    return tuple(_shown(check, getattr(outcome, check), outcome.details[check]) for check in Check)


def _linked(
    checks: Iterable[Shown], conversation_id: UUID, actions: Mapping[tuple[UUID | None, str], tuple[ActionLink, ...]]
) -> tuple[Shown, ...]:
    return tuple(replace(one, actions=actions.get((conversation_id, one.check), ())) for one in checks)


def matching(member: Membership, wanted: Filter) -> QuerySet[CheckedConversation]:
    """Those of the filter that the member may read, the one that was resolved last first."""
    rows = visible_checked(member).filter(wanted.condition(member.organization.time_zone))
    return rows.order_by("-resolved_at", "-id")


def newest_outcomes(found: Iterable[CheckedConversation]) -> dict[UUID, CheckOutcome]:
    """By conversation; nothing for those that were not looked at yet."""
    newest = {one.conversation_id: one.number for one in found}
    rows = CheckOutcome.objects.filter(conversation_id__in=list(newest), number__in=set(newest.values()))
    return {row.conversation_id: row for row in rows if newest[row.conversation_id] == row.number}


def _row(
    member: Membership, one: CheckedConversation, conversation: Conversation, outcome: CheckOutcome | None
) -> CheckedRow:
    return CheckedRow(
        conversation_id=one.conversation_id,
        customer=customer(member, conversation.contact, in_list=True),
        line=conversation.line.name,
        team=conversation.line.team.name,
        agent=one.agent.user.name if one.agent else "",
        resolved_at=one.resolved_at,
        looked_at=one.looked_at,
        number=one.number,
        rules_version=one.rules_version,
        checks=shown(outcome) if outcome else (),
    )


def _shown(check: Check, value: str, details: Mapping[str, Any]) -> Shown:
    result = Result(value)
    tone, icon = BADGES[result]
    why = tuple(sentence(code) for code in details["why"])
    evidence = tuple((kind, UUID(pk)) for kind, pk in details["evidence"])
    return Shown(check, str(TITLES[check]), result, str(LABELS[result]), tone, icon, why, evidence)
