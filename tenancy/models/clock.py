"""When the clock last rang for each periodic task."""

from django.db import models


class ClockTick(models.Model):
    """One row a task, of the whole installation: it keeps two clocks from ringing twice, and tells that one rings."""

    task = models.CharField(max_length=120, primary_key=True, help_text="The entry's name in CELERY_BEAT_SCHEDULE.")
    ticked_at = models.DateTimeField(help_text="By the database's clock.")

    def __str__(self) -> str:
        return self.task
