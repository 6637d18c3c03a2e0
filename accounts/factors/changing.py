"""What one changes about one's own second factors. Adding and removing ends the sessions that began before it.

Each change is in the log and told by e-mail to the person: it may not have been them.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import signing_in
from accounts.factors import enrolled, recovery, telling
from accounts.factors.enrolled import Enrolled, enrolled_ways
from accounts.factors.policy import counting, rules_for
from accounts.factors.ways import STRONG, Way
from accounts.models import Membership, User
from accounts.origins import Origin
from accounts.sessions import SessionStore, end_sessions
from tenancy import audit


class StillNeeded(Exception):
    """Without it nothing would be left that the member's organization accepts."""


def added(*, store: SessionStore, member: Membership, way: Way, origin: Origin) -> None:
    """The member set this way up: sessions that were begun without it end; this one has shown it."""
    _end_others(store, member, origin, factor=way.value)
    audit.record(
        event=audit.AuditKind.SECOND_FACTOR_ADDED,
        actor=member,
        object=member,
        address=origin.address,
        factor=way.value,
    )
    telling.factor_added(member, way)


def remove(*, store: SessionStore, member: Membership, factor_id: UUID, origin: Origin) -> Enrolled:
    """Take one of the member's own away. Raises StillNeeded, Http404 for what is not theirs."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=member.user_id)
        gone = enrolled.remove(member.user, factor_id)
        if _is_short(member):
            raise StillNeeded
    if not enrolled_ways(member.user):
        enrolled.forget_all(member.user)  # recovery codes stand in for a factor; without one they open nothing
    _end_others(store, member, origin)
    audit.record(
        event=audit.AuditKind.SECOND_FACTOR_REMOVED,
        actor=member,
        object=member,
        address=origin.address,
        factor=gone.way.value,
    )
    telling.factor_removed(member, gone.way)
    return gone


def rename(*, member: Membership, factor_id: UUID, name: str) -> None:
    """Call one of the member's own otherwise. Raises Http404 for what is not theirs."""
    enrolled.rename(user=member.user, factor_id=factor_id, name=name)
    audit.record(event=audit.AuditKind.SECOND_FACTOR_RENAMED, actor=member, object=member)


def new_recovery_codes(*, member: Membership) -> list[str]:
    """Ten codes, to be shown once; the earlier ones count no more."""
    made = recovery.make(member.user)
    audit.record(event=audit.AuditKind.RECOVERY_CODES_MADE, actor=member, object=member, count=len(made))
    telling.recovery_codes_made(member)
    return made


def _is_short(member: Membership) -> bool:
    """Whether what is left is too little: for the member here, or for what they own elsewhere."""
    left = enrolled_ways(member.user)
    rules = rules_for(member)
    if (rules.must or rules.from_then) and not counting(rules, left):
        return True
    owned = Membership.objects.filter(user=member.user_id, is_owner=True, is_active=True)  # in any organization
    return not left & STRONG and owned.exists()


def _end_others(store: SessionStore, member: Membership, origin: Origin, factor: str = "") -> None:
    User.objects.filter(pk=member.user_id).update(auth_epoch=F("auth_epoch") + 1)
    member.user.refresh_from_db(fields=["auth_epoch"])
    end_sessions(user_id=member.user_id, keep=store.row.pk if store.row else None)
    signing_in.confirm(store=store, member=member, origin=origin, factor=factor)
