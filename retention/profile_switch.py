"""Periods as one of the settings that profiles fix (`settings.COMPLIANCE_SWITCHES`)."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from compliance.measures.profiles.switches import Switch
from retention import changing
from retention.choices import GRACE, SETTING, Choices
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.periods import longer
from retention.spans import said


class RetentionPeriods(Switch):
    """The period of each kind, of the organization and of every team and tag that has its own.

    What is kept longer counts at once; what ends sooner counts after the usual grace, so that taking on a profile ends
    nothing in the same night. Leaving a profile changes no period.
    """

    setting, route = SETTING, "retention"

    def now(self, member: Membership) -> dict[str, Any]:
        periods = Choices.load().periods(timezone.now())
        return {kind.value: period.days for kind, period in periods.items()}

    def apply(self, member: Membership, values: Mapping[str, Any], because: str) -> None:
        now, choices, before = timezone.now(), Choices.load(), self.now(member)
        own_ones = {(row.team_id, row.tag_id) for row in choices.holding(now).values() if row.whose_id}
        for name, days in values.items():
            kind = Kind(name)
            if days == before[name]:
                continue
            for team, tag in ((None, None), *sorted(own_ones, key=str)):
                own = choices.holding(now).get((kind, team or tag))
                if (team or tag) and own is None:
                    continue
                period = choices.periods(now, team, tag)[kind]
                is_longer = longer(days, before[name])
                if (team or tag) and longer(days, period.days) != is_longer:
                    continue  # strong enough as it is
                if not is_longer and days is not None and longer(period.shortest, days):
                    continue  # another profile's minimum: the conflict is told on the page of retention
                row = RetentionPolicy(kind=kind, team_id=team, tag_id=tag, days=days, set_at=now)
                row.starts_at = now if is_longer else now + GRACE
                changing.follow_profile(member, row)

    def in_words(self, field: str, value: Any) -> str:
        return said(value)
