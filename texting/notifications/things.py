"""What notifications are about apart from conversations: things that wait for a second person, and were decided.

Each part that has such things names itself in `settings.TEXTING_NOTIFIED_OF`. A row holds the part's name and an id;
who may still see it, and what it is called, is asked when it is read. So what somebody else has decided is gone from
everybody's list at once, and nothing is told that a member may no longer know.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting import live
from texting.live import LiveKind
from texting.models import Notification
from texting.notifications.push import bells

APPROVED, REFUSED, EXPIRED = "approved", "refused", "expired"
Kind = Notification.Kind


@dataclass(frozen=True)
class Shown:
    """What one is called, where it stands, and the page that shows it."""

    title: str
    place: str
    url: str


class Thing(Protocol):
    """A kind of things that wait. `name` stands in the rows."""

    name: str

    def waiting(self, member: Membership) -> QuerySet[Any]:
        """Those that wait for this member now, as far as rows can tell; the member was told of each before."""

    def known(self, member: Membership) -> QuerySet[Any]:
        """Those of which the member may be told what became of them."""

    def of_teams(self, teams: Collection[UUID]) -> QuerySet[Any]:
        """Those that belong to these teams."""

    def show(self, member: Membership, ids: Collection[UUID], *, decided: bool) -> Mapping[UUID, Shown]:
        """How the member sees these."""

    def sentence(self, outcome: str, who: str) -> str:
        """What happened. `outcome` is "" while it waits; `who` did it, "" for the clock."""


@cache
def things() -> Mapping[str, Thing]:
    """All, by name."""
    found: list[Thing] = [import_string(path)() for path in settings.TEXTING_NOTIFIED_OF]
    return {one.name: one for one in found}


def visible_to(member: Membership) -> Q:
    """A condition on notifications about things: what still waits for the member, what they may know of the rest."""
    condition = Q(pk__in=[])
    for name, thing in things().items():
        waits = Q(kind=Kind.APPROVAL, about_id__in=thing.waiting(member).order_by().values("pk"))
        condition |= Q(about=name) & (
            waits | Q(kind=Kind.DECISION, about_id__in=thing.known(member).order_by().values("pk"))
        )
    return condition


def of_teams(teams: Collection[UUID]) -> Q:
    """A condition on notifications: about things of these teams."""
    condition = Q(pk__in=[])
    for name, thing in things().items():
        condition |= Q(about=name, about_id__in=thing.of_teams(teams).order_by().values("pk"))
    return condition


def waits(name: str, thing_id: UUID, *, members: Iterable[UUID], actor: Membership | None) -> None:
    """It waits for these members from now on, in the running transaction; for nobody else any more."""
    _forget(name, thing_id)
    rows = [
        Notification(
            member_id=member, kind=Kind.APPROVAL, about=name, about_id=thing_id, actor=actor, at=timezone.now()
        )
        for member in sorted(set(members))
    ]
    if rows:
        Notification.objects.bulk_create(rows)
        _tell(row.member_id for row in rows)


def is_over(
    name: str, thing_id: UUID, *, outcome: str = "", told: Membership | None = None, actor: Membership | None = None
) -> None:
    """It waits no more. `told` asked for it and learns what became of it, unless they did that themselves."""
    _forget(name, thing_id)
    if told is None or told.is_machine or told == actor:
        return
    Notification.objects.create(
        member=told,
        kind=Kind.DECISION,
        about=name,
        about_id=thing_id,
        outcome=outcome,
        actor=actor,
        at=timezone.now(),
    )
    _tell([told.pk])


def _forget(name: str, thing_id: UUID) -> None:
    rows = Notification.objects.filter(about=name, about_id=thing_id, kind=Kind.APPROVAL).order_by()
    members = set(rows.values_list("member_id", flat=True))
    if members:
        rows.delete()
    for member in sorted(members):
        live.publish(kind=LiveKind.NOTIFICATION, member=member)


def _tell(members: Iterable[UUID]) -> None:
    whom = sorted(set(members))
    bells.ring(whom)
    for member in whom:
        live.publish(kind=LiveKind.NOTIFICATION, member=member)
