"""What one changes about one's own sign-in. Every change ends the sessions that began before it."""

from django.db.models import F

from accounts import second_factor, signing_in
from accounts.models import Membership, User
from accounts.origins import Origin
from accounts.sessions import PASSWORD, TOTP, SessionStore, end_sessions
from tenancy import audit


class StillNeeded(Exception):
    """The member's permissions take a second factor."""


def change_name(*, member: Membership, name: str) -> None:
    """What the others call the member; one name in all of their organizations."""
    if name == member.user.name:
        return
    member.user.name = name
    member.user.save(update_fields=["name"])
    audit.record(event=audit.AuditKind.MEMBER_CHANGED, actor=member, object=member, changed="name")


def change_password(*, store: SessionStore, member: Membership, password: str, origin: Origin) -> None:
    """Set it and end everything else that was signed in; this session goes on under a new key."""
    user = member.user
    user.set_password(password)
    user.save(update_fields=["password"])
    # Whoever has an app confirms with its code: the password alone opens no dangerous page.
    _end_others(store, member, origin, factor="" if second_factor.confirmed_device(user) else PASSWORD)
    audit.record(event=audit.AuditKind.PASSWORD_CHANGED, actor=member, object=member, address=origin.address)


def authenticator_added(*, store: SessionStore, member: Membership, origin: Origin) -> None:
    """The member confirmed an authenticator app: sessions that were begun without it end."""
    _end_others(store, member, origin, factor=TOTP)
    audit.record(event=audit.AuditKind.SECOND_FACTOR_ADDED, actor=member, object=member, address=origin.address)


def remove_authenticator(*, store: SessionStore, member: Membership, origin: Origin) -> None:
    """Sign in with the password alone from now on. Raises StillNeeded."""
    owned = Membership.objects.filter(user=member.user_id, is_owner=True, is_active=True)  # in any organization
    if member.needs_second_factor or owned.exists():
        raise StillNeeded
    if second_factor.remove(member.user):
        _end_others(store, member, origin)
        audit.record(event=audit.AuditKind.SECOND_FACTOR_REMOVED, actor=member, object=member, address=origin.address)


def _end_others(store: SessionStore, member: Membership, origin: Origin, factor: str = "") -> None:
    User.objects.filter(pk=member.user_id).update(auth_epoch=F("auth_epoch") + 1)
    member.user.refresh_from_db(fields=["auth_epoch"])
    end_sessions(user_id=member.user_id, keep=store.row.pk if store.row else None)
    signing_in.confirm(store=store, member=member, origin=origin, factor=factor)
