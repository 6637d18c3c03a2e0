"""The settings that profiles fix: how each stands, how it is said, and how it is changed by its own use case."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import time, timedelta
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy, ngettext

from accounts import access_rules
from accounts.access_rules import LIMITS
from accounts.factors import changing_policy
from accounts.factors.policy import policy_of
from accounts.models import AccessRules, Membership, SessionProfile
from compliance.findings import excepting
from compliance.hours import changing_hours
from compliance.hours.changing_hours import Wanted
from compliance.models import FindingException, HoursRules
from texting import revealing


class Switch(ABC):
    """One setting of the active organization, by the name that its use case gives to `accounts.setting_floors`."""

    setting: ClassVar[str]
    route: ClassVar[str]

    @abstractmethod
    def now(self, member: Membership) -> dict[str, Any]:
        """The value of each field."""

    @abstractmethod
    def apply(self, member: Membership, values: Mapping[str, Any], because: str) -> None:
        """Save them. Raises MissingPermission when the member may not change this setting."""

    def in_words(self, field: str, value: Any) -> str:
        """A value, for people."""
        return in_words(field, value)


class SessionLimits(Switch):
    """How long sessions last."""

    setting, route = "session_limits", "session_limits"

    def now(self, member: Membership) -> dict[str, Any]:
        rules = AccessRules.objects.filter(organization=member.organization_id).first() or AccessRules()
        return {"idle": rules.idle, "longest": rules.longest}

    def apply(self, member: Membership, values: Mapping[str, Any], because: str) -> None:
        wanted = (values["idle"], values["longest"])
        profile = next((one for one, limits in LIMITS.items() if limits == wanted), SessionProfile.OWN)
        access_rules.set_limits(actor=member, profile=profile, idle=wanted[0], longest=wanted[1])


class SignInPolicy(Switch):
    """What people show when they sign in."""

    setting, route = "sign_in_policy", "second_factor_policy"

    def now(self, member: Membership) -> dict[str, Any]:
        policy = policy_of(_afresh(member).organization)
        return {name: getattr(policy, name) for name in ("required", "grace_days", "weak_alone")}

    def apply(self, member: Membership, values: Mapping[str, Any], because: str) -> None:
        actor = _afresh(member)
        changing_policy.change(actor=actor, policy=changing_policy.considered(actor, **values))


def _afresh(member: Membership) -> Membership:
    """The request's own object keeps the policy that it read when it began, before the settings were locked."""
    return Membership.objects.select_related("user", "organization").get(pk=member.pk)


class RevealRules(Switch):
    """How long a customer is shown."""

    setting, route = "reveal_rules", "reveals"

    def now(self, member: Membership) -> dict[str, Any]:
        return {"minutes": revealing.rules().minutes}

    def apply(self, member: Membership, values: Mapping[str, Any], because: str) -> None:
        usual = revealing.rules().contacts_an_hour
        revealing.change_rules(member=member, minutes=values["minutes"], contacts_an_hour=usual)


class Hours(Switch):
    """The courtesy hours."""

    setting, route = "hours", "hours"

    def now(self, member: Membership) -> dict[str, Any]:
        row = HoursRules.objects.first() or HoursRules()
        return {name: getattr(row, name) for name in ("only_warns", "soft_opens", "soft_closes")}

    def apply(self, member: Membership, values: Mapping[str, Any], because: str) -> None:
        row = HoursRules.objects.first() or HoursRules()
        kept = {"without": tuple(row.without), "courtesy": row.courtesy, "healthcare": row.healthcare}
        changing_hours.change(member=member, wanted=Wanted(**values, **kept, reason=because))


class Content(Switch):
    """What goes by secure message only: exceptions that a profile does not know are removed."""

    setting, route = "content", "finding_exceptions"

    def now(self, member: Membership) -> dict[str, Any]:
        return {}

    def apply(self, member: Membership, values: Mapping[str, Any], because: str) -> None:
        for row in FindingException.objects.filter(ended_at=None, type__in=values["types"]):
            excepting.remove(member=member, exception_id=row.pk)


@cache
def switches() -> dict[str, Switch]:
    """By setting; those of apps above compliance are named in `settings.COMPLIANCE_SWITCHES`."""
    above = (import_string(path)() for path in settings.COMPLIANCE_SWITCHES)
    own = (SessionLimits(), SignInPolicy(), RevealRules(), Hours(), Content())
    return {one.setting: one for one in (*own, *above)}


_REQUIRED = {
    "administrators": gettext_lazy("owners and administrators"),
    "roles": gettext_lazy("owners, administrators and some roles"),
    "everybody": gettext_lazy("everybody"),
}


def in_words(field: str, value: Any) -> str:
    """A value of a field, for people; switches say for themselves whether they are as they should be."""
    if field == "grace_days":
        return ngettext("%(n)d day", "%(n)d days", value) % {"n": value}
    if isinstance(value, timedelta) or field == "minutes":
        minutes = value if field == "minutes" else int(value.total_seconds() // 60)
        if minutes % 60:
            return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(_REQUIRED.get(str(value), value))
