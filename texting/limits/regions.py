"""Regions that numbers belong to, with their names, and the kinds of numbers that are never texted. No Django.

Regions, not calling codes: +1 is shared by the United States, Canada and 23 more regions, some of them dear.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from texting.phone_numbers import PhoneKind

_FILE = Path(__file__).parent / "data" / "regions.csv"
SHARED = "001"  # libphonenumber's region of numbers that no country owns: satellites, worldwide services
UNKNOWN = "ZZ"
# Whoever owns such a number earns when it is texted, or a text cannot reach a person there.
NEVER = {
    PhoneKind.PREMIUM: "a premium-rate number",
    PhoneKind.SHARED_COST: "a shared-cost number",
    PhoneKind.PERSONAL: "a personal number that forwards at the sender's cost",
    PhoneKind.COMPANY: "a company's universal access number",
    PhoneKind.PAGER: "a pager",
    PhoneKind.VOICE_MAIL: "a voice mail box",
}


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


def name_of(code: str) -> str:
    """The region's name; the code itself when it is not known."""
    found = regions().get(code)
    return found.name if found else code


def search(words: str, *, most: int = 12) -> list[Region]:
    """Regions whose name, code or calling code begins with or holds `words`; those that begin with it first."""
    wanted = " ".join(words.split()).casefold().lstrip("+")
    if not wanted:
        return []
    if wanted.isdecimal():
        return [region for region in regions().values() if str(region.calling_code).startswith(wanted)][:most]
    found = [region for region in regions().values() if wanted in region.name.casefold()]
    found += [region for region in regions().values() if region.code.casefold() == wanted and region not in found]
    return sorted(found, key=lambda region: (not region.name.casefold().startswith(wanted), region.name))[:most]
