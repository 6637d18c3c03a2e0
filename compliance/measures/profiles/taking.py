"""Taking a profile on, after a look at what it changes, and leaving it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.languages import DEFAULT, written_in
from accounts.models import Membership
from accounts.permissions import Permission, require
from accounts.setting_floors import lock_settings
from compliance.hours import changing_hours
from compliance.measures.profiles.holding import held, kept_from_texts
from compliance.measures.profiles.rules import Profile, Rule, Test
from compliance.measures.profiles.switches import switches
from compliance.models import ProfileChange
from tenancy import audit
from tenancy.audit import AuditKind

LEAST_REASON, LONGEST_REASON = 5, 500


class NotPossible(ValueError):
    """Nothing changed; the message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Change:
    """A rule, and what it does to the setting as it is now: `before` and `after` in words, equal where it is met."""

    rule: Rule
    before: str
    after: str
    is_met: bool
    route: str


def preview(member: Membership, profile: Profile) -> list[Change]:
    """What taking it on would change, in the order of its rules; the changes first."""
    found = [_change(member, rule) for rule in profile.rules]
    return sorted(found, key=lambda one: one.is_met)


def _change(member: Membership, rule: Rule) -> Change:
    switch = switches()[rule.setting]
    if rule.test is Test.NONE_OF:
        is_met = kept_from_texts() >= set(rule.value)
        before = _("with a reason, by who may give one")
        return Change(rule, _("never") if is_met else before, _("never"), is_met, switch.route)
    value = switch.now(member)[rule.field]
    is_met = rule.allows(value)
    if isinstance(rule.value, bool):
        return Change(rule, _("so") if is_met else _("not so"), _("so"), is_met, switch.route)
    before, after = (switch.in_words(rule.field, one) for one in (value, value if is_met else rule.value))
    return Change(rule, before, after, is_met, switch.route)


def take(*, actor: Membership, profile: Profile) -> list[Change]:
    """Make every setting at least as strong as the profile asks, and keep it so. What was changed.

    Raises NotPossible when it holds already, MissingPermission also for a setting that the actor may not change.
    """
    require(actor, Permission.MEASURES_MANAGE)
    lock_settings()
    if profile in held():
        raise NotPossible(_("This profile holds already."))
    changes = [change for change in preview(actor, profile) if not change.is_met]
    with written_in(DEFAULT):  # kept for everybody, whatever language the actor reads
        kept = [change for change in preview(actor, profile) if not change.is_met]
        said = [{"setting": str(one.rule.says), "before": one.before, "after": one.after} for one in kept]
        because = _("The %(profile)s profile") % {"profile": profile.title}
    try:
        with transaction.atomic():
            for setting in dict.fromkeys(change.rule.setting for change in changes):
                wanted = _wanted(actor, [change.rule for change in changes if change.rule.setting == setting])
                switches()[setting].apply(actor, wanted, because)
    except changing_hours.NotPossible as error:
        raise NotPossible(str(error)) from None
    row = ProfileChange.objects.create(profile=profile.key, holds=True, changes=said, by=actor)
    audit.record(event=AuditKind.PROFILE_TAKEN, actor=actor, object=row, profile=profile.key, changed=len(changes))
    return changes


def _wanted(member: Membership, rules: list[Rule]) -> dict[str, Any]:
    setting = rules[0].setting
    if rules[0].test is Test.NONE_OF:
        return {"types": [kind for rule in rules for kind in rule.value]}
    return switches()[setting].now(member) | {rule.field: rule.value for rule in rules}


def leave(*, actor: Membership, profile: Profile, reason: str) -> None:
    """Settings stay as they are and may be weakened from now on. Raises NotPossible without a reason, or when it does
    not hold; MissingPermission.
    """
    require(actor, Permission.MEASURES_MANAGE, Permission.SECURITY_MANAGE)
    reason = " ".join(reason.replace("\x00", "").split())
    if not LEAST_REASON <= len(reason) <= LONGEST_REASON:
        raise NotPossible(_("Say why, in 5 to 500 characters. It stays in the history."))
    lock_settings()
    if profile not in held():
        raise NotPossible(_("This profile does not hold."))
    row = ProfileChange.objects.create(profile=profile.key, holds=False, reason=reason, by=actor)
    audit.record(event=AuditKind.PROFILE_LEFT, actor=actor, object=row, profile=profile.key)


def history() -> list[ProfileChange]:
    """What was taken on and left, the newest first."""
    return list(ProfileChange.objects.select_related("by__user").order_by("-at", "-id")[:50])
