"""What a browser is signed in as: kept in PostgreSQL, so that ending it is one DELETE and true at the next request.

A session is anonymous (no row), then `pending` (password right, second factor still to come), then `signed_in`. Its key
changes at each step. The database knows only the SHA-256 of the key. How long it lasts: `accounts.session_limits`.

This module is also Django's session engine (`SESSION_ENGINE`).
"""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import BinaryField, DateTimeField, QuerySet
from django.utils import timezone

from accounts.models import Membership, RememberedDevice, Session
from accounts.session_limits import alive, touch_after
from tenancy.compiled_queries import CompiledQuery, Given

PENDING_SECONDS = 10 * 60
FRESH_SECONDS = 10 * 60
PASSWORD, TOTP = "password", "totp"
SSO, PROVIDER_FACTOR = "sso", "provider_factor"  # by the organization's identity provider; it asked for a second one


@dataclass(frozen=True)
class Pending:
    """The password was right; the second factor is still to come. Counts for PENDING_SECONDS.

    After single sign-on it names the only membership that may follow, and `sso` and `ends_at` of `SignedIn`.
    `factors`: what was shown already: the password or single sign-on, and what more was but is not enough yet (a code
    by text, and the organization wants an app).
    """

    user_id: str
    epoch: int
    at: float
    event_id: str
    next: str = ""
    membership_id: str = ""
    sso: str = ""
    ends_at: float = 0.0
    factors: list[str] = field(default_factory=lambda: [PASSWORD])


@dataclass(frozen=True)
class SignedIn:
    """Who acts. `authenticated_at` (Unix time) is when a factor was last shown, `factors` which ones were.

    `sso` is the id of the sign-in through an identity provider that it began with ("": none): such a session never
    acts in another organization, and ends at `ends_at` (Unix time) at the latest.
    """

    user_id: str
    membership_id: str
    epoch: str
    authenticated_at: float
    factors: list[str]
    sso: str = ""
    ends_at: float = 0.0


def key_hash(key: str) -> bytes:
    """What the database keeps of a session key or of a link's token: 32 bytes."""
    return hashlib.sha256(key.encode()).digest()


class SessionStore(SessionBase):
    """Django's session interface over `accounts.models.Session`."""

    row: Session | None = None
    _began_at: datetime | None = None
    was_left = False  # whether this very request ended what it was signed in as

    # --- Django's interface -------------------------------------------------------------------------------------------
    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=key_hash(session_key)).exists()

    def load(self) -> dict[str, Any]:
        row = session_with(key_hash(self.session_key or ""))
        if row is None:
            self._session_key = None
            return {}
        self.row = row
        return dict(row.data)

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined] # not in the stubs
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined] # not in the stubs
        signed_in = data.get("signed_in") or {}
        pending = data.get("pending") or {}
        fields = {
            "data": data,
            "user_id": signed_in.get("user_id") or pending.get("user_id"),
            "membership_id": signed_in.get("membership_id"),
            "address": data.get("address"),
            "browser": data.get("browser", ""),
        }
        if must_create:
            self._insert(fields)
        elif not Session.objects.filter(key_hash=key_hash(self.session_key)).update(**fields):
            raise UpdateError

    def _insert(self, fields: dict[str, Any]) -> None:
        now = timezone.now()
        began = self._began_at or now
        end = began + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        hashed = key_hash(self.session_key or "")
        try:
            with transaction.atomic():
                Session.objects.create(key_hash=hashed, created_at=began, last_seen_at=now, expires_at=end, **fields)
        except IntegrityError as error:
            raise CreateError from error

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(key_hash=key_hash(key)).delete()

    def flush(self) -> None:
        super().flush()
        self.was_left = True

    def drop(self) -> None:
        """Forget what opens nothing any more, without a word to the browser: it may hold a newer key already."""
        super().flush()

    @classmethod
    def clear_expired(cls) -> None:
        cls.forget_ended()

    @classmethod
    def forget_ended(cls) -> int:
        """Delete the sessions that open nothing any more; how many there were."""
        return Session.objects.exclude(pk__in=Session.objects.filter(alive(timezone.now())).values("pk")).delete()[0]

    # --- Who it is ----------------------------------------------------------------------------------------------------
    @property
    def pending(self) -> Pending | None:
        """Whose second factor is awaited, or None; also None once it has waited for too long."""
        kept = self.get("pending")
        pending = Pending(**kept) if kept else None
        fresh = pending and timezone.now().timestamp() - pending.at < PENDING_SECONDS
        return pending if fresh else None

    @property
    def signed_in(self) -> SignedIn | None:
        """Who is signed in, as the session says; `acting_membership` says whether that is still so."""
        kept = self.get("signed_in")
        return SignedIn(**kept) if kept else None

    @property
    def factors(self) -> list[str]:
        """What was shown in this session so far; nothing while it is anonymous."""
        state = self.signed_in or self.pending
        return list(state.factors) if state else []

    @property
    def binding(self) -> bytes:
        """What a code that is sent now is bound to: it changes with the key, so with every step of a sign-in."""
        return key_hash(self.session_key or "")

    @property
    def is_fresh(self) -> bool:
        """Whether somebody proved who they are recently enough for a dangerous action."""
        signed_in = self.signed_in
        return bool(signed_in and timezone.now().timestamp() - signed_in.authenticated_at < FRESH_SECONDS)

    def take(self, name: str) -> Any:
        """A value out of the session, for one request only: of two that ask at the same time the other gets None."""
        with transaction.atomic():
            row = self._locked()
            if row is None or name not in row.data:
                return None
            value = row.data.pop(name)
            row.save(update_fields=["data"])
        self._cached.pop(name, None)
        return value

    def add_to(self, name: str, item: str, *, at_most: int) -> None:
        """Put it at the end of a list of the session, which keeps its latest `at_most`; what others add at the same
        time stays. Nothing happens to a session that has ended.
        """
        with transaction.atomic():
            row = self._locked()
            if row is None:
                return
            before = row.data.get(name, [])
            after = [*(one for one in before if one != item), item][-at_most:]
            if after != before:
                row.data[name] = after
                row.save(update_fields=["data"])
        self._cached[name] = after

    def _locked(self) -> Session | None:
        return Session.objects.select_for_update().filter(key_hash=self.binding).first()

    @property
    def _cached(self) -> dict[str, Any]:
        """What this request has read. A change that is stored already is made here and not through the session's own
        interface: that would write the whole session once more, with what others have taken or added meanwhile undone.
        """
        return self._get_session()  # type: ignore[attr-defined,no-any-return] # not in the stubs

    def step(self, state: Pending | SignedIn, *, address: str | None, browser: str, mark: str = "") -> None:
        """Move to the next state under a new key; nothing of the state before is kept, the old key opens nothing.

        Only when it began and in which browser (`Origin.mark`) stay, as long as the same person stays signed in:
        another key is no longer session.
        """
        before, row = self.signed_in, self.row
        goes_on = isinstance(state, SignedIn) and before is not None and before.user_id == state.user_id
        mark = mark or (self.get("mark", "") if goes_on else "")
        self.flush()
        self._began_at = row.created_at if goes_on and row is not None else None
        self.row = None
        self["signed_in" if isinstance(state, SignedIn) else "pending"] = asdict(state)
        self["address"], self["browser"], self["mark"] = address, browser, mark
        self.create()

    @classmethod
    def of(cls, request: Any) -> Self:
        """The request's session, for the type checker."""
        store = request.session
        assert isinstance(store, cls)  # noqa: S101 - settings say so
        return store


def acting_membership(store: SessionStore, *, background: bool = False) -> Membership | None:
    """The membership that this session acts as, if everything about it still holds: else None.

    One query (the session's own) with user, membership and organization; nothing is cached, so a deactivation is true
    at the next request. Notes at most once a minute that the member was here, but not for what a page fetches by itself
    (`background`), or an inbox that nobody looks at would never time out.
    """
    signed_in = store.signed_in  # asking loads the row
    row = store.row
    if signed_in is None or row is None:
        return None
    member = acting_member(row, signed_in)
    if member is not None and not background:
        _touch(row)
    return member


@CompiledQuery
def _found() -> QuerySet[Session]:
    found = Session.objects.select_related(
        "user", *(f"membership__organization__{one}" for one in ("access_rules", "sign_in_policy"))
    )
    return found.filter(alive(Given("now", DateTimeField())), key_hash=Given("key_hash", BinaryField()))


def session_with(hashed: bytes) -> Session | None:
    """The session whose key has this SHA-256, with user, membership and organization, until it has ended."""
    row = next(iter(_found(now=timezone.now(), key_hash=hashed)), None)
    if row is not None and row.membership and row.user and row.membership.user_id == row.user_id:
        row.membership.user = row.user
    return row


def acting_member(row: Session, signed_in: SignedIn) -> Membership | None:
    """The membership that a session acts as, if everything that it says still holds: else None."""
    member = row.membership
    if member is None or row.user is None:
        return None
    if member.user_id != row.user_id or member.is_machine or not (row.user.is_active and member.is_active):
        return None
    if signed_in.epoch != member.epoch or 0 < signed_in.ends_at <= timezone.now().timestamp():
        return None
    member.session_id = row.pk
    return member


def _touch(row: Session) -> None:
    now, seldom = timezone.now(), touch_after(row)
    if now - row.last_seen_at < seldom:
        return
    before = now - seldom
    if row.membership_id and Session.objects.filter(pk=row.pk, last_seen_at__lte=before).update(last_seen_at=now):
        row.last_seen_at = now
        Membership.objects.filter(pk=row.membership_id).update(last_seen_at=now)


def end_sessions(*, user_id: UUID, membership_id: UUID | None = None, keep: UUID | None = None) -> int:
    """End a user's sessions, or only those that act as one membership; `keep` stays. Returns how many ended.

    Browsers that were remembered are asked again, this one too.
    """
    remembered = RememberedDevice.objects.filter(membership__user=user_id)
    (remembered if membership_id is None else remembered.filter(membership=membership_id)).delete()
    sessions = Session.objects.filter(user_id=user_id)
    if membership_id is not None:
        sessions = sessions.filter(membership_id=membership_id)
    if keep is not None:
        sessions = sessions.exclude(pk=keep)
    return sessions.delete()[0]


def end_session(session_id: UUID, membership_id: UUID) -> None:
    """End one session of this membership, which another one has taken the place of."""
    Session.objects.filter(pk=session_id, membership_id=membership_id).delete()
