"""What an organization has decided about private pages."""

from dataclasses import asdict, dataclass

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from accounts.setting_floors import require_strong
from portal.models import PortalSettings
from tenancy import audit
from tenancy.audit import AuditKind

MOST_DAYS, MOST_VIEWS = 30, 50
SETTING = "portal"
"""The name of this among the settings that profiles fix (`accounts.setting_floors`)."""


@dataclass(frozen=True)
class Decided:
    """The four decisions; the fields are those of `PortalSettings`."""

    days: int
    most_views: int
    works_without_script: bool
    own_address: str = ""


def portal_settings() -> PortalSettings:
    """The organization's, or the defaults, which are not stored."""
    return PortalSettings.objects.first() or PortalSettings(changed_at=timezone.now())


def change(*, actor: Membership, decided: Decided) -> None:
    """Keep what was decided; it counts for messages that are sent from now on. `decided` was checked by the form.

    Raises MissingPermission, TooWeak when a profile asks for less.
    """
    require(actor, Permission.PORTAL_MANAGE)
    require_strong(actor, SETTING, days=decided.days, most_views=decided.most_views)
    row, _made = PortalSettings.objects.update_or_create(defaults={**asdict(decided), "changed_at": timezone.now()})
    audit.record(
        event=AuditKind.PORTAL_CHANGED,
        actor=actor,
        object=row,
        days=decided.days,
        most_views=decided.most_views,
        works_without_script=decided.works_without_script,
        own_portal=bool(decided.own_address),
    )
