"""Regions that numbers belong to, with their English names. No Django: `region_names` has the reader's.

Regions, not calling codes: +1 is shared by the United States, Canada and 23 more regions, some of them dear.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "regions.csv"
SHARED = "001"  # libphonenumber's region of numbers that no country owns: satellites, worldwide services
UNKNOWN = "ZZ"


@dataclass(frozen=True)
class Region:
    """ISO 3166 code, calling code without +, English name."""

    code: str
    calling_code: int
    name: str


@cache
def regions() -> dict[str, Region]:
    """All regions by code, in the order of their names."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["region"]: Region(row["region"], int(row["calling_code"]), row["name"]) for row in rows}
