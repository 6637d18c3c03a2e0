"""What was found about the carrier's words and lists is kept for a year; what people permitted is kept elsewhere."""

from datetime import timedelta

from django.utils import timezone

from texting.models import CarrierComparison, CarrierWord, FetchedText, OptOutMismatch

KEPT = timedelta(days=365)


def forget_old() -> int:
    """Remove older rows of the active organization; the newest comparison of a line stays. Returns how many."""
    before = timezone.now() - KEPT
    newest = CarrierComparison.objects.order_by("line_id", "-started_at").distinct("line_id").values_list("pk")
    old = CarrierComparison.objects.filter(started_at__lt=before).exclude(
        pk__in=list(newest.values_list("pk", flat=True))
    )
    gone = 0
    for rows in (
        old,
        CarrierWord.objects.filter(heard_at__lt=before),
        OptOutMismatch.objects.filter(found_at__lt=before),
        FetchedText.objects.filter(fetched_at__lt=before),
    ):
        gone += rows.delete()[0]
    return gone
