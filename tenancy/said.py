"""Sentences that may be kept: they know what they were made of, so that each reader gets their own language later.

    from tenancy.said import gettext as _

    said = _("A tag has at most %(most)d names.") % {"most": 3}   # a str, in the present language
    row.note = kept(said)                                         # JSON: the English words and the values
    again(row.note)                                               # in whichever language is present then

Everything else that is done with such a string gives a plain one, which is kept as it is. `moment` is for days and
hours within a sentence.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.formats import date_format


class Said(str):
    """A translated string with what it was made of: `item` is what is kept of it."""

    __slots__ = ("item",)
    item: dict[str, Any]

    def __new__(cls, words: str, item: dict[str, Any]) -> "Said":
        self = super().__new__(cls, words)
        self.item = item
        return self

    def __str__(self) -> str:
        return self  # so that an error's message still knows

    def __mod__(self, values: Any) -> str:
        words = super().__mod__(values)
        if not isinstance(values, Mapping) or "say" not in self.item:
            return words
        return Said(words, {**self.item, "with": {name: _item(value) for name, value in values.items()}})


def gettext(words: str) -> str:
    """As Django's."""
    return Said(translation.gettext(words), {"say": words})


def ngettext(one: str, many: str, number: int) -> str:
    """As Django's."""
    return Said(translation.ngettext(one, many, number), {"say": one, "many": many, "number": number})


def moment(at: datetime, written: str) -> str:
    """A day or an hour, written by Django's letters ("j M, H:i"); no names of zones, which are not kept."""
    return Said(date_format(at, written), {"at": at.isoformat(), "as": written})


def together(*sentences: str) -> str:
    """Several, one after the other; empty ones are left out."""
    said = [one for one in sentences if one]
    return Said(" ".join(said), {"all": [_item(one) for one in said]})


def kept(words: str) -> str:
    """JSON to be kept; "" for nothing."""
    return json.dumps([_item(words)], ensure_ascii=False) if words else ""


def again(stored: str) -> str:
    """The words in the present language. What is no such JSON is shown as it is."""
    try:
        found = json.loads(stored)
    except ValueError:
        return stored
    return str(_again(found[0])) if isinstance(found, list) and len(found) == 1 else stored


def _item(value: Any) -> Any:
    if isinstance(value, Said):
        return value.item
    return value if isinstance(value, int | float) else str(value)


def _again(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    if "all" in item:
        return together(*(str(_again(one)) for one in item["all"]))
    if "at" in item:
        return moment(datetime.fromisoformat(item["at"]), item["as"])
    said = ngettext(item["say"], item["many"], item["number"]) if "many" in item else gettext(item["say"])
    return said % {name: _again(value) for name, value in item["with"].items()} if "with" in item else said
