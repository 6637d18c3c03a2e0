"""Which conversations a member wants to see, as it stands in the page's address."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from compliance.review_checks.judging import Check, Result
from texting.models import Line

RESULTS = (Result.FAILS.value, Result.NOT_YET.value, Result.HOLDS.value, "all")
USUAL_DAYS = 30


@dataclass(frozen=True)
class Filter:
    """`result`: of `check`, else of any of the four; "holds" without a check: none fails and none is open.

    Days in the organization's zone, both included; they are when the conversation was resolved.
    """

    result: str = Result.FAILS.value
    check: str = ""
    team: UUID | None = None
    agent: UUID | None = None
    since: date | None = None
    until: date | None = None

    def condition(self, zone: str) -> Q:
        """On checked conversations. Days lie between 2000 and 2099, as the form makes sure."""
        return self.narrowed(zone) & self._result()

    def narrowed(self, zone: str) -> Q:
        """The same for all results: what the counts are of."""
        wanted = Q(resolved_at__isnull=False, number__gt=0)
        if self.team:
            wanted &= Q(line_id__in=Line.objects.filter(team_id=self.team).order_by().values("pk"))
        if self.agent:
            wanted &= Q(agent_id=self.agent)
        if self.since:
            wanted &= Q(resolved_at__gte=datetime.combine(self.since, time.min, ZoneInfo(zone)))
        if self.until:
            wanted &= Q(resolved_at__lt=datetime.combine(self.until + timedelta(days=1), time.min, ZoneInfo(zone)))
        return wanted

    def _result(self) -> Q:
        if self.result == "all":
            return Q()
        if self.check:
            return Q(**{self.check: self.result})
        if self.result == Result.HOLDS:
            return ~_any(Result.FAILS) & ~_any(Result.NOT_YET)
        return _any(Result(self.result))

    @property
    def query(self) -> str:
        """As the address says it."""
        return urlencode({name: str(value) for name, value in vars(self).items() if value})


def _any(result: Result) -> Q:
    wanted = Q()
    for check in Check:
        wanted |= Q(**{check.value: result.value})
    return wanted
