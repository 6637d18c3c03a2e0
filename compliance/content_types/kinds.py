"""The types of texts as plain values: whose permission each needs, what it must and must not hold.

The rules lie in `data/types.json` with their version and source; this module reads them once and knows no Django.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any

from compliance import scopes
from texting.purposes import Purpose


class ContentType(StrEnum):
    """`PROMOTION` is what none of the others may be: an offer, which only permission for marketing carries."""

    APPOINTMENT = "appointment"
    ORDER = "order"
    DELIVERY = "delivery"
    TIP = "tip"
    POLL = "poll"
    ANNOUNCEMENT = "announcement"
    REPLY = "reply"
    PROMOTION = "promotion"


ADMINISTRATIVE = tuple(ContentType(category) for category in scopes.CATEGORIES)
"""The six types that are written for many; a reply is one person's answer."""


class Part(StrEnum):
    """What a text may hold, as far as the rules ask for it. A template's fields count as the parts they stand for."""

    DATE = "date"
    TIME = "time"
    REFERENCE = "reference"
    DELIVERY_STATE = "delivery_state"
    QUESTION = "question"
    CHOICES = "choices"
    LINK = "link"
    PHONE = "phone"
    OFFER = "offer"
    PRICE_OFF = "price_off"
    CALL_TO_BUY = "call_to_buy"
    PRESSURE = "pressure"


class Usual(StrEnum):
    """Whether such a text has one: most do, some do, hardly any does."""

    USUAL = "usual"
    POSSIBLE = "possible"
    UNUSUAL = "unusual"


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one type.

    `scope`: the permission it needs (`compliance.scopes`). `purpose`: with which it is sent when it is written for many
    (`texting.purposes`). `required`: of each group at least one part. `forbidden`: none of them.
    """

    type: ContentType
    scope: str
    purpose: Purpose
    link: Usual
    phone: Usual
    required: tuple[frozenset[Part], ...]
    forbidden: frozenset[Part]

    def missing(self, parts: Iterable[Part]) -> tuple[frozenset[Part], ...]:
        """The groups of which a text with these parts holds none."""
        has = frozenset(parts)
        return tuple(group for group in self.required if not group & has)

    def not_allowed(self, parts: Iterable[Part]) -> tuple[Part, ...]:
        """Those of these parts that this type must not hold, in the order of `Part`."""
        has = self.forbidden & frozenset(parts)
        return tuple(part for part in Part if part in has)


def _read() -> Any:
    return json.loads(files("compliance.content_types").joinpath("data/types.json").read_text(encoding="utf-8"))


def _rules(type: ContentType, row: dict[str, Any]) -> Rules:
    if row["scope"] not in scopes.SCOPES:
        raise ValueError(f"{type}: {row['scope']} is no scope")
    return Rules(
        type=type,
        scope=row["scope"],
        purpose=Purpose(row["purpose"]),
        link=Usual(row["link"]),
        phone=Usual(row["phone"]),
        required=tuple(frozenset(map(Part, group)) for group in row["required"]),
        forbidden=frozenset(map(Part, row["forbidden"])),
    )


_DATA = _read()
VERSION = str(_DATA["version"])
RULES = {type: _rules(type, _DATA["types"][type.value]) for type in ContentType}
