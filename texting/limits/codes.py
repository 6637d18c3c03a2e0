"""Sign-in codes and whether they are used. A block of numbers whose codes nobody uses is somebody else's business.

Whoever sends codes calls `sent` in the transaction that queues one, and `used` when it was typed in.
"""

from datetime import timedelta

from django.db.models import F, Sum
from django.utils import timezone

from texting.limits import alarms
from texting.limits.bounds import FEWEST_JUDGED, LEAST_SHARE
from texting.limits.standing import Kind
from texting.models import Contact, SendingCount

WINDOW = timedelta(hours=24)


def sent(contact: Contact) -> None:
    """A code was queued for this contact. Stops the block when, of 20 or more in a day, under 20 % were used."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    row = {"kind": Kind.PREFIX, "key": contact.prefix_index, "begins_at": hour}
    SendingCount.objects.bulk_create([SendingCount(**row)], ignore_conflicts=True)
    SendingCount.objects.filter(**row).update(codes=F("codes") + 1)
    recent = SendingCount.objects.filter(kind=Kind.PREFIX, key=contact.prefix_index, begins_at__gte=hour - WINDOW)
    total = recent.aggregate(codes=Sum("codes"), used=Sum("codes_used"))
    codes, used_codes = total["codes"] or 0, total["used"] or 0
    if codes > FEWEST_JUDGED and used_codes < (codes - 1) * LEAST_SHARE:  # this one had no time to be used
        alarms.stop(contact, alarms.Rule.CONVERSION, {"codes": codes - 1, "used": used_codes})


def used(contact: Contact) -> None:
    """A code that was sent to this contact was typed in."""
    rows = SendingCount.objects.filter(kind=Kind.PREFIX, key=contact.prefix_index, codes__gt=F("codes_used"))
    latest = rows.order_by("-begins_at").values_list("pk", flat=True).first()
    if latest is not None:
        SendingCount.objects.filter(pk=latest).update(codes_used=F("codes_used") + 1)
