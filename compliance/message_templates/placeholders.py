"""What a template's body may leave open, and putting values into it.

The set is fixed: `{first_name}` and the others of `PLACEHOLDERS`. A body is data and never runs as a template of any
engine: one pass replaces the known names, and what a value holds is not looked at again. Plain values: no Django but
for the words of screens.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from compliance.content_types.kinds import Part

LONGEST_VALUE = 200  # characters of one value


class Source(StrEnum):
    """Who fills a placeholder in: Parley, from what it knows, or whoever sends the text."""

    KNOWN = "known"
    GIVEN = "given"


@dataclass(frozen=True)
class Placeholder:
    """One name. `samples`: by language, for previews and checks. `part`: what it counts as for a type's rules."""

    name: str
    source: Source
    label: str | Promise
    help: str | Promise
    samples: Mapping[str, str]
    part: Part | None = None

    @property
    def written(self) -> str:
        """As it stands in a body."""
        return f"{{{self.name}}}"

    def sample(self, language: str) -> str:
        """In that language, or in English."""
        return self.samples.get(language, self.samples["en"])


def _same(sample: str) -> dict[str, str]:
    return {"en": sample}


_KNOWN, _GIVEN = Source.KNOWN, Source.GIVEN
_ALL = (
    Placeholder("first_name", _KNOWN, _("First name"), _("The customer's, as you know them."), _same("Grace")),
    Placeholder("company", _KNOWN, _("Company"), _("Your organization's name."), _same("Harbor Dental")),
    Placeholder("agent_name", _KNOWN, _("Your name"), _("Of whoever sends the text."), _same("Amelia")),
    Placeholder(
        "our_number", _KNOWN, _("Our number"), _("Of the line that sends it."), _same("(212) 555-0100"), Part.PHONE
    ),
    Placeholder(
        "date",
        _GIVEN,
        _("Date"),
        _("As customers read it, such as Thu, Dec 3."),
        {"en": "Thu, Dec 3", "es": "jueves 3 de diciembre", "fr": "jeudi 3 décembre"},
        Part.DATE,
    ),
    Placeholder(
        "time",
        _GIVEN,
        _("Time"),
        _("As customers read it, such as 2:30 pm."),
        {"en": "2:30 pm", "es": "14:30", "fr": "14:30"},
        Part.TIME,
    ),
    Placeholder("place", _GIVEN, _("Place"), _("A street, a room, a counter."), _same("12 Pier St")),
    Placeholder(
        "link",
        _GIVEN,
        _("Link"),
        _("A whole address that begins with https://."),
        _same("https://example.com/a"),
        Part.LINK,
    ),
    Placeholder(
        "order_number", _GIVEN, _("Order number"), _("The order's, never a card's."), _same("A-2041"), Part.REFERENCE
    ),
    Placeholder("carrier", _GIVEN, _("Carrier"), _("Who brings the parcel."), _same("UPS")),
    Placeholder(
        "product", _GIVEN, _("Product"), _("What they have bought."), {"en": "water filter", "es": "filtro de agua"}
    ),
    Placeholder("topic", _GIVEN, _("Topic"), _("What it is about."), {"en": "your visit", "es": "su visita"}),
)
PLACEHOLDERS = {one.name: one for one in _ALL}
"""All there are, in the order in which pages explain them."""

_NAMED = re.compile(r"\{([^{}\n]{0,60})\}")
_KNOWN_NAME = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")


def names_in(body: str) -> list[str]:
    """The known placeholders of a body, each once, in its order."""
    return list(dict.fromkeys(_KNOWN_NAME.findall(body)))


def unknown_in(body: str) -> list[str]:
    """What stands in braces and is none of them, and braces that stand alone; as written, each once."""
    unknown = [found.group(0) for found in _NAMED.finditer(body) if found.group(1) not in PLACEHOLDERS]
    alone = re.findall(r"[{}]", _NAMED.sub("", body))
    return list(dict.fromkeys([*unknown, *alone]))


class Unfilled(ValueError):
    """Values are missing or cannot be used; `why` has a sentence for each placeholder."""

    def __init__(self, why: Mapping[str, str]) -> None:
        super().__init__(" ".join(why.values()))
        self.why = dict(why)


def fill(body: str, values: Mapping[str, str]) -> str:
    """The body with every placeholder replaced. Raises Unfilled, so that no text leaves with a hole in it."""
    wanted = names_in(body)
    why = {name: sentence for name in wanted if (sentence := wrong_with(name, values.get(name, "")))}
    if why:
        raise Unfilled(why)
    return _KNOWN_NAME.sub(lambda found: tidy(values[found.group(1)]), body)


def fill_partly(body: str, values: Mapping[str, str]) -> str:
    """The body with those placeholders replaced that have a value; for people to look at, never to be sent."""
    return _KNOWN_NAME.sub(lambda found: values.get(found.group(1), "") or found.group(0), body)


def tidy(value: str) -> str:
    """A value without white space around it."""
    return value.strip()


def wrong_with(name: str, value: str) -> str:
    """Why this value cannot stand for the placeholder, in one sentence; "" when it can."""
    value = tidy(value)
    label = PLACEHOLDERS[name].written
    if not value:
        return _now("%(name)s has no value. Give one, or choose another template.") % {"name": label}
    if len(value) > LONGEST_VALUE:
        return _now("%(name)s is too long: at most %(most)d characters.") % {"name": label, "most": LONGEST_VALUE}
    if not value.isprintable() or any("\ud800" <= character <= "\udfff" for character in value):
        return _now("%(name)s holds characters that cannot be sent. Type it on one line.") % {"name": label}
    if re.search(r"[{}]", value):
        return _now("%(name)s holds braces. Leave them out.") % {"name": label}
    if name == "link" and not re.fullmatch(r"https://[^\s/]+\.[^\s]+", value):
        return _now("%(name)s is no whole address. It begins with https://.") % {"name": label}
    return ""


def samples(language: str) -> dict[str, str]:
    """A value for every placeholder, for previews and checks."""
    return {name: one.sample(language) for name, one in PLACEHOLDERS.items()}


def parts_for(names: Iterable[str]) -> frozenset[Part]:
    """What these placeholders count as."""
    return frozenset(part for name in names if (part := PLACEHOLDERS[name].part))
