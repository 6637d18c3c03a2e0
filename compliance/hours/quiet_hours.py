"""May a text of this class leave now, where its reader may be? Plain values: no Django.

Marketing (and debt collection, by Regulation F) must be allowed in every zone where the person may be, under the row of
every state there is evidence for; so the window is the common part of all of them. It applies whatever consent there
is: whether consent lifts it is disputed. An informational text has a softer window without states. An answer to what
the person just wrote, a security code and an emergency have none. The rows are `data/hours.json`, each with its
source; a window is half-open: at 21:00:00 it is closed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from compliance.hours import time_zones
from compliance.hours.holidays import Rule, is_holiday
from compliance.hours.time_zones import Whereabouts

_TABLE = Path(__file__).with_name("data") / "hours.json"
_DAY = timedelta(days=1)
_LOOK_AHEAD = 21 * _DAY
"""Longer than any row with its holidays stays closed. Zones that are farther apart than a window is long never meet."""

Window = tuple[time, time]
"""Opening and closing time of a day, half-open."""

_DAY_ROWS = ("wk", "wk", "wk", "wk", "wk", "sat", "sun")


class TextClass(StrEnum):
    """What a text is, as far as the hours are concerned."""

    MARKETING = "marketing"
    DEBT = "debt"
    INFORMATIONAL = "informational"
    REPLY_TO_INBOUND = "reply_to_inbound"
    SECURITY = "security"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class Hours:
    """The answer for one moment.

    `opens_at` (UTC) is the next moment at which the text may leave, None when it may now or never may; `closes_at` is
    the end of the window that is open, None when it is closed or has no end. `rules` are the rows that were applied.
    """

    is_open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    zones: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """Opening and closing time by kind of day; None where the day is closed. A kind that is absent is as a weekday."""

    name: str
    windows: Mapping[str, Window | None]
    holidays: tuple[Rule, ...]

    def on(self, day: date) -> Window | None:
        """The window of a day."""
        if "hol" in self.windows and is_holiday(day, self.holidays):
            return self.windows["hol"]
        return self.windows.get(_DAY_ROWS[day.weekday()], self.windows["wk"])


@dataclass(frozen=True)
class OwnRules:
    """What an organization has decided for itself. The law's rows it can only leave out where they may not apply.

    `soft`: hours of informational texts. `without`: states whose row for automated devices it does not follow ("IN",
    "ME", "SD"); the federal one stands in. `courtesy`: hours by kind of day (`wk`, `sat`, `sun`; None is closed) for
    countries that have no row; empty means those of the table.
    """

    soft: Window
    without: frozenset[str] = frozenset()
    courtesy: tuple[tuple[str, Window | None], ...] = ()


@dataclass(frozen=True)
class Cap:
    """So many marketing texts within such a time to one phone, by a row of the table."""

    row: str
    texts: int
    within: timedelta


def caps(where: Whereabouts, own: OwnRules | None = None) -> tuple[Cap, ...]:
    """The caps of every place there is evidence for, without those that the organization does not follow."""
    without = {f"US-{state}" for state in (own or usual_rules()).without}
    return tuple(cap for cap in all_caps() if cap.row in where.places and cap.row not in without)


@cache
def all_caps() -> tuple[Cap, ...]:
    """Every cap of the table."""
    table = {f"US-{state}": row for state, row in _table()["states"].items()} | {"US-unknown": _table()["unknown"]}
    return tuple(
        Cap(place, row["cap"][0], timedelta(hours=row["cap"][1])) for place, row in table.items() if "cap" in row
    )


def shown_row(place: str, own: OwnRules) -> tuple[Mapping[str, Window | None], str]:
    """A row's windows by kind of day ("wk" and those that differ: "sat", "sun", "hol"), and its source in words."""
    found = _found(place, own)
    return _row(place, own).windows, str(found.get("source", _table()["federal"]["source"]))


def judge(where: Whereabouts, at: datetime, text_class: TextClass, own: OwnRules | None = None) -> Hours:
    """The window for a text that would be handed over at `at`, an aware time, under the table and an organization's
    `own` rules (default: the table alone)."""
    rows = _rows_for(where, text_class, own or usual_rules())
    names = tuple(row.name for row in rows)
    if not rows:
        return Hours(True, None, None, where.zones, names)
    clocks = [(ZoneInfo(zone), row) for zone in where.zones for row in rows]
    opens_at = _next_open(clocks, at)
    if opens_at != at:
        return Hours(False, None if opens_at is None else opens_at.astimezone(UTC), None, where.zones, names)
    closes_at = min(end for zone, row in clocks if (end := _end(zone, row, at)) is not None)
    return Hours(True, None, closes_at.astimezone(UTC), where.zones, names)


def rules_version() -> str:
    """Of both tables; it is stored with a decision that relied on them."""
    return max(str(_table()["version"]), time_zones.version())


def _next_open(clocks: list[tuple[ZoneInfo, _Row]], at: datetime) -> datetime | None:
    """The first moment from `at` on that is within every window; None when there is none in three weeks.

    Each closed clock moves the moment on to its own next opening, until no clock does: nothing open is stepped over.
    """
    moment, moved = at, True
    while moved:
        moved = False
        for zone, row in clocks:
            if _end(zone, row, moment) is None:
                opening = next((start for start, _ in _windows(zone, row, moment) if start > moment), None)
                if opening is None or opening - at > _LOOK_AHEAD:
                    return None
                moment, moved = opening, True
    return moment


def _end(zone: ZoneInfo, row: _Row, moment: datetime) -> datetime | None:
    """The end of the window that holds this moment, None when it is in none."""
    window = next(_windows(zone, row, moment, days=1), None)
    return window[1] if window and window[0] <= moment < window[1] else None


def _windows(
    zone: ZoneInfo, row: _Row, moment: datetime, days: int = _LOOK_AHEAD.days
) -> Iterator[tuple[datetime, datetime]]:
    """The windows of the moment's own day there and of those that follow, in UTC: a day may have 23 or 25 hours."""
    day = moment.astimezone(zone).date()
    for _ in range(days):
        if window := row.on(day):
            opens, closes = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in window)
            yield opens, closes
        day += _DAY


# --- The tables ---


def _rows_for(where: Whereabouts, text_class: TextClass, own: OwnRules) -> tuple[_Row, ...]:
    match _table()["classes"][text_class]:
        case "exempt":
            return ()
        case "soft":
            return (_Row("soft", {"wk": own.soft}, ()),)
        case _:
            return tuple(_row(place, own) for place in where.places)


@lru_cache(maxsize=4096)
def _row(place: str, own: OwnRules) -> _Row:
    country, _, state = place.partition("-")
    if country not in {"US", "CA"} and own.courtesy:
        return _Row(place, dict(own.courtesy), holidays_of(place))
    name = f"{place} (federal)" if country == "US" and state in own.without else place
    return _Row(name, _windows_in(_found(place, own)), holidays_of(place))


def _found(place: str, own: OwnRules) -> Mapping[str, Any]:
    """The table's row for a place; the federal one where an organization does not follow a state's."""
    table = _table()
    country, _, state = place.partition("-")
    if place == "US-unknown":
        found = table["unknown"]
    elif country == "US":
        found = table["federal"] if state in own.without else table["states"].get(state, table["federal"])
    else:
        found = table["countries"].get(country, table["countries"]["other"])
    return dict(found)


def _windows_in(row: Mapping[str, Any]) -> dict[str, Window | None]:
    return {
        kind: None if row[kind] is None else (time.fromisoformat(row[kind][0]), time.fromisoformat(row[kind][1]))
        for kind in ("wk", "sat", "sun", "hol")
        if kind in row
    }


@cache
def usual_rules() -> OwnRules:
    """What holds for an organization that has changed nothing."""
    opens, closes = _table()["soft"]["wk"]
    return OwnRules((time.fromisoformat(opens), time.fromisoformat(closes)))


def holidays_of(place: str) -> tuple[Rule, ...]:
    """The country's and the state's own; for an unknown state those of all."""
    found: dict[str, Any] = _table()["holidays"]
    if place == "US-unknown":
        return tuple(rule for name, rules in found.items() if name.startswith("US") for rule in rules)
    country = place.partition("-")[0]
    return tuple(rule for name in dict.fromkeys((country, place)) for rule in found.get(name, ()))


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return found
