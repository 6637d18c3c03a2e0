"""Wakes a worker for files that are to be fetched. A lost ring costs time only: the sweep finds the rows."""

import logging

log = logging.getLogger("parley.attachments")


def ring() -> None:
    """Never raises."""
    from texting.attachments.tasks import fetch_attachments  # the edge imports this module

    try:
        fetch_attachments.apply_async(retry=False)
    except Exception as error:
        log.warning("doorbell_lost", extra={"error": type(error).__name__})
