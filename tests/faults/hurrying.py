"""Shortens the product's waits in a process of the fault suite, in proportion: what was longer than what stays so.

Nothing else is changed. A name that the product no longer has is an error, so that no wait grows back unseen.
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.apps import AppConfig

LEASE = 6.0
FIRST_LOOK, LAST_LOOK = 2.0, 6.0
READ_SECONDS = 1.5
WRONG_BY = "FAULTS_CLOCK_WRONG_BY"  # hours, for a whole process; its monotonic clock stays right


class Hurried(AppConfig):
    """In the settings of the processes that `running.py` starts."""

    name = "tests.faults"
    label = "faults"

    def ready(self) -> None:
        hurry()
        if hours := float(os.environ.get(WRONG_BY, "0")):
            time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True).start()


def hurry() -> None:
    """Patch this process."""
    from config import celery
    from texting import delivery, fetching, keeping, outbox, preparing, progress, receipts, reconciling, turns
    from texting.announcements import working
    from texting.providers.twilio import TwilioProvider

    _put(outbox, "LEASE", timedelta(seconds=LEASE))
    _put(outbox, "FIRST_WAIT", 0.4)
    _put(outbox, "LONGEST_WAIT", 1.5)
    _put(outbox, "FIRST_LOOK", timedelta(seconds=FIRST_LOOK))
    for module in (outbox, reconciling):
        _put(module, "LAST_LOOK", timedelta(seconds=LAST_LOOK))
    _put(reconciling, "_PAUSE", timedelta(seconds=1))
    _put(outbox, "PROBE_EVERY", timedelta(seconds=1.5))
    _put(outbox, "BOUNDS", {**outbox.BOUNDS, "hold": 9.0})
    _put(preparing, "FRESH_SECONDS", 2.0)
    _put(keeping, "KEPT_SECONDS", 4.0)
    _put(delivery, "OVERDUE", timedelta(seconds=1))
    _put(working, "BATCH", 40)  # so that there is something between two of them
    _put(turns, "LONGEST", timedelta(seconds=8))  # a dead worker's turn
    _put(fetching, "EVERY", timedelta(seconds=2))
    # A text that was taken long ago is asked about at 2, 4 and 6 seconds instead of 5 minutes, an hour and a day.
    _put(receipts, "SECOND", timedelta(seconds=4))
    _put(receipts, "LAST", timedelta(seconds=6))
    _put(receipts, "_PAUSE", timedelta(seconds=1))
    _put(receipts, "_GIVEN_UP", timedelta(seconds=20))
    assert "300 seconds" in progress._WRITE
    _put(progress, "_WRITE", progress._WRITE.replace("300 seconds", "2 seconds"))
    _put(TwilioProvider, "connect_seconds", 1.0)
    _put(TwilioProvider, "read_seconds", READ_SECONDS)
    _put(celery, "VISIBILITY_SECONDS", 20)
    celery.app.conf.update(visibility_timeout=20)


def _put(where: Any, name: str, value: Any) -> None:
    assert hasattr(where, name), f"{where} has no {name} any more"
    setattr(where, name, value)
