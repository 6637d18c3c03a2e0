"""Until when a request must be answered, by law. Plain values.

GDPR Art. 12(3): one month, two more when the person is told why within the first. CCPA: 45 days, 45 more (Cal. Civ.
Code 1798.130(a)(2)); the laws of other states are the same. HIPAA: 30 days, 30 more (45 CFR 164.524(b)(2)).
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from retention.models import SubjectRequest

Law = SubjectRequest.Law


@dataclass(frozen=True)
class Term:
    """Months and days, one of which is 0."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The last day. A month that has no such day ends with its last (Regulation 1182/71, Art. 3(2)(c))."""
        month = day.month - 1 + self.months
        year, month = day.year + month // 12, month % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return date(year, month, min(day.day, last)) + timedelta(days=self.days)


FIRST = {Law.GDPR: Term(months=1), Law.CCPA: Term(days=45), Law.HIPAA: Term(days=30)}
EXTENDED = {Law.GDPR: Term(months=3), Law.CCPA: Term(days=90), Law.HIPAA: Term(days=60)}
"""Both counted from the day on which the request came in."""


def due(law: str, received: date, zone: str, *, extended: bool = False) -> datetime:
    """The end of the last day in the organization's zone."""
    last = (EXTENDED if extended else FIRST)[Law(law)].after(received)
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))
