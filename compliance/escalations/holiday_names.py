"""What legal holidays are called, by the rule that finds the day (`compliance/hours/data/hours.json`)."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from compliance.hours.holidays import Rule

_NAMES: dict[str, dict[str, str]] = {
    "US": {
        "on 01-01": _("New Year's Day"),
        "nth 3 mon 1": _("Martin Luther King Jr. Day"),
        "nth 3 mon 2": _("Washington's Birthday"),
        "nth -1 mon 5": _("Memorial Day"),
        "on 06-19": _("Juneteenth"),
        "on 07-04": _("Independence Day"),
        "nth 1 mon 9": _("Labor Day"),
        "nth 2 mon 10": _("Columbus Day"),
        "on 11-11": _("Veterans Day"),
        "nth 4 thu 11": _("Thanksgiving Day"),
        "on 12-25": _("Christmas Day"),
    },
    "CA": {
        "on 01-01": _("New Year's Day"),
        "easter -2": _("Good Friday"),
        "before mon 05-25": _("Victoria Day"),
        "on 07-01": _("Canada Day"),
        "nth 1 mon 9": _("Labour Day"),
        "on 09-30": _("National Day for Truth and Reconciliation"),
        "nth 2 mon 10": _("Thanksgiving"),
        "on 11-11": _("Remembrance Day"),
        "on 12-25": _("Christmas Day"),
        "on 12-26": _("Boxing Day"),
    },
}

_LEGAL = _("Legal holiday")
_OBSERVED = " (observed)"
_OURS = frozenset({_LEGAL, *(name for names in _NAMES.values() for name in names.values())})


def name_of(rule: Rule, country: str) -> str:
    """The holiday's English name, as it is kept; "Legal holiday" for one of another country."""
    [(kind, value)] = rule.items()
    written = " ".join(str(part) for part in value) if isinstance(value, list) else str(value)
    return _NAMES.get(country, {}).get(f"{kind} {written}", _LEGAL)


def observed(name: str) -> str:
    """What is kept of the weekday on which a holiday of a weekend is kept."""
    return f"{name}{_OBSERVED}"


def in_words(kept: str) -> str:
    """A holiday's name in the language of whoever reads it; one that somebody typed as it is."""
    name = kept.removesuffix(_OBSERVED)
    if name not in _OURS:
        return kept
    return gettext(name) if name == kept else gettext("%(holiday)s (observed)") % {"holiday": gettext(name)}
