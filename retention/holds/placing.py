"""Placing a hold and changing it. A hold can be widened and never narrowed: less is what two people release."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.holds.cannot_hold import CannotHold
from retention.holds.counting import Covers, covers
from retention.holds.covering import now_named
from retention.holds.wanted import MOST_SCOPES, WantedScope, scopes
from retention.lock import deleting_lock
from retention.models import HeldContact, Hold, HoldEvent, HoldScope
from retention.models.hold import LONGEST_MATTER, LONGEST_REASON
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting.models import Contact
from texting.persons import same_as

LEAST_WORDS = 3
LONGEST_TERM = timedelta(days=3660)


@dataclass(frozen=True)
class WantedHold:
    """What is said of a hold besides what it covers. `expires_on`: when to ask again; None: never."""

    matter: str
    reason: str
    owner_id: UUID
    expires_on: date | None = None


def place(*, member: Membership, hold_id: UUID, wanted: WantedHold, about: Sequence[WantedScope]) -> Hold:
    """Place a hold. From the moment this commits nothing that it covers is deleted; twice with one id is one hold.

    Raises CannotHold, MissingPermission.
    """
    require(member, Permission.HOLDS_MANAGE)
    deleting_lock()
    if there := Hold.objects.filter(pk=hold_id).first():
        return there
    clean, found, now = _checked(wanted), scopes(member, about), timezone.now()
    hold = Hold(
        pk=hold_id,
        matter=clean.matter,
        reason=clean.reason,
        owner=_owner(clean.owner_id),
        placed_by=member,
        placed_at=now,
        expires_on=clean.expires_on,
        gone_before=covers(found).gone,
    )
    hold.save(force_insert=True)
    _store(hold, found)
    note(hold, HoldEvent.Kind.PLACED, member, clean.reason)
    audit.record(
        event=AuditKind.HOLD_PLACED, actor=member, object=hold, expires_on=clean.expires_on, scopes=_said(found)
    )
    return hold


def widen(*, member: Membership, hold: Hold, about: Sequence[WantedScope]) -> None:
    """Let it cover more. Raises CannotHold for one that is released, MissingPermission."""
    require(member, Permission.HOLDS_MANAGE)
    deleting_lock()
    live = locked(hold)
    found = scopes(member, about)
    if live.scopes.count() + len(found) > MOST_SCOPES:
        raise CannotHold(_("This hold has as many parts as one can have. Place a second one."))
    _store(live, found)
    note(live, HoldEvent.Kind.WIDENED, member, "")
    audit.record(event=AuditKind.HOLD_WIDENED, actor=member, object=live, scopes=_said(found))


def change(*, member: Membership, hold: Hold, wanted: WantedHold) -> None:
    """Another name, reason, owner or day to ask again. Raises CannotHold, MissingPermission."""
    require(member, Permission.HOLDS_MANAGE)
    live, clean = locked(hold), _checked(wanted, before=hold.expires_on)
    owner = live.owner if clean.owner_id == live.owner_id else _owner(clean.owner_id)
    before = (live.matter, live.reason, live.owner_id, live.expires_on)
    after = (clean.matter, clean.reason, owner.pk, clean.expires_on)
    if before == after:
        return
    changed = [
        name
        for name, was, now in zip(("matter", "reason", "owner", "expires_on"), before, after, strict=True)
        if was != now
    ]
    live.matter, live.reason, live.owner, live.expires_on = clean.matter, clean.reason, owner, clean.expires_on
    live.save(update_fields=["matter", "reason", "owner", "expires_on"])
    note(live, HoldEvent.Kind.CHANGED, member, clean.reason if "reason" in changed else "")
    audit.record(
        event=AuditKind.HOLD_CHANGED,
        actor=member,
        object=live,
        fields=changed,
        expires_on=clean.expires_on,
        owner=owner.pk,
    )


def preview(member: Membership, about: Sequence[WantedScope]) -> Covers:
    """What such a hold would cover now. Raises CannotHold, MissingPermission."""
    require(member, Permission.HOLDS_MANAGE)
    return covers(scopes(member, about))


def locked(hold: Hold) -> Hold:
    """The hold's row, nobody else's until the transaction ends. Raises CannotHold when it is released."""
    found = Hold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if found.state == Hold.State.RELEASED:
        raise CannotHold(_("This hold is released. Place a new one."))
    return found


def note(hold: Hold, kind: HoldEvent.Kind, actor: Membership | None, words: str) -> None:
    """One line of its history."""
    HoldEvent.objects.create(hold=hold, kind=kind, actor=actor, words=words, at=timezone.now())


def able(permission: Permission) -> list[Membership]:
    """People of the active organization who hold the permission now, by name."""
    rows = Membership.objects.filter(
        organization=current_organization_id(),
        is_active=True,
        is_machine=False,
        user__is_active=True,
        joined_at__isnull=False,
    )
    return [one for one in rows.select_related("user").order_by("user__name", "pk") if one.may(permission)]


def meet(scopes: Iterable[HoldScope]) -> int:
    """Remember the contacts that have the numbers and tags of scopes now: they stay covered. How many were new."""
    rows = [
        HeldContact(scope=scope, contact_id=contact_id)
        for scope in scopes
        if (named := _named(scope)) is not None
        for contact_id in Contact.objects.filter(same_as(named))
        .exclude(pk__in=HeldContact.objects.filter(scope=scope).order_by().values("contact_id"))
        .values_list("pk", flat=True)
    ]
    HeldContact.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return len(rows)


def _named(scope: HoldScope) -> "QuerySet[Contact] | None":
    if scope.contact_id is not None:
        return Contact.objects.filter(pk=scope.contact_id)
    if scope.number_index is None and scope.tag_id is None:
        return None
    return Contact.objects.filter(now_named(scope))


def _store(hold: Hold, found: Sequence[HoldScope]) -> None:
    for scope in found:
        scope.hold = hold
    HoldScope.objects.bulk_create(found)
    meet(found)


def _checked(wanted: WantedHold, before: date | None = None) -> WantedHold:
    matter, reason = (text.replace("\x00", "").strip() for text in (wanted.matter, wanted.reason))
    if not LEAST_WORDS <= len(matter) <= LONGEST_MATTER:
        raise CannotHold(_("Give the matter a name."))
    if not LEAST_WORDS <= len(reason) <= LONGEST_REASON:
        raise CannotHold(_("Say why it must be kept."))
    today = timezone.localdate()
    if wanted.expires_on and wanted.expires_on != before and not today < wanted.expires_on <= today + LONGEST_TERM:
        raise CannotHold(_("Ask again on a day to come, within ten years; or leave it empty."))
    return WantedHold(matter, reason, wanted.owner_id, wanted.expires_on)


def _owner(owner_id: UUID) -> Membership:
    for one in able(Permission.HOLDS_READ):
        if one.pk == owner_id:
            return one
    raise CannotHold(_("Choose an owner who may see holds."))


def _said(found: Sequence[HoldScope]) -> list[dict[str, object]]:
    """For the log: ids and days, and that a number was named, never which."""
    return [
        {
            "contact": scope.contact_id,
            "by_number": scope.number_index is not None,
            "conversation": scope.conversation_id,
            "team": scope.team_id,
            "tag": scope.tag_id,
            "since": scope.since,
            "until": scope.until,
        }
        for scope in found
    ]
