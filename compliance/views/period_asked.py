"""The days that a page of figures is asked for: `?days=30`, or `?since=...&until=...`."""

from datetime import date

from django.utils import timezone

from accounts.permissions import MemberRequest
from compliance.forms.permission_forms import PeriodForm
from compliance.reports.periods import USUAL, Period, newest


def asked(request: MemberRequest, *, usual_days: int = 30) -> tuple[PeriodForm, Period]:
    """The period that was asked for; the last `usual_days` without one, or for one that makes no sense."""
    zone, days = request.member.organization.time_zone, request.GET.get("days", "")
    number = int(days) if days in {str(one) for one in USUAL} else usual_days
    usual = newest(number, today=today(), zone=zone)
    chosen = "since" in request.GET or "until" in request.GET
    form = PeriodForm(request.GET if chosen else None, initial={"since": usual.first, "until": usual.last})
    if form.is_valid():
        return form, Period(form.cleaned_data["since"], form.cleaned_data["until"], zone)
    return form, usual


def choices(period: Period) -> list[tuple[int, bool]]:
    """Usual numbers of days, and whether the period is just that one."""
    return [(days, days == period.days and period.last == today()) for days in USUAL]


def today() -> date:
    """By the clock of this machine's time zone setting."""
    return timezone.localdate()
