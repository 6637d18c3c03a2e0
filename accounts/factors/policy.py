"""What the organization that is entered asks of one member: asked anew at every request, so a new policy holds at once.

Administrators, and operators of the installation, always need a strong factor, whatever the organization says: a
passkey or an app, never only a code by text or e-mail. After single sign-on the provider's own second factor counts as
one, where the organization relies on it: such a session never acts in another organization.

A person in several organizations is held to the rules of the one they act in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from accounts.factors.enrolled import enrolled_ways
from accounts.factors.ways import STRONG, WEAK, Way, in_order, named, remembered, shown
from accounts.models import Membership, MembershipRole, SignInPolicy, User
from accounts.sessions import PROVIDER_FACTOR
from tenancy.models import Organization


@dataclass(frozen=True)
class Rules:
    """What holds for one member now.

    `must`: nothing may be done without a second factor. `from_then`: it must be so from then on; None when it never
    will, or already is. `allowed`: what counts, the strongest first. `weak_alone`: a weak one counts also for people
    who have no strong one. `remember_days`: how long a browser may be remembered.
    """

    must: bool
    from_then: datetime | None
    allowed: tuple[Way, ...]
    weak_alone: bool
    remember_days: int


def policy_of(organization: Organization) -> SignInPolicy:
    """The organization's policy; the defaults, not stored, when it has not said anything."""
    try:
        policy: SignInPolicy = organization.sign_in_policy
    except ObjectDoesNotExist:
        return SignInPolicy(organization=organization)
    return policy


def rules_for(member: Membership, policy: SignInPolicy | None = None) -> Rules:
    """The rules for a member under their organization's policy, or under one that is only being considered.

    Needs the member's organization active.
    """
    policy = policy or policy_of(member.organization)
    allowed = named(policy.methods) - {Way.RECOVERY}
    administrator = member.needs_second_factor or member.user.is_operator
    if administrator:
        allowed -= WEAK
    must, from_then = administrator, None
    since = None if must else _asked_since(member, policy)
    if since is not None:
        end = since + timedelta(days=policy.grace_days)
        must = end <= timezone.now()
        from_then = None if must else end
    return Rules(
        must=must,
        from_then=from_then,
        allowed=in_order(allowed or STRONG),
        weak_alone=policy.weak_alone,
        remember_days=policy.remember_days,
    )


def _asked_since(member: Membership, policy: SignInPolicy) -> datetime | None:
    """Since when the member is asked for a second factor: the policy, their joining, or the first of their roles that
    asks for one, whichever came last. None: they are not.
    """
    joined = max(policy.required_since, member.joined_at or policy.required_since)
    if policy.required == SignInPolicy.Required.EVERYBODY:
        return joined
    if policy.required != SignInPolicy.Required.ROLES:
        return None
    asking = MembershipRole.objects.filter(membership=member, role_id__in=policy.required_roles)
    given = asking.order_by("given_at").values_list("given_at", flat=True).first()
    return None if given is None else max(joined, given)


def counting(rules: Rules, enrolled: Iterable[Way]) -> tuple[Way, ...]:
    """What of a person's own ways counts under the rules, the strongest first."""
    own = set(enrolled)
    usable = own & set(rules.allowed)
    if not rules.weak_alone and not usable & STRONG:
        usable -= WEAK
    return in_order(usable)


def is_satisfied(member: Membership, factors: Iterable[str], rules: Rules) -> bool:
    """Whether what a session showed is what the rules ask for. A recovery code and the provider's factor always are."""
    factors = list(factors)
    if PROVIDER_FACTOR in factors:
        return True
    seen = shown(factors)
    if rules.remember_days:
        seen |= remembered(factors)
    if Way.RECOVERY in seen:
        return True
    usable = seen & set(rules.allowed)
    if usable & STRONG or not usable:
        return bool(usable)
    return rules.weak_alone or _has_strong(member.user)


def lacks_second_factor(member: Membership, factors: Iterable[str]) -> bool:
    """Whether the member may do nothing before they have shown another factor. Needs the organization active."""
    rules = rules_for(member)
    return rules.must and not is_satisfied(member, factors, rules)


def _has_strong(user: User) -> bool:
    return bool(enrolled_ways(user) & STRONG)
