"""Doorbells: each task says where to look, the rows say what to do, so each is safe to lose and to run twice."""

import logging
from uuid import UUID

from celery import shared_task

from tenancy.background import each_organization
from texting import carrier_copies, delivery, fetching, keeping, outbox, receipts, reconciling
from texting.doorbells import ring_later
from texting.duplicates import merging
from texting.limits import alarms, growing
from texting.searching import filling
from texting.webhooks import forgetting

log = logging.getLogger("parley.outbox")


@shared_task
def deliver(line_id: str) -> int:
    """Hand over what is urgent on one line. Returns how many texts were handed over."""
    return delivery.take_turn(UUID(line_id), urgent=True)


@shared_task
def deliver_bulk(line_id: str) -> int:
    """Hand over everything that is due on one line. Returns how many texts were handed over."""
    return delivery.take_turn(UUID(line_id), urgent=False)


@shared_task
def sweep_outbox() -> dict[str, int]:
    """Bring in answers from disk first, so that none of them counts as unknown; then find attempts that never came
    back, and texts whose doorbell was lost."""
    brought_in = keeping.bring_in()
    unconfirmed = delivery.expire_leases()
    lines = outbox.lines_with_work()
    for line_id in lines:
        ring_later(line_id, 0.1)
    return {"lines": len(lines), "unconfirmed": unconfirmed, "brought_in": brought_in}


@shared_task
def fetch_missed() -> dict[str, int]:
    """Read providers' lists for texts whose webhook never came."""
    return fetching.fetch_missed()


@shared_task
def ask_for_receipts() -> dict[str, int]:
    """Ask what became of texts whose delivery report never came."""
    return receipts.ask_for_receipts()


@shared_task
def forget_carrier_copies() -> dict[str, int]:
    """Ask providers to forget what texts said that held what must not be kept."""
    return carrier_copies.ask_providers()


@shared_task
def end_overdue() -> int:
    """End texts whose life is over while nothing of their line leaves."""
    return delivery.end_overdue()


@shared_task
def reconcile() -> dict[str, int]:
    """Look up texts whose outcome is unknown."""
    return reconciling.reconcile()


@shared_task
def forget_quarantine() -> dict[str, int]:
    """End what the quarantine has kept for long enough."""
    return forgetting.forget_quarantine()


@shared_task
def watch_sending() -> dict[str, int]:
    """Look for signs of pumping that show only after a while; let ceilings grow; forget old counts."""
    watched = each_organization("watch sending", alarms.watch)
    grown = each_organization("grow ceilings", growing.grow)
    forgotten = each_organization("forget sending counts", growing.forget_counts)
    return {"stopped": watched.items, "grown": grown.items, "forgotten": forgotten.items}


@shared_task
def fill_search() -> dict[str, int]:
    """Keep the words of what was written before there was a search, until nothing is left."""
    return {"rows": each_organization("fill search", filling.fill, until_nothing_left=True).items}


@shared_task
def tidy_search() -> dict[str, int]:
    """Forget what finds erased contacts, and keys of months of which nothing is left; and what undoing a merge of
    contacts needed, when it cannot be undone any more.
    """
    merges = each_organization("forget old merges", merging.forget_old).items
    return {"forgotten": each_organization("tidy search", filling.tidy).items, "merges": merges}
