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
from django.utils.translation import gettext_lazy as _

from compliance.content_types.kinds import Part
from tenancy.said import gettext as _now
from tenancy.said import together

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

FIELD = "field:"
"""How the name of a placeholder begins that is a field of the contact: `field:next visit`, folded."""
LONGEST_FALLBACK = 60  # characters

_OWN = "|".join(name for name, one in PLACEHOLDERS.items() if one.source is _KNOWN)
_ASKED = "|".join(name for name, one in PLACEHOLDERS.items() if one.source is _GIVEN)
_NAMED = re.compile(r"\{([^{}\n]{0,120})\}")
_OPEN = re.compile(
    rf"\{{(?:(?P<asked>{_ASKED})"
    rf"|(?:(?P<own>{_OWN})|{FIELD}(?P<field>[^{{}}|\n]{{1,40}}))(?:\|(?P<instead>[^{{}}|\n]{{1,{LONGEST_FALLBACK}}}))?)\}}"
)


def field_called(name: str) -> str:
    """The placeholder's name of a contact's field."""
    return FIELD + " ".join(name.split()).casefold()


def _name(found: re.Match[str]) -> str:
    return found["asked"] or found["own"] or field_called(found["field"])


def _instead(found: re.Match[str]) -> str:
    """What stands there when nothing is known: `{first_name|there}`."""
    return tidy(found["instead"] or "")


def names_in(body: str) -> list[str]:
    """The placeholders of a body, each once, in its order."""
    return list(dict.fromkeys(_name(found) for found in _OPEN.finditer(body)))


def fields_in(bodies: Iterable[str]) -> frozenset[str]:
    """Those of them that are fields of the contact."""
    return frozenset(name for body in bodies for name in names_in(body) if name.startswith(FIELD))


def fields_as_written(body: str) -> dict[str, str]:
    """The same of one body, by name, with each as it is spelled there: `field:next visit`, "Next visit"."""
    return {_name(found): " ".join(found["field"].split()) for found in _OPEN.finditer(body) if found["field"]}


def without_instead(body: str) -> list[str]:
    """Those that stand somewhere without words for when nothing is known, so that somebody must give a value."""
    return list(dict.fromkeys(_name(found) for found in _OPEN.finditer(body) if not _instead(found)))


def instead_of_name(body: str) -> list[str]:
    """The words that stand where a customer's first name is not known, each once."""
    found = [_instead(one) for one in _OPEN.finditer(body) if _name(one) == "first_name"]
    return [words for words in dict.fromkeys(found) if words]


def unknown_in(body: str) -> list[str]:
    """What stands in braces and is none of them, and braces that stand alone; as written, each once."""
    unknown = [found.group(0) for found in _NAMED.finditer(body) if not _OPEN.fullmatch(found.group(0))]
    alone = re.findall(r"[{}]", _NAMED.sub("", body))
    return list(dict.fromkeys([*unknown, *alone]))


class Unfilled(ValueError):
    """Values are missing or cannot be used; `why` has a sentence for each placeholder."""

    def __init__(self, why: Mapping[str, str]) -> None:
        super().__init__(together(*why.values()))
        self.why = dict(why)


def fill(body: str, values: Mapping[str, str | None]) -> str:
    """The body with every placeholder replaced. Raises Unfilled, so that no text leaves with a hole in it.

    Where nothing is known, the words after the bar stand instead. A value that is None may not be seen by whoever
    sends this: nothing stands instead of that, since it would say something else than what is known.
    """
    why: dict[str, str] = {}

    def put(found: re.Match[str]) -> str:
        name = _name(found)
        value = values.get(name, "")
        if value is None:
            why[name] = _now("%(name)s is not for you to see. Choose another template.") % {"name": written(name)}
            return ""
        said = tidy(value) or _instead(found)
        if sentence := wrong_with(name, said):
            why[name] = sentence
        return said

    text = _OPEN.sub(put, body)
    if why:
        raise Unfilled(why)
    return text


def fill_partly(body: str, values: Mapping[str, str | None]) -> str:
    """The body with those placeholders replaced that have a value; for people to look at, never to be sent."""

    def put(found: re.Match[str]) -> str:
        value = values.get(_name(found), "")
        return found.group(0) if value is None else tidy(value) or _instead(found) or found.group(0)

    return _OPEN.sub(put, body)


def written(name: str) -> str:
    """A placeholder as it stands in a body, without other words for when nothing is known."""
    return f"{{{name}}}"


def tidy(value: str) -> str:
    """A value without white space around it."""
    return value.strip()


def wrong_with(name: str, value: str) -> str:
    """Why this value cannot stand for the placeholder, in one sentence; "" when it can."""
    value = tidy(value)
    label = written(name)
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


def samples(language: str, body: str = "") -> dict[str, str]:
    """A value for every placeholder, also for the fields in `body`, for previews and checks."""
    fields = dict.fromkeys(fields_in([body]), "A-2041")
    return fields | {name: one.sample(language) for name, one in PLACEHOLDERS.items()}


def parts_for(names: Iterable[str]) -> frozenset[Part]:
    """What these placeholders count as."""
    return frozenset(part for name in names if name in PLACEHOLDERS and (part := PLACEHOLDERS[name].part))
