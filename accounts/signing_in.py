"""Signing in: `anonymous -> password right -> second factor right`, in this order, with a new session key each time.

Unknown address, wrong password, deactivated user, user without an active membership: one answer, after the same work.
Whoever has a second factor, or must have one in the organization they enter, shows it (`accounts/factors/steps.py`);
without one that counts they are led through its set-up and can do nothing else. A passkey verifies its holder by
itself, so it is both factors in one.
"""

import logging
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import Exists, Expression, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import languages, sign_in_history
from accounts.factors.enrolled import enrolled_ways
from accounts.factors.policy import lacks_second_factor, rules_for
from accounts.factors.ways import Way, shown
from accounts.models import Enforced, Membership, SignInEvent, SignInOutcome, SsoDomain, User
from accounts.models.user import normalized_email, normalized_password
from accounts.network_guard import pages_are_closed, refuse_outside
from accounts.origins import Origin
from accounts.saml.break_glass import note_way_round
from accounts.sessions import PASSWORD, SSO, TOTP, Pending, SessionStore, SignedIn
from accounts.throttling import begin_attempt, failures_since_last_success, succeed
from tenancy import audit
from tenancy.isolation import activate

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    """A right password: whose, and the event that says so."""

    user: User
    event_id: UUID


@dataclass(frozen=True)
class Entered:
    """Who is signed in now, and how many attempts in their name had failed since they were last."""

    member: Membership
    failed_before: int


def with_password(*, email: str, password: str, origin: Origin) -> Attempt | None:
    """The attempt when the password is right and the user may enter somewhere; else None. Raises TooManyAttempts."""
    user = User.objects.filter(email=normalized_email(email)).first()
    event = begin_attempt(email=email, user=user, origin=origin)
    if not password_is_right(user, password) or user is None or not user.is_active or not password_memberships(user):
        log.info("sign_in_failed event=%s", event.pk)
        return None
    succeed(event.pk, SignInOutcome.PASSWORD_RIGHT)
    return Attempt(user, event.pk)


def password_is_right(user: User | None, password: str) -> bool:
    """Compare, and take as long when there is nobody to compare with."""
    if user is None:
        make_password(normalized_password(password))
        return False
    return user.check_password(password)


def active_memberships(user: User | Expression) -> QuerySet[Membership]:
    """The memberships that the user may act as, the one used last first."""
    found = Membership.objects.filter(user=user, is_active=True, is_machine=False).select_related(
        "organization__sign_in_policy", "user"
    )
    return found.order_by(F("last_seen_at").desc(nulls_last=True), "joined_at")


def password_memberships(user: User) -> QuerySet[Membership]:
    """Those of `active_memberships` that a password, or a passkey instead of it, opens: not where single sign-on is
    enforced for this person.

    A break-glass owner enters all the same (`accounts.saml.enforcing` alarms the others).
    """
    proved = SsoDomain.objects.filter(
        organization=OuterRef("organization"), domain=user.email.rpartition("@")[2], proved_at__isnull=False
    )
    everybody = Q(organization__sso_door__enforced=Enforced.EVERYBODY)
    domains = Q(organization__sso_door__enforced=Enforced.DOMAINS) & Exists(proved)
    enforced = Q(organization__sso_door__is_on=True) & (everybody | domains)
    no_way_round = Q(break_glass__isnull=True) | Q(is_owner=False)
    return active_memberships(user).exclude(
        pk__in=Membership.objects.filter(enforced, no_way_round, user=user).values("pk")
    )


def must_have_second_factor(member: Membership) -> bool:
    """Whether the member may do nothing without a second factor, or has chosen to have one."""
    with activate(member.organization):
        return rules_for(member).must or bool(enrolled_ways(member.user))


def has_shown_enough(store: SessionStore, user: User) -> bool:
    """Whether this session showed a second factor, if the user has one, and what all of their organizations ask for."""
    factors = store.factors
    if enrolled_ways(user) and not shown(factors):
        return False
    for member in active_memberships(user):
        with activate(member.organization):
            if lacks_second_factor(member, factors):
                return False
    return True


def await_second_factor(*, store: SessionStore, attempt: Attempt, origin: Origin, next_path: str) -> None:
    """The password was right: the session now waits for the second factor and may do nothing else."""
    pending = Pending(
        user_id=str(attempt.user.pk),
        epoch=attempt.user.auth_epoch,
        at=timezone.now().timestamp(),
        event_id=str(attempt.event_id),
        next=next_path,
    )
    store.step(pending, address=origin.address, browser=origin.browser, mark=origin.mark)


def pending_user(store: SessionStore) -> User | None:
    """Whose second factor this session waits for; None when it waits for nobody or everything was ended meanwhile."""
    pending = store.pending
    if pending is None:
        return None
    return User.objects.filter(pk=pending.user_id, is_active=True, auth_epoch=pending.epoch).first()


def pending_member(store: SessionStore, address: str | None) -> Membership | None:
    """Whom this session would enter as: the membership that the identity provider named, or `reachable_membership`."""
    user, pending = pending_user(store), store.pending
    if user is None or pending is None:
        return None
    if pending.sso:
        return active_memberships(user).filter(pk=pending.membership_id).first()
    return reachable_membership(user, address)


def is_not_enough(*, store: SessionStore, factors: list[str], origin: Origin) -> None:
    """Another factor was shown, and the organization wants one more to be set up: the session goes on waiting."""
    state = store.pending or store.signed_in
    if state is not None:
        store.step(replace(state, factors=factors), address=origin.address, browser=origin.browser, mark=origin.mark)


def code_was_wrong(*, user: User, event_id: str | None, member: Membership | None, factor: str = TOTP) -> None:
    """Note a wrong second factor: somebody knows the password, so the organization is told."""
    if event_id:
        SignInEvent.objects.filter(pk=event_id).update(outcome=SignInOutcome.CODE_WRONG, at=timezone.now())
    member = member or active_memberships(user).first()
    if member is not None:
        with activate(member.organization):
            audit.record(event=audit.AuditKind.SIGN_IN_FAILED, actor=member, factor=str(factor))


def enter(
    *,
    store: SessionStore,
    user: User,
    origin: Origin,
    factors: tuple[str, ...],
    member: Membership | None = None,
    event_id: UUID | str | None = None,
    fresh: bool = True,
) -> Entered | None:
    """Sign the user in as `member`, or as the membership used last. Not `fresh`: a dangerous page asks again at once,
    because this browser was remembered and only the password was shown.

    After single sign-on it is the membership that the identity provider named, whatever else the user belongs to. What
    the provider said counts for no other one, also not when somebody signs in anew in the same browser.
    None when no membership is active any more, or when the password was reset or replaced meanwhile.
    """
    pending, before = store.pending, store.signed_in
    sso, ends_at = "", 0.0
    if pending is not None and pending.sso and pending.user_id == str(user.pk):
        member = active_memberships(user).filter(pk=pending.membership_id).first()
        factors, sso, ends_at = _after_sso((SSO,), factors), pending.sso, pending.ends_at
    elif before is not None and before.sso and member is not None and before.membership_id == str(member.pk):
        factors, sso, ends_at = _after_sso(tuple(before.factors), factors), before.sso, before.ends_at
    else:
        member = member or reachable_membership(user, origin.address)
    if member is None:
        return None
    if member.user_id != user.pk:
        raise ValueError("a session acts as a membership of its own user only")
    if member.user.auth_epoch != user.auth_epoch:  # everything was ended while the factors were looked at
        return None
    refuse_outside(member, origin, factors=factors, event_id=event_id)
    state = SignedIn(
        user_id=str(user.pk),
        membership_id=str(member.pk),
        epoch=member.epoch,
        authenticated_at=timezone.now().timestamp() if fresh else 0.0,
        factors=list(factors),
        sso=sso,
        ends_at=ends_at,
    )
    failed = failures_since_last_success(user)
    with activate(member.organization):
        store.step(state, address=origin.address, browser=origin.browser, mark=origin.mark)
        Membership.objects.filter(pk=member.pk).update(last_seen_at=timezone.now())
        details: dict[str, Any] = {"factors": list(factors)} | ({"failed_before": failed} if failed else {})
        audit.record(event=audit.AuditKind.SIGNED_IN, actor=member, address=origin.address, **details)
        if not sso:
            note_way_round(member, origin.address)
    sign_in_history.note(member, origin, SignInOutcome.SIGNED_IN, factors=factors, event_id=event_id)
    languages.note_browser(user)
    return Entered(member, failed)


def reachable_membership(user: User, address: str | None) -> Membership | None:
    """Of those that a password opens the one used last that can be used from here; of all when none can, to say so."""
    found = list(password_memberships(user).select_related("organization__access_rules", "user"))
    return next((one for one in found if not pages_are_closed(one.organization, address)), found[0] if found else None)


def _after_sso(before: tuple[str, ...], shown: tuple[str, ...]) -> tuple[str, ...]:
    """What the session has been shown: nobody typed a password."""
    return (*before, *(factor for factor in shown if factor != PASSWORD and factor not in before))


def record_set_up(user: User, way: Way) -> None:
    """Tell the user's organizations that another factor now guards their sign-in."""
    for member in active_memberships(user):
        with activate(member.organization):
            audit.record(event=audit.AuditKind.SECOND_FACTOR_ADDED, actor=member, object=member, factor=way.value)


def prove_password(*, user: User, password: str, origin: Origin) -> bool:
    """Whether a signed-in person knows their password; limited like sign-in. Raises TooManyAttempts."""
    event = begin_attempt(email=user.email, user=user, origin=origin, confirms=True)
    if not user.check_password(password):
        return False
    succeed(event.pk, SignInOutcome.SIGNED_IN)
    return True


def confirm(*, store: SessionStore, member: Membership, origin: Origin, factor: str) -> None:
    """The member showed a factor again: the session is fresh, under a new key. With `factor=""` only the key is new."""
    signed_in = store.signed_in
    if signed_in is None:
        return
    state = replace(signed_in, epoch=member.epoch)
    if factor:
        factors = [*signed_in.factors, *([factor] if factor not in signed_in.factors else [])]
        state = replace(state, authenticated_at=timezone.now().timestamp(), factors=factors)
    store.step(state, address=origin.address, browser=origin.browser, mark=origin.mark)


def switch(*, store: SessionStore, member: Membership, target: Membership, origin: Origin) -> None:
    """Act in another organization of the same user, under a new key. The factors that were shown still count."""
    signed_in = store.signed_in
    if signed_in is None or target.user_id != member.user_id or not target.is_active or signed_in.sso:
        raise ValueError("a session switches between active memberships of its own user only, after SSO not at all")
    refuse_outside(target, origin)
    with activate(member.organization):
        audit.record(event=audit.AuditKind.SIGNED_OUT, actor=member, reason="switched organization")
    state = replace(signed_in, membership_id=str(target.pk), epoch=target.epoch)
    with activate(target.organization):
        store.step(state, address=origin.address, browser=origin.browser, mark=origin.mark)
        Membership.objects.filter(pk=target.pk).update(last_seen_at=timezone.now())
        audit.record(event=audit.AuditKind.SIGNED_IN, actor=target, factors=signed_in.factors, address=origin.address)


def sign_out(*, store: SessionStore, member: Membership | None) -> None:
    """End this session, whatever state it is in."""
    if member is not None:
        with activate(member.organization):
            audit.record(event=audit.AuditKind.SIGNED_OUT, actor=member)
    store.flush()


FIRST_FACTOR = (PASSWORD,)
