"""What is switched on, as it is now: the part of the evidence that is a setting and no count."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access_reviewing import due
from accounts.factors.policy import policy_of
from accounts.models import AccessRules, Membership
from accounts.models.access_rules import HIPAA_IDLE
from compliance.hours import own_hours
from compliance.ledger import consent
from compliance.measures.profiles.holding import held
from compliance.models import Keyword, OptInForm
from texting.models import Line

Words = str | Promise


@dataclass(frozen=True)
class Control:
    """One switch; `route` is the page where it is changed."""

    key: str
    title: Words
    act: Words
    route: str
    asks: Callable[[Membership], bool | None]

    def on(self, member: Membership) -> bool | None:
        """Whether it is on for the active organization; None: there is nothing yet that it could be about."""
        return self.asks(member)


def _idle(member: Membership) -> bool:
    rules = AccessRules.objects.filter(organization=member.organization_id).first() or AccessRules()
    return rules.idle <= HIPAA_IDLE


def _registered(member: Membership) -> bool | None:
    lines = Line.objects.filter(is_active=True)
    return not lines.filter(campaign=None).exists() if lines.exists() else None


def _opt_in_way(member: Membership) -> bool:
    published = OptInForm.objects.filter(state=OptInForm.State.PUBLISHED)
    return published.exists() or Keyword.objects.filter(is_active=True).exists()


def _holds(profile: str) -> Callable[[Membership], bool]:
    return lambda member: profile in {one.key for one in held()}


CONTROLS: dict[str, Control] = {
    one.key: one
    for one in (
        Control(
            "factor_for_all",
            _("Everybody is asked for a second factor"),
            _("Ask everybody for a second factor."),
            "second_factor_policy",
            lambda member: policy_of(member.organization).required == "everybody",
        ),
        Control(
            "idle_quarter",
            _("Sessions end after at most 15 minutes without use"),
            _("Choose the limits of the HIPAA profile."),
            "session_limits",
            _idle,
        ),
        Control(
            "access_review",
            _("The review of access is not overdue"),
            _("Begin the review of access, decide each line, and sign."),
            "access_review",
            lambda member: not due(member.organization).over,
        ),
        Control(
            "revoke_all",
            _("A STOP ends the texts of every team"),
            _("Let a STOP end everything, as the rule of 31 January 2027 asks."),
            "consent_rules",
            lambda member: consent.revokes_all(),
        ),
        Control(
            "opt_in_way",
            _("Customers can agree by a form or a keyword"),
            _("Publish a form, or make a keyword."),
            "opt_in_forms",
            _opt_in_way,
        ),
        Control(
            "lines_registered",
            _("Each line belongs to a registered campaign"),
            _("Enter brand and campaign, and choose the campaign for each line."),
            "carriers",
            _registered,
        ),
        Control(
            "hours_hold",
            _("Texts outside the courtesy hours wait"),
            _("Let texts wait for the customer's hours instead of only warning."),
            "hours",
            lambda member: not own_hours.decided().only_warns,
        ),
        Control(
            "profile_hipaa",
            _("The HIPAA profile keeps settings from being weakened"),
            _("Look at what the HIPAA profile changes, and take it on."),
            "measure_profiles",
            _holds("hipaa"),
        ),
        Control(
            "profile_pci",
            _("The PCI profile keeps settings from being weakened"),
            _("Look at what the PCI profile changes, and take it on."),
            "measure_profiles",
            _holds("pci"),
        ),
        Control(
            "profile_financial",
            _("The financial profile keeps settings from being weakened"),
            _("Look at what the financial profile changes, and take it on."),
            "measure_profiles",
            _holds("financial"),
        ),
    )
}
"""By key."""
