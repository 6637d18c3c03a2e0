"""The end of an organization: asked for by an owner, agreed to by another, with a month to fetch what is wanted."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.constraints import Guarded
from tenancy.isolation import TenantModel, same_organization


class Closing(TenantModel):
    """One attempt. `asked_by` is empty when an operator ends it. `line_ids`: lines that it switched off.

    `counts`, `certificate` and `rows_certificate` (canonical JSON, signed) outlive the keys: ids, counts and times
    only; the first is written anew once its keys are written over on disk. `carriers`: what became of the copies of
    its texts; `cleared`: rows that were deleted, by model, so far.
    The database lets it move by its states only, and not before its day, and keeps `closes_at` and `end_asked_at` of
    the organization as this says (docs/decisions/0309).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a second owner")
        COUNTING = "counting", _("Ends on a day")
        TAKEN_BACK = "taken_back", _("Taken back")
        CARRIERS = "carriers", _("Carriers are asked to delete")
        ENDING = "ending", _("Being destroyed")
        ENDED = "ended", _("Ended")

    state = models.CharField(max_length=10, choices=State.choices)
    asked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True, help_text="Since when nothing is sent.")
    ends_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    escrow_until = models.DateTimeField(null=True, blank=True)
    escrow_ended_at = models.DateTimeField(null=True, blank=True)
    line_ids = models.JSONField(default=list)
    owner_ids = models.JSONField(default=list, help_text="Who gets the certificate.")
    carriers_until = models.DateTimeField(null=True, blank=True, help_text="How long carriers have to answer.")
    carriers_reached = models.UUIDField(null=True, blank=True, help_text="The last text whose copy was asked for.")
    carriers = models.JSONField(default=dict)
    cleared = models.JSONField(default=dict)
    cleared_at = models.DateTimeField(null=True, blank=True)
    rows_certificate = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    keys = models.PositiveIntegerField(default=0)
    keys_over_at = models.DateTimeField(
        null=True, blank=True, help_text="When what its keys had left on their disk was written over."
    )
    certificate = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("asked_by", "decided_by"),
            Guarded(function="refuse_hasty_closing", tells="tell_of_closing", name="retention_closing_guarded"),
            models.UniqueConstraint(
                fields=["organization"], condition=~models.Q(state="taken_back"), name="retention_closing_one"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | models.Q(state="taken_back")
                | ~models.Q(decided_by=models.F("asked_by")),
                name="retention_closing_second_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"closing {self.pk}: {self.state}"
