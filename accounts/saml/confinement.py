"""What a session that began by single sign-on may not do.

The provider of one organization says who sits there. So such a session neither sees nor changes what the same person
has in another organization: their sessions there, and the second factor that guards them.
"""

from accounts.models import Membership, User
from accounts.sessions import SessionStore


def began_by_sso(store: SessionStore) -> bool:
    """Whether this session, or the sign-in that is half-way through, began at an identity provider."""
    state = store.signed_in or store.pending
    return bool(state and state.sso)


def may_change_factors(store: SessionStore, user: User) -> bool:
    """No, if the session began at a provider and the person also works where that provider has no say."""
    if not began_by_sso(store):
        return True
    state = store.signed_in or store.pending
    elsewhere = Membership.objects.filter(user=user, joined_at__isnull=False)
    return state is not None and not elsewhere.exclude(pk=state.membership_id).exists()
