"""What an admin decides about the hours: courtesy hours, rows for automated devices, the exemption for healthcare.

Nothing here softens the hours for marketing beyond leaving out a row that may not apply, and that takes a reason.
"""

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from accounts.setting_floors import TooWeak, require_strong
from compliance.hours import own_hours
from compliance.hours.hours_table import AUTOMATED
from compliance.models import HoursChange, HoursRules
from tenancy import audit
from tenancy.audit import AuditKind

LEAST_REASON = 5  # characters that say something
LONGEST_REASON = 500
_NEEDS_REASON = {"without", "only_warns", "healthcare"}


class NotPossible(Exception):
    """It is not changed; the message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Wanted:
    """The rules as they shall be. `courtesy`: hours by kind of day for other countries; empty: those of the table."""

    soft_opens: time
    soft_closes: time
    only_warns: bool = False
    without: tuple[str, ...] = ()
    courtesy: dict[str, list[str] | None] = field(default_factory=dict)
    healthcare: bool = False
    reason: str = ""


def change(*, member: Membership, wanted: Wanted) -> bool:
    """Change the rules. Whether anything changed. Raises NotPossible, MissingPermission."""
    require(member, Permission.HOURS_MANAGE)
    if wanted.soft_opens >= wanted.soft_closes:
        raise NotPossible(_("The hours must begin before they end."))
    if not set(wanted.without) <= set(AUTOMATED):
        raise NotPossible(_("Only rows about automated devices can be left out."))
    _hold_against_floors(member, wanted)
    HoursRules.objects.bulk_create([HoursRules()], ignore_conflicts=True)
    row = HoursRules.objects.select_for_update().get()
    before = facts(row)
    row.soft_opens, row.soft_closes, row.only_warns = wanted.soft_opens, wanted.soft_closes, wanted.only_warns
    row.without, row.courtesy, row.healthcare = sorted(wanted.without), wanted.courtesy, wanted.healthcare
    after = facts(row)
    changed = sorted(name for name in after if before[name] != after[name])
    if not changed:
        return False
    reason = " ".join(wanted.reason.replace("\x00", "").split())[:LONGEST_REASON]
    if _NEEDS_REASON & set(changed) and len(reason) < LEAST_REASON:
        raise NotPossible(_("Say in a few words why. It stays in the history."))
    row.save()
    kept = {name: before[name] for name in changed}, {name: after[name] for name in changed}
    HoursChange.objects.create(before=kept[0], after=kept[1], reason=reason, actor=member)
    audit.record(event=AuditKind.HOURS_CHANGED, actor=member, object=row, before=kept[0], after=kept[1])
    own_hours.forget()
    return True


def _hold_against_floors(member: Membership, wanted: Wanted) -> None:
    values = {"only_warns": wanted.only_warns, "soft_opens": wanted.soft_opens, "soft_closes": wanted.soft_closes}
    try:
        require_strong(member, "hours", **values)
    except TooWeak as weak:
        raise NotPossible(str(weak)) from None


def facts(row: HoursRules) -> dict[str, Any]:
    """A row as it is kept in the history."""
    return {
        "soft_opens": f"{row.soft_opens:%H:%M}",
        "soft_closes": f"{row.soft_closes:%H:%M}",
        "only_warns": row.only_warns,
        "without": list(row.without),
        "courtesy": dict(row.courtesy),
        "healthcare": row.healthcare,
    }
