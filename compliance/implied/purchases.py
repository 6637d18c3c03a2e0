"""A purchase, lease or contract permits texts to a Canadian number for two years: CASL, S.C. 2010, c. 23, s. 10(10)(a).

In the United States it permits none: an established business relationship stands for no consent to texts.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.ledger.consent_expiry import expires_at
from compliance.models import ConsentEvent

REGION = "CA"


class Problem(StrEnum):
    """Why a purchase permits nothing."""

    NOT_CANADA = "not_canada"
    TO_COME = "to_come"
    TOO_OLD = "too_old"


def problem_of(*, region: str, bought_on: date, zone: str) -> Problem | None:
    """For a number of that region (ISO 3166) and a day in the organization's zone; None where it permits texts now."""
    now = timezone.now()
    if region != REGION:
        return Problem.NOT_CANADA
    if bought_on > now.astimezone(ZoneInfo(zone)).date():
        return Problem.TO_COME
    if bought_on < now.date() - timedelta(days=800):  # so that no calendar ends below
        return Problem.TOO_OLD
    ends = expires_at(region=region, kind=ConsentEvent.Kind.PURCHASE, given_at=moment_of(bought_on, zone))
    return Problem.TOO_OLD if ends is not None and ends <= now else None


def sentence(problem: Problem) -> str:
    """What is wrong and what to do, for a person."""
    return {
        Problem.NOT_CANADA: _("A purchase permits texts to Canadian numbers only. Ask this customer to opt in."),
        Problem.TO_COME: _("That day lies in the future. Check the date of the purchase."),
        Problem.TOO_OLD: _("A purchase permits texts for two years, and this one is older. Ask them to opt in."),
    }[problem]


def moment_of(bought_on: date, zone: str) -> datetime:
    """Noon of that day where the organization is, but not later than now."""
    return min(datetime.combine(bought_on, time(12), ZoneInfo(zone)), timezone.now())
