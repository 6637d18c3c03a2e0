"""Wrapped keys. They live in a database of their own (`keys`), whose backups are kept for days only.

The root key, outside every database, wraps each organization's key; that wraps its data keys. Deleting a data key
makes everything written under it noise for good, so only `tenancy.encryption.shredding` and rotation delete rows here.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from tenancy.constraints import RowSecurity, SameOrganization
from tenancy.ids import new_id


class _KeyRow(models.Model):
    """The organization is a plain id, because its table is in the other database."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    in_keys_database: ClassVar[bool] = True

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            RowSecurity(name="%(app_label)s_%(class)s_tenant"),
            models.UniqueConstraint(fields=["organization_id", "id"], name="%(app_label)s_%(class)s_org_id"),
        ]


class OrganizationKey(_KeyRow):
    """One version of an organization's key, wrapped by the root key; for a change of the root key, by the next one too.

    `root_id` and `next_root_id` tell which root key wrapped it (8 bytes that reveal nothing of it).
    """

    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    root_id = models.BinaryField()
    next_wrapped = models.BinaryField(null=True)
    next_root_id = models.BinaryField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="The organization has ended: it wraps no new keys.")

    class Meta(_KeyRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *_KeyRow.Meta.constraints,
            models.UniqueConstraint(fields=["organization_id", "version"], name="tenancy_organizationkey_version"),
        ]


class DataKey(_KeyRow):
    """One random 256-bit key, wrapped by the organization key `wrapped_by`. `kind` and `scope` name what it opens.

    `key_id` (8 random bytes) stands in every record that the key sealed. A key with a higher `generation` replaces an
    earlier one of the same scope: new records are sealed under the highest.
    """

    kind = models.CharField(max_length=20)
    scope = models.CharField(max_length=40, blank=True)
    generation = models.PositiveIntegerField(default=1)
    key_id = models.BinaryField(max_length=8)
    wrapped = models.BinaryField()
    wrapped_by = models.ForeignKey(OrganizationKey, on_delete=models.PROTECT, related_name="+")
    withheld_at = models.DateTimeField(null=True, help_text="Since when it opens nothing, until somebody decides.")

    class Meta(_KeyRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *_KeyRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization_id", "kind", "scope", "generation"], name="tenancy_datakey_scope"
            ),
            models.UniqueConstraint(fields=["organization_id", "key_id"], name="tenancy_datakey_key_id"),
            SameOrganization(field="wrapped_by", name="tenancy_datakey_wrapped_by_org"),
        ]

    @property
    def audit_id(self) -> str:
        """What the audit log calls this key: the id that also stands in each record it sealed."""
        return bytes(self.key_id).hex()


class KeyTidying(models.Model):
    """What keys that were destroyed before `begun_at` left on disk was written over by `ended_at` (`tidying`).

    Of the whole installation. `mark` says how much had been deleted in the tables by then, so that one sees whether
    anything was since.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    begun_at = models.DateTimeField(help_text="By the clock of the keys' database, as is the end.")
    ended_at = models.DateTimeField()
    mark = models.CharField(max_length=200)

    in_keys_database: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"keys tidied {self.begun_at:%Y-%m-%d %H:%M}"


class DestroyedKey(_KeyRow):
    """What is known of a data key that is gone, until the audit log tells of it for certain (`shredding`).

    That of a contact stays for good: it is how the keyring knows that nothing is to be sealed for them again.
    """

    kind = models.CharField(max_length=20)
    scope = models.CharField(max_length=40, blank=True)
    key_id = models.BinaryField(max_length=8)

    class Meta(_KeyRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *_KeyRow.Meta.constraints,
            models.UniqueConstraint(fields=["organization_id", "key_id"], name="tenancy_destroyedkey_key_id"),
        ]


class KeptForm(_KeyRow):
    """What opens one record as it was before a purge sealed it anew, for a backup from before (`kept_forms`).

    `place`, `row_id` and `salt` name that record, `old_key` is the key of a day (`kind`, `scope`) that it was under.
    `sealed` is under the keys that seal the row since, and is noise with them.
    """

    kind = models.CharField(max_length=20)
    scope = models.CharField(max_length=40)
    place = models.CharField(max_length=130, help_text="Table and column.")
    row_id = models.UUIDField()
    old_key = models.BinaryField(max_length=8)
    salt = models.BinaryField(max_length=16)
    sealed = models.BinaryField()

    class Meta(_KeyRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *_KeyRow.Meta.constraints,
            models.UniqueConstraint(fields=["organization_id", "salt"], name="tenancy_keptform_salt"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization_id", "kind", "scope"], name="tenancy_keptform_day")
        ]
