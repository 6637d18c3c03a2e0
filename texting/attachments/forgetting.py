"""Ends what nobody needs any more: addresses past their time, files that were chosen and never sent."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from tenancy.background import each_organization
from texting.attachments import storing
from texting.models import Attachment, MediaLink, ScheduledText

UNSENT_FOR = timedelta(days=7)
HELD_FOR = timedelta(days=4)  # longer: nobody waits longer for a second person, and then its author reads the answer
_TOGETHER = 50
_LATER = (ScheduledText.State.WAITING, ScheduledText.State.PAUSED, ScheduledText.State.STOPPED)
"""Scheduled texts that may still leave: their files stay with them."""


def forget() -> dict[str, int]:
    """Returns how many addresses and files ended."""
    links, _ = MediaLink.objects.filter(expires_at__lte=timezone.now()).delete()
    counts = each_organization("forget unsent attachments", _forget_unsent, until_nothing_left=True)
    return {"links": links, "files": counts.items, "failed": counts.failed}


def _forget_unsent() -> int:
    free, held = timezone.now() - UNSENT_FOR, timezone.now() - UNSENT_FOR - HELD_FOR
    past = Q(held_for__isnull=True, created_at__lte=free) | Q(created_at__lte=held)
    later = ScheduledText.objects.filter(state__in=_LATER).order_by()
    old = Attachment.objects.filter(past, message__isnull=True).exclude(
        held_for__isnull=False, held_for__in=later.values("message_id")
    )
    rows = list(old.select_for_update(skip_locked=True).only("id", "organization")[:_TOGETHER])
    storing.remove(rows)
    return len(rows)
