"""What one changes about one's own sign-in. Every change ends the sessions that began before it."""

from django.db.models import F

from accounts import signing_in
from accounts.factors.enrolled import enrolled_ways
from accounts.models import Membership, User
from accounts.origins import Origin
from accounts.sessions import PASSWORD, SessionStore, end_sessions
from tenancy import audit


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
    # Whoever has another factor confirms with that: the password alone opens no dangerous page.
    _end_others(store, member, origin, factor="" if enrolled_ways(user) else PASSWORD)
    audit.record(event=audit.AuditKind.PASSWORD_CHANGED, actor=member, object=member, address=origin.address)


def _end_others(store: SessionStore, member: Membership, origin: Origin, factor: str = "") -> None:
    User.objects.filter(pk=member.user_id).update(auth_epoch=F("auth_epoch") + 1)
    member.user.refresh_from_db(fields=["auth_epoch"])
    end_sessions(user_id=member.user_id, keep=store.row.pk if store.row else None)
    signing_in.confirm(store=store, member=member, origin=origin, factor=factor)
