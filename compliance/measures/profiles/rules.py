"""What each profile asks of settings: data. `value` is the weakest that is allowed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Test(StrEnum):
    """How a value is held against the rule's."""

    MOST = "most"  # at most
    LEAST = "least"  # at least
    IS = "is"
    NONE_OF = "none_of"


@dataclass(frozen=True)
class Rule:
    """`setting` and `field`: what a use case names when it asks `accounts.setting_floors`. `says`: the rule in "
    "words."""

    setting: str
    field: str
    test: Test
    value: Any
    says: Words
    why: Words

    def allows(self, value: Any) -> bool:
        """Whether this value is strong enough. None is a period without an end."""
        if value is None and self.test in (Test.MOST, Test.LEAST):
            return self.test is Test.LEAST
        if self.test is Test.MOST:
            return bool(value <= self.value)
        if self.test is Test.LEAST:
            return bool(value >= self.value)
        return value == self.value if self.test is Test.IS else value not in self.value


@dataclass(frozen=True)
class Profile:
    """`law` in a few words; it is what the rules serve, not what they fulfil."""

    key: str
    title: Words
    law: Words
    rules: tuple[Rule, ...]

    def kinds(self) -> frozenset[str]:
        """Kinds of findings that nobody sends by text, whatever they say."""
        return frozenset(kind for rule in self.rules if rule.test is Test.NONE_OF for kind in rule.value)


_IDLE: dict[int, Words] = {
    15: _("Sessions end after at most 15 minutes without use"),
    30: _("Sessions end after at most 30 minutes without use"),
}


def _idle(minutes: int, why: Words) -> Rule:
    return Rule("session_limits", "idle", Test.MOST, timedelta(minutes=minutes), _IDLE[minutes], why)


def _longest(why: Words) -> Rule:
    return Rule("session_limits", "longest", Test.MOST, timedelta(hours=12), _("Sessions last at most 12 hours"), why)


def _everybody(why: Words) -> Rule:
    return Rule("sign_in_policy", "required", Test.IS, "everybody", _("Everybody needs a second factor"), why)


def _grace(why: Words) -> Rule:
    return Rule("sign_in_policy", "grace_days", Test.MOST, 7, _("People set it up within 7 days"), why)


def _pages(why: Words) -> tuple[Rule, ...]:
    """Of private pages: a link in a phone is a door for whoever has the phone later."""
    return (
        Rule("portal", "days", Test.MOST, 14, _("A private message can be opened for at most 14 days"), why),
        Rule("portal", "most_views", Test.MOST, 10, _("A private message can be opened at most 10 times"), why),
    )


def _strong(why: Words) -> Rule:
    says = _("A code by text or e-mail is nobody's only second factor")
    return Rule("sign_in_policy", "weak_alone", Test.IS, False, says, why)


_YEARS = {1: 366, 2: 730, 3: 1096, 6: 2192}
"""Days: minima with every leap day that can be in them, the maximum of two years without."""
_TEXTS: dict[str, Words] = {
    "conversations": _("Conversations are kept for at least %(n)d years"),
    "bodies": _("Words of texts are kept for at least %(n)d years"),
    "attachments": _("Pictures and files are kept for at least %(n)d years"),
}
_NO_LONGER: dict[str, Words] = {
    "contacts": _("Customers with whom nothing happens are kept for at most 2 years"),
    "bodies": _("Words of texts are kept for at most 2 years"),
    "attachments": _("Pictures and files are kept for at most 2 years"),
    "secure_replies": _("Private answers are kept for at most 2 years"),
}


def _fill(says: Words, number: int) -> str:
    return str(says) % {"n": number}


_filled: Callable[[Words, int], str] = lazy(_fill, str)


def _texts_stay(years: int, why: Words) -> tuple[Rule, ...]:
    """Texts that are records themselves."""
    return tuple(
        Rule("retention", kind, Test.LEAST, _YEARS[years], _filled(says, years), why) for kind, says in _TEXTS.items()
    )


def _log_stays(years: int, says: Words, why: Words) -> Rule:
    return Rule("retention", "audit", Test.LEAST, _YEARS[years], says, why)


_HEALTH = ("HEALTH_INFO", "MEDICAL_ID")
_MONEY = ("BANK_ACCOUNT", "ROUTING_NUMBER", "IBAN", "FINANCIAL_INFO")
_312D = _("45 CFR 164.312(d): who signs in is who they say they are.")
_PCI_8 = _("PCI DSS 4.0.1, requirement 8.4: more than one factor.")
_GLBA_MFA = _("16 CFR 314.4(c)(5): multi-factor authentication for everybody who has access.")

PROFILES: dict[str, Profile] = {
    "hipaa": Profile(
        "hipaa",
        _("HIPAA"),
        _("HIPAA Security Rule, 45 CFR 164.312"),
        (
            _idle(15, _("45 CFR 164.312(a)(2)(iii): automatic logoff.")),
            _longest(_("45 CFR 164.312(a)(2)(iii): automatic logoff.")),
            _everybody(_312D),
            _grace(_312D),
            _strong(_312D),
            Rule(
                *("reveal_rules", "minutes", Test.MOST, 15),
                _("A revealed customer is shown for at most 15 minutes"),
                _("45 CFR 164.502(b): the minimum necessary."),
            ),
            *_pages(_("45 CFR 164.312(a)(1): access for those who have been granted it only.")),
            Rule(
                *("content", "type", Test.NONE_OF, _HEALTH),
                _("Health information goes by secure message only: no reason and no exception lets it out by text"),
                _("45 CFR 164.312(e): a text is not encrypted on its way."),
            ),
            _log_stays(
                6,
                _("Details in the audit log are kept for at least 6 years"),
                _("45 CFR 164.316(b)(2)(i): six years from when it was made."),
            ),
        ),
    ),
    "pci": Profile(
        "pci",
        _("PCI"),
        _("PCI DSS 4.0.1, to keep texts out of its scope"),
        (
            _idle(15, _("PCI DSS 4.0.1, requirement 8.2.8: idle for more than 15 minutes.")),
            _longest(_("PCI DSS 4.0.1, requirement 8.2.8.")),
            _everybody(_PCI_8),
            _grace(_PCI_8),
            _strong(_PCI_8),
            _log_stays(
                1,
                _("Details in the audit log are kept for at least a year"),
                _("PCI DSS 4.0.1, requirement 10.5.1: twelve months."),
            ),
        ),
    ),
    "financial": Profile(
        "financial",
        _("Financial"),
        _("GLBA Safeguards Rule, 16 CFR 314; Regulation F, 12 CFR 1006"),
        (
            _idle(30, _("16 CFR 314.4(c)(1): access by authorized users only.")),
            _longest(_("16 CFR 314.4(c)(1): access by authorized users only.")),
            _everybody(_GLBA_MFA),
            _grace(_GLBA_MFA),
            Rule(
                *("hours", "only_warns", Test.IS, False),
                _("Texts outside of the hours wait; a warning is not enough"),
                _("12 CFR 1006.6(b): inconvenient times."),
            ),
            Rule(
                *("hours", "soft_opens", Test.LEAST, time(8)),
                _("No text before 8 am where the customer is"),
                _("12 CFR 1006.6(b)(1): before 8 am."),
            ),
            Rule(
                *("hours", "soft_closes", Test.MOST, time(21)),
                _("No text after 9 pm where the customer is"),
                _("12 CFR 1006.6(b)(1): after 9 pm."),
            ),
            *_pages(_("16 CFR 314.4(c)(1): access by authorized users only.")),
            Rule(
                *("content", "type", Test.NONE_OF, _MONEY),
                _(
                    "Account numbers and money matters go by secure message only: no reason and no exception lets "
                    "them out by text"
                ),
                _("16 CFR 314.4(c)(3): encryption on the way."),
            ),
            *(
                Rule("retention", kind, Test.MOST, _YEARS[2], says, _("16 CFR 314.4(c)(6): two years after last use."))
                for kind, says in _NO_LONGER.items()
            ),
        ),
    ),
    "broker_dealer": Profile(
        "broker_dealer",
        _("Broker-dealer"),
        _("SEC Rule 17a-4, FINRA 4511: business texts are records"),
        _texts_stay(6, _("FINRA 4511(b): six years where no other period is named.")),
    ),
    "debt": Profile(
        "debt",
        _("Debt collection"),
        _("Regulation F, 12 CFR 1006"),
        _texts_stay(3, _("12 CFR 1006.100: three years after the last activity.")),
    ),
    "medical_record": Profile(
        "medical_record",
        _("Medical record"),
        _("For those whose texts are part of a designated record set"),
        _texts_stay(6, _("45 CFR 164.316(b)(2)(i); the law of your state may ask for more.")),
    ),
}
