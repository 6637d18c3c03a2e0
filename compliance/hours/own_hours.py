"""What an organization has decided about its hours, as the rules take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from compliance.hours.quiet_hours import OwnRules, Window, usual_rules
from compliance.models import HoursRules
from tenancy.isolation import kept_until_commit


@dataclass(frozen=True)
class Decided:
    """`hours` for the tables; `only_warns` and `healthcare` as in `HoursRules`."""

    hours: OwnRules
    only_warns: bool = False
    healthcare: bool = False


class _Kept:
    """Asked for once in a transaction."""

    decided: Decided | None = None


def decided() -> Decided:
    """What holds for the active organization."""
    kept = kept_until_commit(_Kept)
    if kept.decided is None:
        row = HoursRules.objects.first()
        kept.decided = read(row) if row else Decided(usual_rules())
    return kept.decided


def forget() -> None:
    """Something was changed: the next question reads anew."""
    kept_until_commit(_Kept).decided = None


def read(row: HoursRules) -> Decided:
    """A stored row as the rules take it."""
    own = OwnRules((row.soft_opens, row.soft_closes), frozenset(row.without), _courtesy(row.courtesy))
    return Decided(own, row.only_warns, row.healthcare)


def _courtesy(stored: Mapping[str, Any]) -> tuple[tuple[str, Window | None], ...]:
    return tuple((kind, _window(stored[kind])) for kind in ("wk", "sat", "sun") if kind in stored)


def _window(stored: list[str] | None) -> Window | None:
    return None if stored is None else (time.fromisoformat(stored[0]), time.fromisoformat(stored[1]))
