"""What an organization asks of its people when they sign in: changed by an admin, with a look at whom it hits first.

It holds at everybody's next request (`policy.rules_for` is asked anew each time), so nothing is pushed to sessions;
live streams end with the policy that they began under (`texting.live.events.rules_mark`).
"""

from dataclasses import dataclass, field

from django.utils import timezone

from accounts.factors.enrolled import ways_by_user
from accounts.factors.policy import Rules, counting, policy_of, rules_for
from accounts.factors.ways import STRONG, Way
from accounts.models import Membership, SignInPolicy
from accounts.permissions import Permission, require
from accounts.setting_floors import require_strong
from tenancy import audit

FIELDS = ("required", "required_roles", "methods", "weak_alone", "remember_days", "grace_days")
_RANK = {
    SignInPolicy.Required.ADMINISTRATORS: 0,
    SignInPolicy.Required.ROLES: 1,
    SignInPolicy.Required.EVERYBODY: 2,
}


class NoStrongWay(ValueError):
    """Owners and administrators would have nothing left to sign in with."""


@dataclass
class Preview:
    """Names of active members under a policy that is being considered.

    `ready` have what it asks for or are asked for nothing; `at_once` must set something up at their next click, `later`
    when their grace days are over. `ignored`: whose present factor no longer counts, among the two before.
    """

    ready: list[str] = field(default_factory=list)
    at_once: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def considered(member: Membership, **wanted: object) -> SignInPolicy:
    """The organization's policy with these fields changed, not stored. Raises NoStrongWay."""
    before = policy_of(member.organization)
    policy = SignInPolicy(organization_id=member.organization_id, required_since=before.required_since)
    for name in FIELDS:
        setattr(policy, name, wanted.get(name, getattr(before, name)))
    if not {way.value for way in STRONG} & set(policy.methods):
        raise NoStrongWay
    if _asks_more(before, policy):
        policy.required_since = timezone.now()
    return policy


def hold_against_floors(actor: Membership, policy: SignInPolicy) -> None:
    """Raises TooWeak for a policy that may not be saved."""
    values = {name: getattr(policy, name) for name in FIELDS}
    require_strong(actor, "sign_in_policy", **values)


def preview(member: Membership, policy: SignInPolicy) -> Preview:
    """What the policy would mean for everybody who is active. Raises MissingPermission."""
    require(member, Permission.SECURITY_MANAGE)
    people = Membership.objects.filter(
        organization=member.organization_id, is_active=True, is_machine=False, user__is_active=True
    ).select_related("user", "organization")
    own = ways_by_user([one.user_id for one in people])
    found = Preview()
    for one in sorted(people, key=lambda person: person.user.name.casefold()):
        ways = own.get(one.user_id, frozenset())
        _place(found, one.user.name, rules_for(one, policy), ways)
    return found


def change(*, actor: Membership, policy: SignInPolicy) -> None:
    """Let the policy hold from now on. Raises TooWeak, MissingPermission."""
    require(actor, Permission.SECURITY_MANAGE)
    hold_against_floors(actor, policy)
    before = policy_of(actor.organization)
    changes = {name: getattr(policy, name) for name in FIELDS if getattr(policy, name) != getattr(before, name)}
    if not changes:
        return
    values = {name: getattr(policy, name) for name in FIELDS}
    SignInPolicy.objects.update_or_create(
        organization_id=actor.organization_id, defaults={**values, "required_since": policy.required_since}
    )
    audit.record(event=audit.AuditKind.SIGN_IN_POLICY_CHANGED, actor=actor, object=actor.organization, **changes)


def _asks_more(before: SignInPolicy, after: SignInPolicy) -> bool:
    """Whether anybody may be asked who was not, so that their grace days begin now."""
    was, will = SignInPolicy.Required(before.required), SignInPolicy.Required(after.required)
    if was == will == SignInPolicy.Required.ROLES:
        return not set(after.required_roles) <= set(before.required_roles)
    return _RANK[will] > _RANK[was]


def _place(found: Preview, name: str, rules: Rules, ways: frozenset[Way]) -> None:
    asked = rules.must or rules.from_then is not None
    if not asked or counting(rules, ways):
        found.ready.append(name)
        return
    (found.at_once if rules.must else found.later).append(name)
    if ways:
        found.ignored.append(name)
