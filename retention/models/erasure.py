"""The end of everything readable that belongs to a number, at its owner's request."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from retention.models.subject_request import SubjectRequest
from tenancy.isolation import TenantModel, same_organization


class Erasure(TenantModel):
    """One erasure of one request. Ids, counts and times only; `certificate` is canonical JSON, signed.

    `shredded_at`: from then on nothing brings it back. `failure`: what stopped it last (the name of an error).
    `contact_ids`: the numbers that were seen and agreed to; of no others anything ends. `number_hashes`: keyed, in hex,
    as they were before they ended; what stays is counted under all of them.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a second person")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped: something must stay")
        DROPPED = "dropped", _("Called off")

    request = models.ForeignKey(SubjectRequest, on_delete=models.PROTECT, related_name="erasures", db_index=False)
    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(help_text="When it was asked for; what ended says that it ended then.")
    texts = models.PositiveIntegerField(default=0)
    contact_ids = models.JSONField(default=list)
    number_hashes = models.JSONField(default=list)
    key_ids = models.JSONField(default=list)
    ended = models.JSONField(default=dict)
    stayed = models.JSONField(default=dict)
    remains = models.JSONField(default=dict, help_text="Rows without words, names and numbers, by model.")
    shredded_at = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True, help_text="A process is at it until then, or has died.")
    ended_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=60, blank=True)
    certificate = models.TextField(blank=True)
    is_final = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("request", "asked_by", "decided_by"),
            models.UniqueConstraint(
                fields=["organization", "request"],
                condition=models.Q(state__in=["asked", "running", "done"]),
                name="retention_erasure_once",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | models.Q(state="dropped")
                | ~models.Q(decided_by=models.F("asked_by")),
                name="retention_erasure_second_person",
            ),
        ]
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "request"], name="retention_erasure_request"),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}: {self.state}"
