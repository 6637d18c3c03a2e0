"""A hold ends when one member asks for it and another confirms within 14 days. Nobody confirms what they asked for.

The database refuses one person in both places (`retention_hold_two_people`). An organization in which only one person
may confirm is told to let a second in first: there is no way around it, since a hold protects against one person.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.holds.cannot_hold import CannotHold
from retention.holds.placing import LEAST_WORDS, able, locked, note
from retention.lock import deleting_lock
from retention.models import Hold, HoldEvent
from retention.models.hold import LONGEST_REASON
from tenancy import audit
from tenancy.audit import AuditKind

TO_CONFIRM = timedelta(days=14)
Kind, State = HoldEvent.Kind, Hold.State


def ask(*, member: Membership, hold: Hold, reason: str) -> None:
    """Ask for its release. Raises CannotHold when that is asked already or no reason is given, MissingPermission."""
    require(member, Permission.HOLDS_MANAGE)
    live, words = locked(hold), _words(reason)
    if live.state != State.OPEN:
        raise CannotHold(_("The release was asked for already."))
    live.state, live.release_asked_by, live.release_asked_at = State.RELEASING, member, timezone.now()
    _save(live)
    note(live, Kind.ASKED, member, words)
    audit.record(event=AuditKind.HOLD_RELEASE_ASKED, actor=member, object=live)


def withdraw(*, member: Membership, hold: Hold) -> None:
    """Take the request back. Raises CannotHold for whoever did not ask, MissingPermission."""
    require(member, Permission.HOLDS_MANAGE)
    live = _asked(hold)
    if live.release_asked_by_id != member.pk:
        raise CannotHold(_("Only who asked takes the request back. You can refuse it."))
    _stay(live, Kind.WITHDRAWN, member, "")


def refuse(*, member: Membership, hold: Hold, reason: str) -> None:
    """It stays on hold. Raises CannotHold, MissingPermission."""
    require(member, Permission.HOLDS_RELEASE)
    _stay(_asked(hold), Kind.REFUSED, member, _words(reason))


def confirm(*, member: Membership, hold: Hold, reason: str) -> None:
    """Release it: from now on the rules count again. Raises CannotHold for whoever asked, MissingPermission."""
    require(member, Permission.HOLDS_RELEASE)
    deleting_lock()
    live, words = _asked(hold), _words(reason)
    if live.release_asked_by_id == member.pk:
        raise CannotHold(_("You asked for this release, so somebody else has to confirm it."))
    live.state, live.released_by, live.released_at = State.RELEASED, member, timezone.now()
    _save(live)
    note(live, Kind.RELEASED, member, words)
    audit.record(event=AuditKind.HOLD_RELEASED, actor=member, object=live, asked_by=live.release_asked_by_id)


def lapse() -> int:
    """Requests that nobody confirmed in time are over; their holds stay. Returns how many."""
    late = Hold.objects.filter(state=State.RELEASING, release_asked_at__lte=timezone.now() - TO_CONFIRM)
    rows = list(late.select_for_update(skip_locked=True, of=("self",)))
    for hold in rows:
        _stay(hold, Kind.LAPSED, None, "")
    return len(rows)


def others_who_confirm(member: Membership) -> list[Membership]:
    """Who else could confirm what this member asks for."""
    return [one for one in able(Permission.HOLDS_RELEASE) if one.pk != member.pk]


def _asked(hold: Hold) -> Hold:
    live = locked(hold)
    if live.state != State.RELEASING or live.release_asked_at is None:
        raise CannotHold(_("Nobody asks for its release now."))
    if live.release_asked_at <= timezone.now() - TO_CONFIRM:
        raise CannotHold(_("The 14 days to confirm are over. Ask for the release again."))
    return live


def _stay(hold: Hold, kind: HoldEvent.Kind, actor: Membership | None, words: str) -> None:
    hold.state, hold.release_asked_by, hold.release_asked_at = State.OPEN, None, None
    _save(hold)
    note(hold, kind, actor, words)
    audit.record(event=AuditKind.HOLD_KEPT, actor=actor, object=hold, because=kind.value)


def _save(hold: Hold) -> None:
    hold.save(update_fields=["state", "release_asked_by", "release_asked_at", "released_by", "released_at"])


def _words(reason: str) -> str:
    words = reason.replace("\x00", "").strip()
    if not LEAST_WORDS <= len(words) <= LONGEST_REASON:
        raise CannotHold(_("Give a reason."))
    return words
