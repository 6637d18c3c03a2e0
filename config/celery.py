"""The Celery application: every task is a doorbell for rows in PostgreSQL, and losing a task loses time only.

The clock's schedule is `CELERY_BEAT_SCHEDULE` in the settings; how tasks are carried is decided here, in one place.
"""

import os
import warnings
from typing import Any

from celery import Celery, signals
from celery.exceptions import SecurityWarning
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.db import close_old_connections
from prometheus_client import start_http_server

from config import broker, env, heartbeat
from config.starting import refuse_if_unsafe
from tenancy import metrics
from tenancy.trace import traced

VISIBILITY_SECONDS = 300  # more than any task takes but a purge, or it would be delivered twice: `purging.tasks` knows

# It warns a worker that runs as root (usual in a container) of pickled tasks, which are not accepted here.
warnings.filterwarnings("ignore", category=SecurityWarning)

broker.install()
app = Celery("parley")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    broker_url=env.celery_broker_url(settings.REDIS_URL) or None,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # the default gives up after 100 tries and leaves a worker that does nothing
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        # A publisher in a web request must not wait for a stalled Redis; the sweep finds what was not announced.
        "socket_timeout": 0.5,
        "socket_connect_timeout": 0.5,
        "socket_keepalive": True,
        "queue_order_strategy": "config.broker:AnswersFirst",
    },
    # Celery's documentation names three places for this; one that is forgotten keeps an hour.
    result_backend_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
    visibility_timeout=VISIBILITY_SECONDS,
    task_publish_retry=False,
    task_queues=[
        Queue(name) for name in (broker.ANSWERS, "celery", "later")
    ],  # the second is for all else, then campaigns
    task_default_queue="celery",
    task_routes={"texting.tasks.deliver": {"queue": broker.ANSWERS}, "texting.tasks.deliver_bulk": {"queue": "later"}},
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    # Together: a task whose worker was killed runs again. Every task is safe to run twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=90,
    task_time_limit=120,
    worker_max_tasks_per_child=10_000,
    worker_soft_shutdown_timeout=30,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    timezone="UTC",
    beat_scheduler="config.beat:OnceScheduler",
)
# Celery's Django fix-up closes every connection before and after every task, and in a prefork worker the whole pool:
# two to four times fewer texts a second (measured). It is told not to, and `release_connections` returns them instead.
app.conf.CELERY_DB_REUSE_MAX = 2**62
app.autodiscover_tasks()


@signals.task_prerun.connect
@signals.task_postrun.connect
def release_connections(**_: Any) -> None:
    """Back into the pool (which also checks them), so a restarted PostgreSQL costs one attempt and not the worker."""
    close_old_connections()


@signals.task_prerun.connect
def begin_trace(task_id: str = "", task: Any = None, **_: Any) -> None:
    """What a task writes into the log carries the task's id."""
    trace = traced(task_id)
    trace.__enter__()
    task.request.trace = trace


@signals.task_postrun.connect
def end_trace(task: Any = None, state: str = "", **_: Any) -> None:
    metrics.TASKS.labels(task.name, state or "none").inc()
    trace = getattr(task.request, "trace", None)
    if trace is not None:
        trace.__exit__(None, None, None)


@signals.worker_init.connect
def start_worker(**_: Any) -> None:
    """Refuse what is not safe; let the worker's counts be read where METRICS_PORT says so."""
    refuse_if_unsafe()
    port = env.number("METRICS_PORT", default=0, minimum=0, maximum=65_535)
    if port:
        start_http_server(port, addr=env.text("METRICS_ADDRESS", default="127.0.0.1"))


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Django has set up the log already; a listener here keeps Celery from doing it a second time."""


@signals.heartbeat_sent.connect
def note_worker(sender: Any = None, **_: Any) -> None:
    """Every two seconds, from the worker's own loop."""
    heartbeat.note_worker(sender.eventer.hostname, tuple(app.amqp.queues.consume_from))


@signals.beat_init.connect
def note_clock(**_: Any) -> None:
    """At its start; afterwards the task `config.tasks.heartbeat` does it."""
    heartbeat.note(heartbeat.Part.CLOCK)
