"""The conversations behind scores, for whoever may read them: a figure leads to what it was counted from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator

from accounts.models import Membership, Team
from accounts.permissions import Permission
from compliance.models import SatisfactionAsk
from compliance.reports.periods import Period
from compliance.satisfaction.counting import asked_in
from compliance.work.whose import called, offered
from tenancy.encryption import prefetch
from texting.queries import customer, sees_everybody, visible_conversations
from texting.queries.seeing import Customer

A_PAGE = 50


@dataclass(frozen=True)
class Given:
    """One score. `team` and `member`: who served the customer, "" for one that is gone or nobody."""

    score: int
    at: datetime
    conversation: UUID
    customer: Customer
    team: str
    member: str


def scores(member: Membership, period: Period, *, score: int | None, number: int) -> Page[SatisfactionAsk]:
    """A page of those of the period, the latest first; `score`: of one only. Nothing of conversations whose texts are
    gone, or that the member may not read.
    """
    rows = asked_in(period, offered(member).whose()).filter(score__isnull=False)
    if member.may(Permission.CONVERSATIONS_READ):
        seen = visible_conversations(member).order_by().values("pk")
        rows = rows.filter(conversation__in=seen, conversation__texts_gone_at=None)
    else:
        rows = rows.none()
    if score is not None:
        rows = rows.filter(score=score)
    ordered = rows.select_related("contact").order_by("-answered_at", "-id")
    if not sees_everybody(member):
        ordered = ordered.defer("contact__number")
    return Paginator(ordered, A_PAGE).get_page(number)


def shown(member: Membership, page: Page[SatisfactionAsk]) -> list[Given]:
    """As the member sees them in lists."""
    rows = list(page.object_list)
    prefetch([row.contact for row in rows])
    teams = dict(Team.objects.values_list("pk", "name"))
    people = called({row.member_id for row in rows if row.member_id}) if rows else {}
    return [
        Given(
            row.score or 0,
            row.answered_at or row.due_at,
            row.conversation_id,
            customer(member, row.contact, in_list=True),
            teams.get(row.team_id, ""),
            people.get(row.member_id, "") if row.member_id else "",
        )
        for row in rows
    ]
