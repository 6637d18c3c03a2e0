"""What was changed about the hours, as the page shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from compliance.hours.hours_table import STATES
from compliance.models import HoursChange

SHOWN = 50


@dataclass(frozen=True)
class Entry:
    """One change, as `{% timeline %}` shows it."""

    when: datetime
    title: str
    detail: str
    who: str
    icon: str = "moon"
    tone: str = "neutral"


def history() -> list[Entry]:
    """The latest changes, the newest first."""
    rows = HoursChange.objects.select_related("actor__user").order_by("-changed_at", "-id")[:SHOWN]
    return [Entry(row.changed_at, _title(row), row.reason, row.actor.user.name) for row in rows]


def _title(row: HoursChange) -> str:
    return " · ".join(f"{_name(key)}: {_words(row.before[key])} → {_words(row.after[key])}" for key in row.after)


def _name(key: str) -> str:
    return {
        "soft_opens": _("From"),
        "soft_closes": _("Until"),
        "only_warns": _("Only say the time"),
        "without": _("Rows left out"),
        "courtesy": _("Other countries"),
        "healthcare": _("Exemption for healthcare"),
    }[key]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(STATES.get(code, code)) for code in value) or _("none")
    if isinstance(value, dict):
        spans = [f"{day} {'–'.join(window) if window else _('closed')}" for day, window in value.items()]
        return ", ".join(spans) if spans else _("as in the table")
    return str(value)
