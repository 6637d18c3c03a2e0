"""The product's settings for processes that are to fail: the same code with short waits (`hurrying.py`)."""

from datetime import timedelta

from celery.schedules import schedule

from config.settings import *  # noqa: F403
from config.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.hurrying.Hurried"]
# Each periodic task comes ten times as often, at most once a second.
CELERY_BEAT_SCHEDULE = {
    name: {**entry, "schedule": schedule(max(timedelta(seconds=1), entry["schedule"].run_every / 30))}
    for name, entry in CELERY_BEAT_SCHEDULE.items()
}
