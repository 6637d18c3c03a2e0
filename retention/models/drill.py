"""What came of trying to restore."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from tenancy.ids import new_id


class RestoreDrill(models.Model):
    """One drill of the whole installation: ids, times and counts only. `report` is `checking.Report.as_json`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    passed = models.BooleanField()
    backup = models.CharField(max_length=40, blank=True, help_text="The name of the copy that was tried.")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="Which moment the copy is of.")
    seconds = models.FloatField(help_text="How long it took.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why there is no report.")
    report = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-at"], condition=models.Q(passed=True), name="retention_drill_passed")
        ]

    def __str__(self) -> str:
        return f"{self.backup} {'passed' if self.passed else 'failed'}"
