"""What the ground floor stores: organizations, their wrapped keys, their log."""

from tenancy.models.audit_event import AuditCheckpoint, AuditEvent, AuditHead
from tenancy.models.clock import ClockTick
from tenancy.models.data_key import DataKey, DestroyedKey, KeptForm, KeyTidying, OrganizationKey
from tenancy.models.organization import Organization

__all__ = [
    "AuditCheckpoint",
    "AuditEvent",
    "AuditHead",
    "ClockTick",
    "DataKey",
    "DestroyedKey",
    "KeptForm",
    "KeyTidying",
    "Organization",
    "OrganizationKey",
]
