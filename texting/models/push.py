"""Browsers that a member lets us wake, and the bells that wake them."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ConfigKey, EncryptedTextField, InstallationKey
from tenancy.isolation import TenantModel, same_organization
from tenancy.models import Organization


class PushDevice(TenantModel):
    """A browser in which a member turned push on: at most one row in an organization, whoever was before.

    `mark` is the browser's own (`accounts.origins.mark_of`). It rings only while a session of this member in a browser
    of that mark is alive, so nothing has to be done when a session ends. `told_until`: what came until then has been
    told, or is told no more. `tries` failed since the last push that was taken, the next one is made at `retry_at`;
    `problem` says why the last one failed.
    """

    class Problem(models.TextChoices):
        REFUSED = "refused", _("The push service refuses it")
        AWAY = "away", _("The push service cannot be reached")

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64)
    address = EncryptedTextField(keys=[ConfigKey()], help_text="Whoever knows it could wake the browser, with our key.")
    name = models.CharField(max_length=80)
    since = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField(default=timezone.now)
    tested_at = models.DateTimeField(null=True, blank=True, help_text="A push that the member asked for, not yet sent.")
    retry_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=10, choices=Problem.choices, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("member"),
            models.UniqueConstraint(fields=["organization", "mark"], name="texting_pushdevice_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "member"], name="texting_pushdevice_member"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class PushBell(models.Model):
    """A directory row (ids and times): something may be new for this member. Any number of them; deleted when done."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    member_id = models.UUIDField()
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class PushKey(models.Model):
    """The one key with which this installation signs towards push services; browsers know its public half."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    private = EncryptedTextField(keys=[InstallationKey()], help_text="The number of a P-256 key, in hexadecimal.")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="texting_pushkey_one"),
        ]

    def __str__(self) -> str:
        return "push key"
