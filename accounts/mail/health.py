"""How the mails are doing, for whoever runs the installation: counts and times, never an address."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Min
from django.utils import timezone

from accounts.models import OutgoingMail

LATE = timedelta(minutes=10)
WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class MailHealth:
    """`oldest_seconds`: of the mails that wait, None when none does. What was refused or expired within a day."""

    waiting: int
    oldest_seconds: int | None
    refused: int
    expired: int

    @property
    def is_late(self) -> bool:
        """A mail has waited so long that the mail server, or the worker, is likely away."""
        return self.oldest_seconds is not None and self.oldest_seconds > LATE.total_seconds()

    @property
    def sentence(self) -> str:
        """For machines: `ok`, or in a few words what is wrong."""
        wrong = [f"oldest unsent mail waits for {self.oldest_seconds} seconds"] if self.is_late else []
        wrong += [f"{self.refused} refused within a day"] if self.refused else []
        wrong += [f"{self.expired} expired within a day"] if self.expired else []
        return ", ".join(wrong) or "ok"


def mail_health() -> MailHealth:
    """Two statements over indexes, whatever number of mails there is."""
    now, state = timezone.now(), OutgoingMail.State
    waiting = OutgoingMail.objects.filter(state=state.WAITING).aggregate(number=Count("pk"), oldest=Min("queued_at"))
    ended = OutgoingMail.objects.filter(ended_at__gt=now - WINDOW, state__in=(state.REFUSED, state.EXPIRED))
    counts = dict(ended.values_list("state").annotate(number=Count("pk")))
    oldest = waiting["oldest"]
    return MailHealth(
        waiting=waiting["number"],
        oldest_seconds=int((now - oldest).total_seconds()) if oldest else None,
        refused=counts.get(state.REFUSED, 0),
        expired=counts.get(state.EXPIRED, 0),
    )
