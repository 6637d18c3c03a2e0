"""`python -m config.embedded.worker FILE`: a Celery worker with the clock in a thread of it.

A real installation runs `celery worker` and one `celery beat`. On one machine a process for the clock would cost
40 MB and could outlive a worker that is killed. FILE keeps when which periodic task ran.
"""

import sys
from contextlib import ExitStack
from typing import Any

from celery import signals
from celery.beat import EmbeddedService

from config import collecting
from config.beat import OnceScheduler
from config.celery import app

THREADS = 4


def main(schedule_file: str) -> None:
    loading = ExitStack()
    loading.enter_context(collecting.paused())
    clock: Any = EmbeddedService(app, thread=True, schedule_filename=schedule_file, scheduler_cls=OnceScheduler)

    def loaded(**_: Any) -> None:
        loading.close()

    def start(**_: Any) -> None:
        clock.start()

    def stop(**_: Any) -> None:
        clock.service.stop()

    signals.worker_init.connect(loaded, weak=False)
    signals.worker_ready.connect(start, weak=False)
    signals.worker_shutting_down.connect(stop, weak=False)
    options = ["--pool", "threads", "--concurrency", str(THREADS), "--without-gossip", "--without-mingle"]
    # Django's checks need every page's module, which no task does; whoever changes the code runs them (`make check`).
    app.worker_main(["--quiet", "--skip-checks", "worker", *options])


if __name__ == "__main__":
    main(sys.argv[1])
