"""When a session ends: after a time without use, and a time after it began, as its organization says.

Asked of PostgreSQL with the session itself, so that a shorter limit holds for sessions that are open already.
"""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, Expression, ExpressionWrapper, F, Q, Value

from accounts.models import Session
from accounts.models.access_rules import STANDARD_IDLE, STANDARD_LONGEST, AccessRules

TOUCH_EVERY = timedelta(seconds=60)
WARNED_BEFORE = timedelta(seconds=60)
_RULES = "membership__organization__access_rules"


def alive(now: datetime | Expression) -> Q:
    """The condition for rows of `Session` that open something at `now`."""
    now = Value(now, output_field=DateTimeField()) if isinstance(now, datetime) else now
    used = _within(now, "last_seen_at", "idle", STANDARD_IDLE)
    return Q(expires_at__gt=now) & used & _within(now, "created_at", "longest", STANDARD_LONGEST)


def _within(now: Expression, field: str, limit: str, standard: timedelta) -> Q:
    """Two cases rather than a COALESCE: Django then keeps rows whose organization has no rules (an outer join)."""
    own, common = (
        ExpressionWrapper(now - length, output_field=DateTimeField())
        for length in (F(f"{_RULES}__{limit}"), Value(standard))
    )
    return Q(**{f"{_RULES}__isnull": True, f"{field}__gt": common}) | Q(
        **{f"{_RULES}__isnull": False, f"{field}__gt": own}
    )


def rules_of(row: Session) -> AccessRules:
    """The rules of the organization that the session acts in; the standard ones while it acts in none."""
    return AccessRules.of(row.membership.organization) if row.membership else AccessRules()


def touch_after(row: Session) -> timedelta:
    """How long after the last note that somebody was here the next is made: seldom, but often enough for the limit."""
    return min(TOUCH_EVERY, rules_of(row).idle / 10)


def warned_before(row: Session) -> timedelta:
    """How long before its end somebody is warned."""
    return min(WARNED_BEFORE, rules_of(row).idle / 2)


def idle_end(row: Session) -> datetime:
    """When it ends if nobody uses it any more."""
    return row.last_seen_at + rules_of(row).idle


def latest_end(row: Session) -> datetime:
    """When it ends however much it is used."""
    ends = min(row.expires_at, row.created_at + rules_of(row).longest)
    said: float = (row.data.get("signed_in") or {}).get("ends_at") or 0.0
    return min(ends, datetime.fromtimestamp(said, tz=ends.tzinfo)) if said else ends


def end_of(row: Session) -> datetime:
    """Whichever comes first."""
    return min(idle_end(row), latest_end(row))
