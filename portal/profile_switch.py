"""Private pages as one of the settings that profiles fix (`settings.COMPLIANCE_SWITCHES`)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import ngettext

from accounts.models import Membership
from compliance.measures.profiles.switches import Switch
from portal.secure import settings
from portal.secure.settings import SETTING, Decided


class PrivatePages(Switch):
    """How long and how often a private message can be opened; counts for those that are sent from then on."""

    setting, route = SETTING, "portal_settings"

    def now(self, member: Membership) -> dict[str, Any]:
        row = settings.portal_settings()
        return {"days": row.days, "most_views": row.most_views}

    def apply(self, member: Membership, values: Mapping[str, Any], because: str) -> None:
        row = settings.portal_settings()
        kept = asdict(Decided(row.days, row.most_views, row.works_without_script, row.own_address))
        settings.change(actor=member, decided=Decided(**(kept | dict(values))))

    def in_words(self, field: str, value: Any) -> str:
        if field == "days":
            return ngettext("%(n)d day", "%(n)d days", value) % {"n": value}
        return ngettext("opened once", "opened %(n)d times", value) % {"n": value}
