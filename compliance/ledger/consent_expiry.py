"""How long a permission counts, where a law ends it by itself: `data/expiry.json`, each row with its source.

Plain values: no Django.
"""

import calendar
import json
from datetime import datetime
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("data") / "expiry.json"


@cache
def _months() -> dict[tuple[str, str], int]:
    rows = json.loads(_FILE.read_text(encoding="utf-8"))["rows"]
    return {(row["region"], row["kind"]): row["months"] for row in rows}


def expires_at(*, region: str, kind: str, given_at: datetime) -> datetime | None:
    """When a permission of this kind (`ConsentEvent.Kind`) ends for a number of this region (ISO 3166); None: never.

    Months of the calendar: of a day that the last month does not have, its last day.
    """
    months = _months().get((region, kind))
    if months is None:
        return None
    year, month = divmod(given_at.month - 1 + months, 12)
    year, month = given_at.year + year, month + 1
    return given_at.replace(year=year, month=month, day=min(given_at.day, calendar.monthrange(year, month)[1]))
