"""The log's own days: what rules did is listed for `KEPT_DAYS`, and is then gone with what had set them off."""

from datetime import timedelta

from django.utils import timezone

from compliance.models import AutomationRun, AutomationTrial, AutomationTrigger

KEPT_DAYS = 90
TOGETHER = 1_000


def forget() -> int:
    """End some of what is older, in the running transaction. Returns how many rows."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    gone = 0
    ended = (
        AutomationRun.objects.filter(at__lt=before),
        AutomationTrigger.objects.filter(done_at__lt=before),
        AutomationTrial.objects.filter(made_at__lt=before),
    )
    for rows in ended:
        ids = list(rows.order_by().values_list("pk", flat=True)[:TOGETHER])
        if ids:
            rows.filter(pk__in=ids).delete()
        gone += len(ids)
    return gone
