"""How long an organization keeps payloads of webhooks, for what forgets them by the clock."""

from datetime import timedelta

from django.utils import timezone

from retention.choices import Choices
from retention.kinds import Kind

AFTER_THE_PURGE = timedelta(days=3)
"""A purge ends whole days, up to a night later, and never a day younger than two: it comes first and certifies it."""


def days(of_installation: int) -> int:
    """For `TEXTING_PAYLOAD_DAYS`: the installation's until the organization has chosen; then what its purge leaves."""
    now, choices = timezone.now(), Choices.load()
    if (Kind.WEBHOOKS, None) not in choices.holding(now):
        return of_installation
    chosen = choices.periods(now)[Kind.WEBHOOKS].days
    return of_installation if chosen is None else chosen + AFTER_THE_PURGE.days
