"""What somebody decided where two rules disagree about how long a kind of data is kept."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from retention.kinds import Kind
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization

LONGEST_BECAUSE = 1000  # characters


class ConflictDecision(TenantModel):
    """One decision on a minimum of `shortest` days and a maximum of `longest` days of a kind of data.

    It counts for just these two: when a rule changes, somebody decides anew. Rows are never changed but taken back, so
    they are the history too. Whatever it says, nothing ends before the minimum.
    """

    class Outcome(models.TextChoices):
        SHOW = "show", _("Show it again: the longer period goes first")
        HIDE = "hide", _("Keep it hidden until the longer period is over")

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    shortest = models.PositiveIntegerField()
    longest = models.PositiveIntegerField()
    outcome = models.CharField(max_length=4, choices=Outcome.choices)
    because = EncryptedTextField(keys=[ConfigKey()], max_length=LONGEST_BECAUSE)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField()
    taken_back_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("decided_by", "taken_back_by"),
            models.CheckConstraint(
                condition=models.Q(shortest__gt=models.F("longest")), name="retention_conflict_disagrees"
            ),
            models.CheckConstraint(
                condition=models.Q(taken_back_by=None, taken_back_at=None)
                | models.Q(taken_back_by__isnull=False, taken_back_at__isnull=False),
                name="retention_conflict_taken_back",
            ),
            models.UniqueConstraint(
                fields=["organization", "kind", "shortest", "longest"],
                condition=models.Q(taken_back_at=None),
                name="retention_conflict_one_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.outcome}"
