"""From a checked assertion to a session: as this one membership only, no longer than the provider and we allow."""

from datetime import timedelta

from django.utils import timezone

from accounts import sign_in_history, signing_in
from accounts.models import Membership, SamlIdentity, SamlProvider, SamlSession, SignInOutcome
from accounts.network_guard import refuse_outside
from accounts.origins import Origin
from accounts.saml.postcheck import Assertion
from accounts.sessions import PROVIDER_FACTOR, SSO, Pending, SessionStore, SignedIn
from tenancy import audit
from tenancy.isolation import activate


def enter(
    *,
    store: SessionStore,
    identity: SamlIdentity,
    assertion: Assertion,
    provider: SamlProvider,
    origin: Origin,
    next_path: str = "",
) -> bool:
    """Sign the person in; False when our own second factor comes first.

    It does for whoever must have one or has chosen one, unless the organization relies on the provider's.
    """
    member = Membership.objects.select_related("user", "organization").get(pk=identity.membership_id)
    refuse_outside(member, origin, factors=[SSO])
    now = timezone.now()
    ends = now + timedelta(hours=provider.session_hours)
    if assertion.session_ends is not None:
        ends = min(ends, assertion.session_ends)
    asks = not provider.trusts_second_factor and signing_in.must_have_second_factor(member)
    with activate(member.organization):
        began = SamlSession.objects.create(
            identity=identity,
            name_id_format=assertion.name_id_format,
            session_index=assertion.session_index,
            began_at=now,
            ends_at=ends,
        )
        if asks:
            waiting = Pending(
                user_id=str(member.user_id),
                epoch=member.user.auth_epoch,
                at=now.timestamp(),
                event_id="",
                next=next_path,
                membership_id=str(member.pk),
                sso=str(began.pk),
                ends_at=ends.timestamp(),
                factors=[SSO],
            )
            store.step(waiting, address=origin.address, browser=origin.browser, mark=origin.mark)
            return False
        factors = [SSO, PROVIDER_FACTOR] if provider.trusts_second_factor else [SSO]
        state = SignedIn(
            user_id=str(member.user_id),
            membership_id=str(member.pk),
            epoch=member.epoch,
            authenticated_at=now.timestamp(),
            factors=factors,
            sso=str(began.pk),
            ends_at=ends.timestamp(),
        )
        store.step(state, address=origin.address, browser=origin.browser, mark=origin.mark)
        Membership.objects.filter(pk=member.pk).update(last_seen_at=now)
        audit.record(event=audit.AuditKind.SIGNED_IN, actor=member, address=origin.address, factors=factors)
        sign_in_history.note(member, origin, SignInOutcome.SIGNED_IN, factors=factors)
    return True
