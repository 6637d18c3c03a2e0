"""Which findings a member wants to see, as it stands in the page's address."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from compliance.models import Finding


@dataclass(frozen=True)
class Filter:
    """Nothing set: all of them. `state`: a verdict, or "all". Days in the organization's zone, both included."""

    state: str = "all"
    type: str = ""
    confidence: str = ""
    direction: str = ""
    since: date | None = None
    until: date | None = None

    def condition(self, zone: str) -> Q:
        """On findings. Days lie between 2000 and 2099, as the form makes sure."""
        exact = {"type": self.type, "confidence": self.confidence, "direction": self.direction}
        wanted = Q(**{name: value for name, value in exact.items() if value})
        if self.state != "all":
            wanted &= Q(verdict="" if self.state == "open" else self.state)
        if self.since:
            wanted &= Q(found_at__gte=datetime.combine(self.since, time.min, ZoneInfo(zone)))
        if self.until:
            wanted &= Q(found_at__lt=datetime.combine(self.until + timedelta(days=1), time.min, ZoneInfo(zone)))
        return wanted


STATES = ("open", Finding.Verdict.RIGHT.value, Finding.Verdict.WRONG.value, "all")
