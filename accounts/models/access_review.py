"""Reviews of who has access: what was there, what was decided about each line, who signed. Nothing is ever changed."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.membership import Membership
from tenancy.isolation import AppendOnly, TenantModel, same_organization


class AccessReview(TenantModel):
    """One review, from the moment it was begun. It is over when an `AccessSignOff` names it."""

    begun_at = models.DateTimeField(default=timezone.now)
    begun_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-begun_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("begun_by"),
            AppendOnly(name="accounts_accessreview_append_only"),
        ]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d}"


class AccessKind(models.TextChoices):
    """What has access."""

    PERSON = "person", _("Person")
    KEY = "key", _("API key")
    TOKEN = "token", _("Directory token")


class AccessLine(TenantModel):
    """One person, key or token as it was when the review began; `subject` is the id of what it is about.

    `facts` are words for people: roles, teams, rights, state, the way in; times are columns.
    """

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=10, choices=AccessKind)
    subject = models.UUIDField()
    name = models.CharField(max_length=254)
    facts = models.JSONField(default=dict)
    since = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["kind", "name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("review"),
            AppendOnly(name="accounts_accessline_append_only"),
        ]

    def __str__(self) -> str:
        return self.name


class AccessDecision(TenantModel):
    """What somebody decided about a line. A later one takes the place of an earlier one, which stays to be read."""

    line = models.ForeignKey(AccessLine, on_delete=models.PROTECT, related_name="decisions")
    keeps = models.BooleanField()
    remark = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "by"),
            AppendOnly(name="accounts_accessdecision_append_only"),
        ]

    def __str__(self) -> str:
        return "keep" if self.keeps else "remove"


class AccessSignOff(TenantModel):
    """A review that a person has signed; one for each."""

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="sign_offs")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    remark = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("review", "by"),
            models.UniqueConstraint(fields=["organization", "review"], name="accounts_accesssignoff_once"),
            AppendOnly(name="accounts_accesssignoff_append_only"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
