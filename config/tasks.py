"""The one task of the frame itself."""

from celery import shared_task

from config.heartbeat import Part, note


@shared_task
def heartbeat() -> None:
    """Sent by the clock every ten seconds: when it runs, clock, queue and worker all work together."""
    note(Part.CLOCK)
