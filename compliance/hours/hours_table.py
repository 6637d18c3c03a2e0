"""The table of hours as a person reads it, row by row with its source. Plain values: no Django."""

from dataclasses import dataclass

from compliance.hours import quiet_hours
from compliance.hours.quiet_hours import OwnRules, Window

AUTOMATED = ("IN", "ME", "SD")
"""States whose row is about automated devices; whether it reaches texts that people send is for a lawyer to say."""

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
CLOSED = "closed"


@dataclass(frozen=True)
class TableRow:
    """One row: windows such as "8:00 to 20:00" or "closed"; `followed` is False where the federal one stands in."""

    code: str
    name: str
    weekday: str
    saturday: str
    sunday: str
    holiday: str
    cap: str
    source: str
    followed: bool = True


def rows(own: OwnRules) -> list[TableRow]:
    """All states, then what holds where no state is known, Canada, and everywhere else."""
    states = [_row(f"US-{code}", code, name, own) for code, name in STATES.items()]
    return [
        *states,
        _row("US-unknown", "–", "Nowhere known", own),
        _row("CA", "CA", "Canada", own),
        _row("other", "–", "Other countries", own),
    ]


def found(own: OwnRules, words: str) -> list[TableRow]:
    """The rows whose code, name or source holds every one of the words."""
    wanted = words.casefold().split()
    return [
        row
        for row in rows(own)
        if all(word in f"{row.code} {row.name} {row.source} {row.sunday}".casefold() for word in wanted)
    ]


def _row(place: str, code: str, name: str, own: OwnRules) -> TableRow:
    windows, source = quiet_hours.shown_row(place, own)
    weekday = windows["wk"]
    by_place = {cap.row: cap for cap in quiet_hours.all_caps()}
    cap = by_place.get(place)
    return TableRow(
        code,
        name,
        _words(weekday),
        _words(windows.get("sat", weekday)),
        _words(windows.get("sun", weekday)),
        _words(windows.get("hol")) if "hol" in windows else "as that day",
        f"{cap.texts} in {int(cap.within.total_seconds() // 3600)} hours" if cap else "",
        source,
        followed=code not in own.without or not place.startswith("US-"),
    )


def _words(window: Window | None) -> str:
    return CLOSED if window is None else f"{window[0]:%-H:%M} to {window[1]:%-H:%M}"
