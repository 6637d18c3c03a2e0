"""Hiding what was written on some days, without losing it: their keys stay, and open nothing for those who look.

It is said at the keys, as a destruction is, so that threads, search, the API, exports, files and whatever is built
later obey without being told, and with the same window: a page asks the key database each time it shows anything,
single texts may be opened for `keyring.CACHE_SECONDS` more by a process that holds the key. Unlike a destruction it is
taken back by one statement.

Work that keeps words, and shows them to nobody, opens them all the same inside `opening.opening_withheld`.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.db.models.functions import Now

from tenancy.encryption import keyring
from tenancy.encryption.key_sources import day_scope
from tenancy.isolation import current_organization_id
from tenancy.models.data_key import DataKey


@dataclass(frozen=True)
class Changed:
    """How many keys are hidden now that were not, and the other way round."""

    hidden: int
    shown: int


def withhold_before(kind: str, before: date | None) -> Changed:
    """Hide what the active organization's keys of days of this kind opened before a day (of UTC), and nothing else of
    that kind; None: nothing. At most four statements. Final at once, as keys are in another database.
    """
    organization = current_organization_id()
    old = Q(scope__lt=day_scope(before)) if before else Q(pk__in=[])
    with keyring.keys_of(organization):
        keys = DataKey.objects.filter(organization_id=organization, kind=kind)
        ids = {bytes(one) for one in keys.filter(withheld_at=None).filter(old).values_list("key_id", flat=True)}
        hidden = keys.filter(key_id__in=ids).update(withheld_at=Now()) if ids else 0
        young = keys.exclude(withheld_at=None).exclude(old)
        back = {bytes(one) for one in young.values_list("key_id", flat=True)}
        shown = keys.filter(key_id__in=back).update(withheld_at=None) if back else 0
    keyring.forget(organization, ids | back)
    return Changed(hidden, shown)


def is_anything_withheld() -> bool:
    """Whether anything of the active organization is hidden. One statement."""
    organization = current_organization_id()
    with keyring.keys_of(organization):
        return DataKey.objects.filter(organization_id=organization).exclude(withheld_at=None).exists()


def withheld_days(kind: str) -> list[date]:
    """The days (of UTC) of which something is hidden, oldest first."""
    organization = current_organization_id()
    with keyring.keys_of(organization):
        keys = DataKey.objects.filter(organization_id=organization, kind=kind).exclude(withheld_at=None)
        scopes = set(keys.values_list("scope", flat=True))
    return sorted(date.fromisoformat(scope) for scope in scopes)
