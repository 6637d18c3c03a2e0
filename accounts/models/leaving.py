"""What is kept of somebody's end here: the receipt, the trials of its doors, and what is planned."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.membership import Membership
from tenancy.encryption import DayKey, EncryptedTextField
from tenancy.ids import new_id
from tenancy.isolation import AppendOnly, TenantModel, same_organization


class OffboardingReceipt(TenantModel):
    """What ended when a member was deactivated or suspended, by whom. Written by `accounts.leaving.ending` only.

    `details` (JSON) is sealed under the key of the audit log's day, so it is readable for as long as the log is: who it
    was, and for each step the things that ended, with the SHA-256 by which its door is tried again later. `plan_id`
    names the plan that this was, if it was one.
    """

    class Kind(models.TextChoices):
        DEACTIVATED = "deactivated", _("Deactivated")
        SUSPENDED = "suspended", _("Suspended")

    class By(models.TextChoices):
        PERSON = "person", _("A person")
        DIRECTORY = "directory", _("The company's directory")
        PLAN = "plan", _("As planned")

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="receipts")
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    by = models.CharField(max_length=10, choices=By.choices)
    plan_id = models.UUIDField(null=True, blank=True)
    ended = models.PositiveIntegerField(help_text="How many things ended, of all steps.")
    at = models.DateTimeField(default=timezone.now)
    details = EncryptedTextField(keys=[DayKey("audit", "at")])

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("membership", "actor"),
            AppendOnly(name="accounts_offboardingreceipt_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-at", "-id"], name="accounts_receipt_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DoorTrial(TenantModel):
    """Each door of a receipt was tried with what had opened it before. `found`: [{step, tried, open, failed}]."""

    receipt = models.ForeignKey(OffboardingReceipt, on_delete=models.PROTECT, related_name="trials")
    by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    found = models.JSONField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("receipt", "by"),
            AppendOnly(name="accounts_doortrial_append_only"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class PlannedLeaving(models.Model):
    """A directory row (ids, times and switches; found before an organization is known): whose end is due, and when.

    Those of one `batch` were asked for together. `done_at` is when it was carried out or given up, `problem` why it was
    given up. A member has at most one that is open.
    """

    class Problem(models.TextChoices):
        LAST_OWNER = "last_owner", _("The only owner")
        GONE = "gone", _("Deactivated already")
        NOT_ALLOWED = "not_allowed", _("Whoever asked for it may not any more")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="planned_leavings")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    hand_to = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    own_to = models.CharField(max_length=36, blank=True, help_text="As in `accounts.leaving.steps.Leaving`.")
    batch = models.UUIDField(null=True, blank=True, db_index=True)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=12, choices=Problem.choices, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(done_at__isnull=True), name="accounts_plannedleaving_one"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="accounts_plannedleaving_due"),
        ]

    def __str__(self) -> str:
        return str(self.id)
