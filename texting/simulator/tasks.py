"""The pretended carrier at work in the background."""

from celery import shared_task

from texting.simulator import network


@shared_task
def run_network() -> int:
    """Offer customers' texts to our webhooks and report what became of ours. Returns how many steps were taken.

    A doorbell: rung when a phone sends, and by the clock every second.
    """
    return network.run_due()
