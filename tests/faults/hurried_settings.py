"""The product's settings for processes that are to fail: the same code with short waits (`hurrying.py`)."""

from datetime import timedelta

from celery.schedules import schedule

from config.settings import *  # noqa: F403
from config.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.hurrying.Hurried"]


def _hurried(task: str, usual: timedelta) -> timedelta:
    """What texts need comes thirty times as often, at most once a second; the rest ten times: workers must keep up."""
    if task.startswith(("texting.", "config.")):
        return max(timedelta(seconds=1), usual / 30)
    return max(timedelta(seconds=3), usual / 10)


CELERY_BEAT_SCHEDULE = {
    name: {**entry, "schedule": schedule(_hurried(entry["task"], entry["schedule"].run_every))}
    for name, entry in CELERY_BEAT_SCHEDULE.items()
}
