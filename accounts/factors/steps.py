"""What somebody half-way through signing in does next: show one of their factors, set one up, or go on.

Whoever has anything set up must show something of it before they may set up more, also when it no longer counts: or a
stolen password could be made into a whole sign-in by adding a factor to it.
"""

from dataclasses import dataclass

from accounts.factors import passkeys, senders
from accounts.factors.enrolled import enrolled_ways, recovery_codes_left
from accounts.factors.policy import Rules, counting, is_satisfied, rules_for
from accounts.factors.ways import STRONG, WEAK, Way, in_order, remembered, shown
from accounts.models import Membership
from tenancy.isolation import activate


@dataclass(frozen=True)
class Step:
    """`show`: one of these is to be shown. `set_up`: nothing counts, so one of these is to be set up. Neither: in."""

    show: tuple[Way, ...]
    set_up: tuple[Way, ...]
    rules: Rules

    @property
    def is_done(self) -> bool:
        """Whether the member may enter."""
        return not self.show and not self.set_up


def next_step(member: Membership, factors: list[str]) -> Step:
    """The next step of somebody who has shown `factors` and wants to act as the member."""
    with activate(member.organization):
        rules = rules_for(member)
        own = enrolled_ways(member.user)
        seen = shown(factors) | (remembered(factors) if rules.remember_days else frozenset())
        if is_satisfied(member, factors, rules) or (not rules.must and (seen or not own)):
            return Step((), (), rules)
        usable = counting(rules, own)
        if usable or (own and not shown(factors)):
            return Step(_with_recovery(member, usable or in_order(own)), (), rules)
        return Step((), to_set_up(member, rules), rules)


def to_set_up(member: Membership, rules: Rules) -> tuple[Way, ...]:
    """What the member can set up here and may, the strongest first. Needs the organization active."""
    found = {way for way in rules.allowed if _works_here(way)}
    if not rules.weak_alone and not enrolled_ways(member.user) & STRONG:
        found -= WEAK
    return in_order(found or {Way.APP})


def to_confirm(member: Membership) -> tuple[Way, ...]:
    """What proves again who is there: the person's strong factors; without one what else they have; else nothing, and
    then the password does. Needs the organization active.
    """
    own = enrolled_ways(member.user)
    return in_order(own & STRONG or own)


def _works_here(way: Way) -> bool:
    if way is Way.PASSKEY:
        return passkeys.are_offered()
    if way is Way.SMS:
        return senders.sender() is not None
    return True


def _with_recovery(member: Membership, ways: tuple[Way, ...]) -> tuple[Way, ...]:
    return (*ways, Way.RECOVERY) if recovery_codes_left(member.user) else ways
