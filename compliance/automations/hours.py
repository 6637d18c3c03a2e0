"""Business hours as automations ask for them: open now, and which closed period a moment lies in."""

from datetime import datetime

from compliance.escalations import business_time
from compliance.escalations.business_time import Hours, NeverOpen


def is_open(moment: datetime, hours: Hours) -> bool:
    """Whether the business is open at that moment (aware)."""
    try:
        return business_time.next_opening(moment, hours) <= moment
    except NeverOpen:
        return False


def closed_period(moment: datetime, hours: Hours) -> str:
    """A name for the closed period around that moment: when it ends, in UTC. "" while it is open."""
    try:
        opens = business_time.next_opening(moment, hours)
    except NeverOpen:
        return "never"
    return "" if opens <= moment else opens.isoformat(timespec="minutes")
