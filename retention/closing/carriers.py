"""Carriers are asked to delete an organization's texts, as long as their sign-in can be opened.

Bounded: what they have not answered for when `PATIENCE` is over stands in the certificate, as what they refused does.
"""

import logging
import time
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from retention.models import Closing
from tenancy.isolation import activate
from texting import carrier_copies
from texting.models import CarrierCopy, Message

log = logging.getLogger("parley.closing")

PATIENCE = timedelta(days=3)
TURN_SECONDS = 60.0
"""An organization's share of a round, so that others come to their turn."""
BATCH = 1000
State = CarrierCopy.State


def ask(organization_id: UUID) -> bool:
    """Want every copy deleted, and ask for as long as a turn lasts. Whether it is over: all answered, or no more time.

    Whoever died leaves the wishes, and how far they reach; the next one goes on there.
    """
    while _want(organization_id):
        pass
    end, more = time.monotonic() + TURN_SECONDS, True
    while more and time.monotonic() < end:
        try:
            more = carrier_copies.ask_due(organization_id) > 0
        except Exception as error:  # a line whose sign-in cannot be used keeps neither the others nor the end back
            log.error("copies_failed", extra={"organization": str(organization_id), "error": type(error).__name__})
    with activate(organization_id):
        closing = Closing.objects.get(state=Closing.State.CARRIERS)
        if closing.carriers_until is not None:
            carrier_copies.try_before(closing.carriers_until)
        is_late = closing.carriers_until is not None and closing.carriers_until <= timezone.now()
        return is_late or not (CarrierCopy.objects.filter(state=State.WAITING).exists() or _forgotten().exists())


def counted() -> dict[str, int]:
    """What became of the copies, for the certificate."""
    rows = CarrierCopy.objects.order_by()
    return {
        "gone": rows.filter(state__in=(State.GONE, State.DELETED)).count(),
        "refused": rows.filter(state=State.REFUSED).count(),
        "waiting": rows.filter(state=State.WAITING).count() + _forgotten().count(),
    }


def _want(organization_id: UUID) -> bool:
    """One batch. Whether there may be more."""
    with activate(organization_id):
        closing = Closing.objects.select_for_update(of=("self",)).get(state=Closing.State.CARRIERS)
        rows = Message.objects.filter(provider_message_id__isnull=False).order_by("pk")
        if closing.carriers_reached:
            rows = rows.filter(pk__gt=closing.carriers_reached)
        found = list(rows.values_list("pk", flat=True)[:BATCH])
        is_last = not found
        if is_last:  # what came in meanwhile
            found = list(_forgotten().values_list("pk", flat=True)[:BATCH])
        else:
            closing.carriers_reached = found[-1]
            closing.save(update_fields=["carriers_reached"])
        # No claims: what a purge wanted stays in its certificate. Nobody waits for the end of a pause, nor, as the
        # organization's end has come, for a last status.
        carrier_copies.forget_all(found, at=closing.begun_at or timezone.now(), deletes=True)
        carrier_copies.hurry(found)
    return not is_last


def _forgotten() -> QuerySet[Message]:
    """Texts at a carrier that nobody asked it to delete."""
    asked = CarrierCopy.objects.filter(message_id=OuterRef("pk"), deletes=True).order_by()
    return Message.objects.filter(~Exists(asked), provider_message_id__isnull=False).order_by("pk")
