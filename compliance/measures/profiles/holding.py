"""Which profiles an organization has taken on, and what follows: asked wherever a protected setting is saved."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from compliance.measures.profiles.rules import PROFILES, Profile
from compliance.models import ProfileChange


def held() -> list[Profile]:
    """Of the active organization, in the order of PROFILES. One statement over at most one row for each."""
    return [profile for profile, _since in held_since()]


def held_since() -> list[tuple[Profile, datetime]]:
    """The same with the moment when each was taken on. One statement, too."""
    return [(profile, at) for profile, holds, at in decided() if holds]


def decided() -> list[tuple[Profile, bool, datetime]]:
    """Of each that was ever taken on, whether it holds and since when it is so. One statement."""
    newest = ProfileChange.objects.order_by("profile", "-at", "-id").distinct("profile")
    found = {profile: (holds, at) for profile, holds, at in newest.values_list("profile", "holds", "at")}
    return [(profile, *found[key]) for key, profile in PROFILES.items() if key in found]


def refusals(setting: str, values: Mapping[str, object]) -> list[str]:
    """Why these values of a setting are too weak: one sentence for each rule (`ACCOUNTS_SETTING_FLOORS`)."""
    found = []
    for profile in held():
        for rule in profile.rules:
            if rule.setting == setting and rule.field in values and not rule.allows(values[rule.field]):
                words = {"profile": profile.title, "rule": rule.says, "why": rule.why}
                found.append(_("The %(profile)s profile does not allow this. %(rule)s. %(why)s") % words)
    return found


def kept_from_texts() -> frozenset[str]:
    """Kinds of findings that nobody sends by text, whatever reason they have."""
    return frozenset(kind for profile in held() for kind in profile.kinds())
