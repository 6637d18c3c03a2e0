"""The log of one organization: events in a chain of hashes, the chain's head, and signed checkpoints of it."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from tenancy.encryption.fields import EncryptedTextField
from tenancy.encryption.key_sources import DayKey
from tenancy.isolation import AppendOnly, TenantModel


class AuditEvent(TenantModel):
    """Who did what to which object, when and from where. Written by `tenancy.audit.record` only; never changed.

    Columns hold ids and no content. `details` (JSON) is sealed under a key of its day, and the chain covers the
    sealed bytes: destroying that key later does not break the chain. `sequence` counts from 1 without gaps.
    """

    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.UUIDField(null=True)
    event = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    details = EncryptedTextField(keys=[DayKey("audit", "at")], null=True)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "sequence"], name="tenancy_auditevent_sequence"),
            AppendOnly(name="tenancy_auditevent_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "event", "sequence"], name="tenancy_auditevent_event"),
            models.Index(fields=["organization", "object_id", "sequence"], name="tenancy_auditevent_object"),
            models.Index(fields=["organization", "actor_id", "sequence"], name="tenancy_auditevent_actor"),
        ]


class AuditHead(TenantModel):
    """Where the chain ends. Its row lock orders the organization's writers, so it is taken last in a transaction."""

    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="tenancy_audithead_organization"),
        ]


class AuditCheckpoint(TenantModel):
    """A signed note that the chain had this head at this length (`tenancy.audit_checkpoints` tells its form)."""

    sequence = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "sequence"], name="tenancy_auditcheckpoint_sequence"),
            AppendOnly(name="tenancy_auditcheckpoint_append_only"),
        ]
