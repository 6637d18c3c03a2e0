"""A member's browsers that may be woken: turning on and off, and which of them ring now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Session
from accounts.session_limits import alive
from accounts.sessions import SignedIn, acting_member
from tenancy import egress
from tenancy.encryption import prefetch
from texting.models import PushDevice
from texting.notifications.push import bells
from texting.queries.access import NotYours

MOST = 10
FORGOTTEN = timedelta(days=30)
"""A browser that was neither woken nor turned on for so long, and that nobody is signed in with, is forgotten."""


class TooManyDevices(Exception):
    """The member has `MOST` other ones."""


@dataclass(frozen=True)
class Shown:
    """One device on its member's page. `rings`: whether they are signed in there, so that it can be woken."""

    id: UUID
    name: str
    since: datetime
    used_at: datetime | None
    problem: str
    is_this: bool
    rings: bool

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


def turn_on(*, member: Membership, mark: str, name: str, address: str) -> PushDevice:
    """Wake this browser for the member from now on, and for nobody else of the organization any more.

    `address` is what the browser's push service gave it: it is called later, from here. Raises EgressRefused for one
    that is never called, TooManyDevices.
    """
    egress.address(address)
    others = PushDevice.objects.filter(member=member).exclude(mark=mark)
    if others.count() >= MOST:
        raise TooManyDevices
    now = timezone.now()
    values = {
        "member": member,
        "name": name,
        "address": address,
        "since": now,
        "told_until": now,
        "used_at": None,
        "tested_at": None,
        "tries": 0,
        "retry_at": None,
        "problem": "",
    }
    device, _made = PushDevice.objects.update_or_create(mark=mark, defaults=values)
    return device


def turn_off(*, member: Membership, device_id: UUID) -> PushDevice:
    """Never wake it again. Raises NotYours when the member has no such one."""
    found = _own(member, device_id)
    PushDevice.objects.filter(pk=found.pk).delete()
    return found


def test(*, member: Membership, device_id: UUID) -> PushDevice:
    """Wake it once, whatever the hour. Raises NotYours."""
    found = _own(member, device_id)
    PushDevice.objects.filter(pk=found.pk).update(tested_at=timezone.now(), retry_at=None)
    bells.ring([member.pk], at_once=True)
    return found


def shown(member: Membership, *, mark: str) -> list[Shown]:
    """The member's devices, the newest first. `mark` is of the browser that asks: they are signed in there."""
    signed_in = signed_in_marks(member) | {mark}
    return [
        Shown(one.pk, one.name, one.since, one.used_at, one.problem, one.mark == mark, one.mark in signed_in)
        for one in PushDevice.objects.filter(member=member).order_by("-since", "-pk")
    ]


def devices_of(member: Membership) -> list[PushDevice]:
    """All that we could wake for the member."""
    found = list(PushDevice.objects.filter(member=member).order_by("pk"))
    prefetch(found)
    return found


def signed_in_marks(member: Membership) -> frozenset[str]:
    """The browsers in which somebody is signed in as this member at this moment."""
    rows = Session.objects.select_related("user", "membership__user", "membership__organization__access_rules").filter(
        alive(timezone.now()), membership=member
    )
    return frozenset(str(row.data.get("mark", "")) for row in rows if _acts(row)) - {""}


def _acts(row: Session) -> bool:
    said = row.data.get("signed_in")
    return said is not None and acting_member(row, SignedIn(**said)) is not None


def forget_old() -> int:
    """Of the active organization; those of members who are signed in there stay. Returns how many went."""
    before = timezone.now() - FORGOTTEN
    quiet = Q(used_at__lt=before) | Q(used_at__isnull=True)
    old = PushDevice.objects.filter(quiet, since__lt=before).select_related("member__user").order_by("pk")
    gone = [one.pk for one in old if one.mark not in signed_in_marks(one.member)]
    return _forget(gone)


def _forget(ids: Iterable[UUID]) -> int:
    return PushDevice.objects.filter(pk__in=list(ids)).delete()[0]


def _own(member: Membership, device_id: UUID) -> PushDevice:
    found = PushDevice.objects.filter(member=member, pk=device_id).first()
    if found is None:
        raise NotYours
    return found
