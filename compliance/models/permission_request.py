"""Asking many contacts for permission: who is asked, at what pace, what they answered."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.models.consent_import import ConsentImport
from compliance.models.opt_in import OptIn
from compliance.models.program import Program
from tenancy.isolation import TenantModel, same_organization
from texting.models import Contact, Line


class PermissionRequest(TenantModel):
    """One run of questions for permission to one program. Which contacts stands in its rows, made when it begins."""

    class State(models.TextChoices):
        RUNNING = "running", _("Asking")
        PAUSED = "paused", _("Paused")
        DONE = "done", _("Everybody is asked")
        CANCELED = "canceled", _("Ended")
        STOPPED = "stopped", _("Stopped: too many opted out")

    class Audience(models.TextChoices):
        NOTHING = "nothing", _("Contacts who have permitted nothing")
        REPLY = "reply", _("Contacts who wrote to us and permitted nothing else")
        WEAK = "weak", _("People of an import whose permission cannot be proved")

    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    of_import = models.ForeignKey(ConsentImport, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    an_hour = models.PositiveIntegerField(help_text="Questions an hour at most.")
    left_out = models.JSONField(default=dict, help_text="How many were not chosen, by a fixed word.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("made_by", "program", "line", "of_import"),
            models.CheckConstraint(
                condition=Q(audience="weak", of_import__isnull=False) | (~Q(audience="weak") & Q(of_import=None)),
                name="compliance_permissionrequest_of",
            ),
            models.CheckConstraint(condition=Q(an_hour__gte=1), name="compliance_permissionrequest_pace"),
        ]

    def __str__(self) -> str:
        return f"{self.audience}, {self.state}"


class PermissionRequestRow(TenantModel):
    """One contact of a run. What they answered is said by `opt_in` and by the ledger, and by nothing else."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Not asked yet")
        ASKED = "asked", _("Asked")
        LEFT_OUT = "left_out", _("Left out")
        REFUSED = "refused", _("Could not be asked")

    request = models.ForeignKey(PermissionRequest, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True, help_text="Why not, as a fixed word.")
    due_at = models.DateTimeField(default=timezone.now, help_text="Not asked before: hours, limits.")
    asked_at = models.DateTimeField(null=True, blank=True)
    opt_in = models.ForeignKey(OptIn, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("request", "contact", "opt_in"),
            models.UniqueConstraint(fields=["organization", "request", "contact"], name="compliance_requestrow_once"),
            models.CheckConstraint(
                condition=~Q(state="asked") | Q(asked_at__isnull=False, opt_in__isnull=False),
                name="compliance_requestrow_asked",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(F("organization"), F("request"), F("state"), F("due_at"), name="compliance_requestrow_due"),
            models.Index(fields=["organization", "asked_at"], name="compliance_requestrow_asked_at"),
        ]

    def __str__(self) -> str:
        return self.state
