"""A file that somebody asked for: made by a worker, kept sealed for some days, fetched by one member."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from retention.models.subject_request import SubjectRequest
from tenancy.encryption import EncryptedBytesField, RowKey
from tenancy.isolation import TenantModel, same_organization

EXPORT_KEY = "export"
"""The kind of the keys of single exports: destroying one ends the file."""
PERSON_ERASED = "person erased"
"""`DataExport.failure` of a file of everything that ended since it held words of somebody who was erased."""


class DataExport(TenantModel):
    """One export, and how far it is (`done` of `total` rows). `request`: whose data; without one, the organization's.

    Only `recipient` fetches it, until its period is over. `over_at` and `is_over` say so on pages (`exporting.ends`).
    """

    over_at: datetime | None = None
    is_over = False

    @property
    def ended_by_erasure(self) -> bool:
        return self.state == self.State.ENDED and self.failure == PERSON_ERASED

    class Kind(models.TextChoices):
        COPY = "copy", _("A copy for a person")
        EVIDENCE = "evidence", _("Evidence for an auditor")

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        ENDED = "ended", _("Gone")

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.COPY)
    since = models.DateField(null=True, blank=True, help_text="Of evidence: its first day.")
    until = models.DateField(null=True, blank=True, help_text="Of evidence: its last day.")
    request = models.ForeignKey(
        SubjectRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="exports", db_index=False
    )
    recipient = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=6, choices=State.choices, default=State.MAKING)
    asked_at = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    busy_until = models.DateTimeField(null=True, blank=True, help_text="A process is at it until then, or has died.")
    failure = models.CharField(max_length=60, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file, in hex.")
    ready_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("request", "recipient"),
            models.UniqueConstraint(
                fields=["organization", "request", "kind"],
                condition=models.Q(state="making"),
                nulls_distinct=False,
                name="retention_export_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="evidence") | models.Q(request=None, since__isnull=False, until__isnull=False),
                name="retention_export_evidence_has_days",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "ready_at"], condition=models.Q(state="ready"), name="retention_export_ready"
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}: {self.state}"


class DataExportPart(TenantModel):
    """A piece of the file, sealed by itself."""

    export = models.ForeignKey(DataExport, on_delete=models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    content = EncryptedBytesField(keys=[RowKey(EXPORT_KEY, "export_id")])

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("export"),
            models.UniqueConstraint(fields=["organization", "export", "number"], name="retention_exportpart_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.export_id}"
