"""How many senders run at the same time in the whole installation: the other workers are for texts.

A slot is a key in Redis that its sender keeps alive. It saves workers, not truth: without Redis, or with one sender too
many, claims still give each delivery to one sender only.
"""

import logging

from django.core.cache import cache

log = logging.getLogger("parley.webhooks")

SENDERS = 2
SLOT_SECONDS = 15  # after which the slot of a sender that died is free again


def take() -> str | None:
    """A slot, or None when all are taken."""
    try:
        for number in range(SENDERS):
            if cache.add(_key(str(number)), 1, timeout=SLOT_SECONDS):
                return str(number)
    except Exception as error:
        log.warning("slots_lost", extra={"error": type(error).__name__})
        return "without"
    return None


def keep(slot: str) -> None:
    """Called more often than every `SLOT_SECONDS`."""
    try:
        cache.set(_key(slot), 1, timeout=SLOT_SECONDS)
    except Exception as error:
        log.warning("slots_lost", extra={"error": type(error).__name__})


def free(slot: str) -> None:
    """The sender has ended."""
    try:
        cache.delete(_key(slot))
    except Exception as error:
        log.warning("slots_lost", extra={"error": type(error).__name__})


def _key(slot: str) -> str:
    return f"webhooks:sender:{slot}"
