"""Which teams ask, and how often one customer is asked at most."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from compliance.models import SatisfactionRule
from tenancy import audit
from tenancy.audit import AuditKind

USUAL_DAYS, MOST_DAYS = 30, 365


class CannotAsk(ValueError):
    """What was chosen makes no sense; the message says what to do."""


@dataclass(frozen=True)
class TeamRule:
    """A team and what holds for it; one without a rule asks nobody."""

    team: Team
    is_on: bool
    days: int


def all_rules() -> list[TeamRule]:
    """Every team's, by name."""
    known = {row.team_id: row for row in SatisfactionRule.objects.all()}
    return [
        TeamRule(team, known[team.pk].is_on, known[team.pk].days)
        if team.pk in known
        else TeamRule(team, is_on=False, days=USUAL_DAYS)
        for team in Team.objects.order_by("name")
    ]


def change(*, member: Membership, team: Team, is_on: bool, days: int) -> None:
    """From now on; what waits is still asked. Raises CannotAsk, MissingPermission."""
    require(member, Permission.TEAMS_MANAGE)
    if not 1 <= days <= MOST_DAYS:
        raise CannotAsk(_("Choose between 1 and %(most)d days.") % {"most": MOST_DAYS})
    values = {"is_on": is_on, "days": days, "changed_by": member, "changed_at": timezone.now()}
    SatisfactionRule.objects.update_or_create(team=team, defaults=values)
    audit.record(event=AuditKind.SATISFACTION_CHANGED, actor=member, object=team, on=is_on, days=days)
