"""What an organization says of itself, so that the measures that apply can be told. Plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COUNTRIES: dict[str, str | Promise] = {
    "US": _("United States"),
    "CA": _("Canada"),
    "GB": _("United Kingdom"),
    "EU": _("European Union"),
    "OTHER": _("Elsewhere"),
}
STATES: dict[str, str | Promise] = {
    "CA": _("California"),
    "CT": _("Connecticut"),
    "FL": _("Florida"),
    "MD": _("Maryland"),
    "NV": _("Nevada"),
    "NY": _("New York"),
    "OK": _("Oklahoma"),
    "OR": _("Oregon"),
    "TX": _("Texas"),
    "VA": _("Virginia"),
    "WA": _("Washington"),
}
"""States with rules of their own that the catalogue knows."""

INDUSTRIES: dict[str, str | Promise] = {
    "health": _("Health care"),
    "finance": _("Finance, lending, insurance, tax"),
    "education": _("Education"),
    "retail": _("Shops and restaurants"),
    "services": _("Trades and services"),
    "public": _("Public authority"),
    "other": _("Something else"),
}

FACTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "takes_cards": (_("We take payment cards"), _("you take payment cards")),
    "covered_entity": (
        _("We are a HIPAA covered entity, or work for one"),
        _("you are a covered entity or a business associate"),
    ),
    "marketing": (_("We text offers and advertisements"), _("you text offers")),
    "collects_debt": (_("We collect debts for others"), _("you collect debts for others")),
    "school": (_("We are a school that gets federal money"), _("you are a school with federal money")),
    "children": (_("We text children under 13"), _("you text children under 13")),
    "broker_dealer": (_("We are a broker-dealer"), _("you are a broker-dealer")),
    "adviser": (_("We are a registered investment adviser"), _("you are a registered investment adviser")),
    "emails": (_("We e-mail offers too"), _("you e-mail offers")),
    "wants_soc2": (_("Our customers ask for a SOC 2 report"), _("your customers ask for a SOC 2 report")),
}
"""Yes or no, by field: the question, and how a reason says it."""


@dataclass(frozen=True)
class Answers:
    """`countries` and `states`: where the people who are texted live."""

    countries: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    industry: str = "other"
    takes_cards: bool = False
    covered_entity: bool = False
    marketing: bool = False
    collects_debt: bool = False
    school: bool = False
    children: bool = False
    broker_dealer: bool = False
    adviser: bool = False
    emails: bool = False
    wants_soc2: bool = False

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {**asdict(self), "countries": list(self.countries), "states": list(self.states)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Answers":
        """Of a row; questions that were not there yet are answered no."""
        known = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        for name in ("countries", "states"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)

    def in_words(self) -> list[str]:
        """One line for each question that has an answer other than no."""
        lines = [", ".join(str(COUNTRIES[one]) for one in self.countries)]
        lines += [", ".join(str(STATES[one]) for one in self.states), str(INDUSTRIES[self.industry])]
        return [line for line in lines if line] + [str(FACTS[name][0]) for name in FACTS if getattr(self, name)]
