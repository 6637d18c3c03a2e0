"""The pretended carrier at work in the background."""

from celery import shared_task

from texting.simulator import calls, network


@shared_task
def run_network() -> int:
    """Offer customers' texts to our webhooks, report what became of ours, go on with calls. Returns how many steps.

    A doorbell: rung when a phone sends, and by the clock every second.
    """
    return network.run_due() + calls.run_due()
