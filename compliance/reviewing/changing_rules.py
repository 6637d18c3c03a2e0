"""What is set about reviews: rates, who is new, how many are judged twice, blind or not; and what that would draw."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from compliance.models import CheckedConversation, DrawnConversation, ReviewSettings, TeamSampling
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.sampling import (
    NEW_CONVERSATIONS,
    NEW_DAYS,
    SECOND_RATE,
    USUAL,
    WHOLE,
    Rules,
    decide,
    rules_of,
)
from compliance.reviewing.scorecards import ensure_default
from compliance.reviewing.signals import signals
from tenancy import audit
from tenancy.audit import AuditKind

Reason = DrawnConversation.Reason
PREVIEW_DAYS, MOST_PREVIEWED, PIECE = 30, 20_000, 1000
MOST_NEW_DAYS, MOST_NEW_CONVERSATIONS = 365, 1000


@dataclass(frozen=True)
class Wanted:
    """Everything that the page of rates sets. Rates are thousandths, by reason."""

    is_on: bool = False
    rates: Mapping[str, int] = field(default_factory=lambda: dict(USUAL))
    new_days: int = NEW_DAYS
    new_conversations: int = NEW_CONVERSATIONS
    second_rate: int = SECOND_RATE
    is_blind: bool = False


@dataclass(frozen=True)
class Preview:
    """Of the `conversations` of the last `PREVIEW_DAYS` days, the newest `MOST_PREVIEWED` at the most: how many would
    have been drawn, by their weightiest reason, and how many of them twice.
    """

    conversations: int
    drawn: int
    twice: int
    by_reason: list[tuple[str, int]]


def settings_now() -> ReviewSettings | None:
    """The active organization's; None before the first change."""
    return ReviewSettings.objects.first()


def wanted_now() -> Wanted:
    """As they are set, or what is offered."""
    row = settings_now()
    if row is None:
        return Wanted()
    return Wanted(row.is_on, row.rates, row.new_days, row.new_conversations, row.second_rate, row.is_blind)


def change(*, member: Membership, wanted: Wanted) -> bool:
    """Keep them; they count for what is resolved from then on. Whether anything changed. Raises CannotReview,
    MissingPermission.
    """
    require(member, Permission.REVIEWS_MANAGE)
    _check_rates(wanted.rates)
    within = 0 <= wanted.new_days <= MOST_NEW_DAYS and 0 <= wanted.new_conversations <= MOST_NEW_CONVERSATIONS
    if not within or not 0 <= wanted.second_rate <= WHOLE:
        raise CannotReview(_("One of the numbers is out of bounds."))
    now = timezone.now()
    ReviewSettings.objects.bulk_create([ReviewSettings(changed_by=member, changed_at=now)], ignore_conflicts=True)
    row = ReviewSettings.objects.select_for_update(of=("self",)).get()
    before = Wanted(row.is_on, row.rates, row.new_days, row.new_conversations, row.second_rate, row.is_blind)
    if before == wanted:
        return False
    for name, value in vars(wanted).items():
        setattr(row, name, value)
    if wanted.is_on and not before.is_on:
        row.on_since = now
    row.changed_by, row.changed_at = member, now
    row.save()
    ensure_default()
    changed = {name: [old, vars(wanted)[name]] for name, old in vars(before).items() if old != vars(wanted)[name]}
    audit.record(event=AuditKind.REVIEW_RATES_CHANGED, actor=member, object=row, changed=changed)
    return True


def change_team(*, member: Membership, team: Team, rates: Mapping[str, int]) -> bool:
    """Rates of one team; a reason that is missing has the usual one, and without any the team has none of its own.
    Raises CannotReview, MissingPermission.
    """
    require(member, Permission.REVIEWS_MANAGE)
    _check_rates(rates)
    rows = TeamSampling.objects.select_for_update(of=("self",))
    row = rows.filter(team=team).first()
    before: dict[str, int] = row.rates if row else {}
    if before == dict(rates):
        return False
    if rates:
        TeamSampling.objects.update_or_create(team=team, defaults={"rates": dict(rates)})
    elif row:
        row.delete()
    audit.record(
        event=AuditKind.REVIEW_RATES_CHANGED, actor=member, object=team, changed={"rates": [before, dict(rates)]}
    )
    return True


def preview(wanted: Wanted, *, team: UUID | None = None, team_rates: Mapping[str, int] | None = None) -> Preview:
    """What these rates would have drawn; with `team`, of its conversations with other rates of its own."""
    row = ReviewSettings(
        rates=dict(wanted.rates),
        new_days=wanted.new_days,
        new_conversations=wanted.new_conversations,
        second_rate=wanted.second_rate,
    )
    stored = rules_of(row)
    teams = dict(stored.teams) | ({team: team_rates} if team and team_rates is not None else {})
    rules = Rules(stored.rates, teams, stored.new_days, stored.new_conversations, stored.second_rate)
    since = timezone.now() - timedelta(days=PREVIEW_DAYS)
    rows = CheckedConversation.objects.filter(number__gt=0, resolved_at__gte=since)
    rows = rows.filter(line__team_id=team) if team else rows
    found = list(rows.order_by("-resolved_at", "-id")[:MOST_PREVIEWED])
    looked, twice, reasons = 0, 0, Counter[str]()
    for start in range(0, len(found), PIECE):
        for said in signals(found[start : start + PIECE], rules):
            looked += 1
            ids: dict[str, Any] = {"conversation_id": said.row.conversation_id, "team_id": said.team_id}
            drawn = decide(rules, said=said.reasons, **ids)
            if drawn:
                reasons[drawn.why[0]] += 1
                twice += drawn.wanted == 2
    by_reason = [(str(Reason(reason).label), reasons[reason]) for reason in Reason.values if reasons[reason]]
    return Preview(looked, reasons.total(), twice, by_reason)


def team_of(team_id: UUID) -> Team | None:
    """A team of the active organization."""
    return Team.objects.filter(pk=team_id).first()


def _check_rates(rates: Mapping[str, int]) -> None:
    if not set(rates) <= set(Reason.values) or any(not 0 <= rate <= WHOLE for rate in rates.values()):
        raise CannotReview(_("A rate lies between 0 and 100 per cent."))
