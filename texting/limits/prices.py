"""What a text costs, by the price table: `data/prices.json`, or the operator's own file (`SENDING_PRICES`).

A planning figure for the ceiling, not an invoice. Amounts are whole millionths of the table's currency.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_OURS = Path(__file__).parent / "data" / "prices.json"
MICROS = 1_000_000


@dataclass(frozen=True)
class PriceTable:
    """Micros a segment by region; `other` for regions that are not listed."""

    source: str
    date: date
    currency: str
    other: int
    regions: dict[str, int]

    def price_of(self, region: str, segments: int) -> int:
        """Micros of one text."""
        return self.regions.get(region, self.other) * segments


@cache
def prices() -> PriceTable:
    """The table in force, read once. Raises ImproperlyConfigured for a file that cannot be used."""
    path = Path(settings.SENDING_PRICES or _OURS)
    try:
        return _read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise ImproperlyConfigured(
            f"SENDING_PRICES: the price table cannot be used ({type(error).__name__})."
        ) from None


def _read(table: dict[str, Any]) -> PriceTable:
    return PriceTable(
        source=str(table["source"]),
        date=date.fromisoformat(table["date"]),
        currency=str(table["currency"]),
        other=_micros(table["other"]),
        regions={str(region): _micros(price) for region, price in table["regions"].items()},
    )


def _micros(price: str) -> int:
    micros = Decimal(price) * MICROS
    if not 0 <= micros < 100 * MICROS:
        raise ValueError("a price below nothing or above a hundred")
    return int(micros)
