"""What is said about types of texts, by pages and by the gate."""

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.content_types.catalogue import CATALOGUE
from compliance.content_types.classifying import Reason, Recognized
from compliance.content_types.links import Wrong
from compliance.content_types.rules import Action

_CLASS = re.compile(r"<(\w+)>")
_SHOWN = {"pct": "…%", "money": "$…", "num": "…", "ref": "#…", "long": "…", "time": "…:…", "date": "…/…", "ord": "…."}
MOST_PHRASES = 3

CATEGORIES: dict[str, str | Promise] = {
    "sex": gettext_lazy("sexual content"),
    "hate": gettext_lazy("insults or hate"),
    "alcohol": gettext_lazy("an offer of alcohol"),
    "firearms": gettext_lazy("an offer of firearms"),
    "tobacco": gettext_lazy("an offer of tobacco or vapes"),
    "cannabis": gettext_lazy("an offer of cannabis, CBD or hemp"),
    "drugs": gettext_lazy("an offer of drugs without a prescription"),
    "gambling": gettext_lazy("gambling"),
    "lending": gettext_lazy("an offer of a high-risk loan"),
    "debt_relief": gettext_lazy("debt relief or credit repair"),
    "get_rich": gettext_lazy("a promise of fast money"),
    "phishing": gettext_lazy("what reads like phishing"),
}
ACTIONS: dict[Action, str | Promise] = {
    Action.ALLOW: gettext_lazy("Allowed"),
    Action.REVIEW: gettext_lazy("A colleague decides"),
    Action.STOP: gettext_lazy("Stopped"),
}
LINKS: dict[Wrong, tuple[str | Promise, str | Promise]] = {
    Wrong.SHORTENER: (
        gettext_lazy("Carriers filter links of public shorteners."),
        gettext_lazy("Write the whole address."),
    ),
    Wrong.ADDRESS: (
        gettext_lazy("The link leads to a number instead of a name, which carriers filter."),
        gettext_lazy("Use a link with your domain."),
    ),
    Wrong.LOGIN: (
        gettext_lazy("The link hides where it leads, or holds a password."),
        gettext_lazy("Use a plain link without a sign-in before the @."),
    ),
    Wrong.LOOK_ALIKE: (
        gettext_lazy("The link's name has letters that look like others, as in phishing."),
        gettext_lazy("Write the address in plain letters."),
    ),
    Wrong.REDIRECT: (
        gettext_lazy("The link leads on to another address, which carriers filter."),
        gettext_lazy("Link to that address itself."),
    ),
    Wrong.NOT_OURS: (
        gettext_lazy("Your organization allows links to its own domains only."),
        gettext_lazy("Link to a page of yours, or ask an administrator to add the domain."),
    ),
    Wrong.NOT_SECURE: (
        gettext_lazy("Your organization allows secure links only."),
        gettext_lazy("Begin the link with https://."),
    ),
}


def phrases(reasons: Iterable[Reason]) -> str:
    """The phrases that speak for a type, as people read them: “…% off”, “shop now”."""
    for_it = [reason.phrase for reason in reasons if reason.weight > 0][:MOST_PHRASES]
    return ", ".join(f"“{phrase_shown(one)}”" for one in for_it)


def phrase_shown(phrase: str) -> str:
    """A phrase of our lists with its classes as dots."""
    return _CLASS.sub(lambda found: _SHOWN.get(found[1], "…"), phrase)


def reads_like(found: Recognized) -> str:
    """What a text was recognized as and why, in one sentence."""
    label = CATALOGUE[found.type].label
    because = phrases(found.reasons)
    return _("Reads like: %(label)s (%(because)s).") % {"label": label, "because": because}
