"""Destroying all keys of an organization at once, but for those that prove permission."""

from uuid import UUID

from django.db.models.functions import Now

from tenancy.crash_points import crash_here
from tenancy.encryption import keyring
from tenancy.encryption.key_sources import INDEX
from tenancy.encryption.rotation import replace_organization_key
from tenancy.models.data_key import DataKey, KeptForm, OrganizationKey

IN_ESCROW = ("consent", INDEX)
"""Kinds of keys that outlive an organization: proof of permission, and the hashes by which a number is looked up."""


def destroy_organization(organization: UUID) -> int:
    """Destroy every data key of an organization but those in escrow, and the key that wrapped them; how many.

    Final at once. From then on no key is made for it (`keyring.AFTER_THE_END`). The caller has recorded the tombstone
    (`ORGANIZATION_MARK`) and committed it. Twice is once: who died half-way does it again.
    """
    with keyring.keys_of(organization):
        wrapping = OrganizationKey.objects.filter(organization_id=organization)
        is_first = any(key.ended_at is None for key in wrapping.select_for_update())
        wrapping.filter(ended_at=None).update(ended_at=Now())
        keep = IN_ESCROW if is_first else (*IN_ESCROW, *keyring.AFTER_THE_END)
        done = DataKey.objects.filter(organization_id=organization).exclude(kind__in=keep).delete()[0]
        KeptForm.objects.filter(organization_id=organization).delete()
    crash_here("after_organization_keys_destroyed")
    replace_organization_key(organization)
    keyring.forget_everything()
    return done


def end_escrow(organization: UUID) -> int:
    """Destroy what was in escrow, and all that is left; how many data keys."""
    with keyring.keys_of(organization):
        done = DataKey.objects.filter(organization_id=organization).delete()[0]
        OrganizationKey.objects.filter(organization_id=organization).delete()
    keyring.forget_everything()
    return done
