"""Mails to those who can do something about it; whoever wants none says so in their account."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django_scopes import get_scope

from accounts import mail
from accounts.mail.writing import Word
from accounts.models import Membership, MembershipRole, Role
from accounts.permissions import Permission

ONE_MAIL_IN = timedelta(minutes=15)


def tell(
    permission: Permission,
    kind: mail.MailKind,
    *,
    route: str,
    words: Mapping[str, Word] | None = None,
    but: Membership | None = None,
    only: Callable[[Membership], bool] = lambda _member: True,
) -> int:
    """Mail everybody of the active organization who holds the permission and wants mails, in the running transaction.

    `route` names the page, without parameters, that the mail leads to; `but` is whoever did it themselves; `only`
    says who of them can do something about it. Returns how many mails were queued.
    """
    rows = holders(permission).filter(wants_mails=True).order_by("user__email")
    return sum(_queue(member, kind, route, words or {}) for member in rows if member != but and only(member))


def tell_of_waiting(
    permission: Permission,
    kind: mail.MailKind,
    *,
    route: str,
    waiting: QuerySet[Any],
    newest: Callable[[Membership], datetime | None],
    is_quiet: Callable[[Membership], bool],
    again: Callable[[Membership, datetime, datetime], bool] = lambda _member, _came, _told: False,
) -> int:
    """`tell` of what has come to wait since the last such mail, one mail in `ONE_MAIL_IN` to each (decision 0335).

    `waiting`: all that waits for anybody; nobody is asked about while it is empty. `newest` says when the newest that
    waits for a member came; None: nothing does. `is_quiet`: whether they want to be told later. `again(member, came,
    told)`: whether who was told of it is reminded. Whoever calls this when something comes has the clock call it as
    well, for what comes within that time, and for quiet hours that are over. Returns how many mails were queued.
    """

    def is_due(member: Membership) -> bool:
        came = newest(member)
        if came is None or is_quiet(member):
            return False
        told = mail.last_queued(to=member.user, kind=kind, scope=member.organization_id)
        if told is None:
            return True
        return told + ONE_MAIL_IN <= timezone.now() if came > told else again(member, came, told)

    return tell(permission, kind, route=route, only=is_due) if waiting.exists() else 0


def holders(permission: Permission) -> QuerySet[Membership]:
    """Everybody of the active organization who is here and holds the permission; no programs."""
    roles = [role for role in Role.objects.all() if permission in role.granted]
    return Membership.objects.filter(
        Q(is_owner=True) | Q(pk__in=MembershipRole.objects.filter(role__in=roles).values("membership")),
        organization=get_scope()["organization"],
        is_active=True,
        is_machine=False,
        user__is_active=True,
    ).select_related("user", "organization")


def tell_member(member: Membership, kind: mail.MailKind, *, route: str) -> None:
    """Mail one member, if they are here and want mails, in the running transaction."""
    if member.wants_mails and member.user.is_active:
        _queue(member, kind, route, {})


def tell_owners(organization_id: UUID, kind: mail.MailKind, *, route: str, words: Mapping[str, Word]) -> None:
    """Mail every active owner, also those who want no other mails: it is about the organization's own doors."""
    owners = Membership.objects.filter(organization=organization_id, is_owner=True, is_active=True)
    for owner in owners.select_related("user", "organization"):
        _queue(owner, kind, route, words)


def _queue(member: Membership, kind: mail.MailKind, route: str, words: Mapping[str, Word]) -> bool:
    """Whether it was queued: an address that had too many, or is none, gets no more."""
    link = settings.PUBLIC_BASE_URL + reverse(route)
    filled: dict[str, Word] = {"organization": member.organization.name, "page_link": link, **words}
    with suppress(mail.TooManyMails, mail.BadAddress):
        mail.queue(to=member.user, kind=kind, words=filled, scope=member.organization_id)
        return True
    return False


def choose(*, member: Membership, wants: bool) -> None:
    """Whether the member gets such mails of this organization."""
    Membership.objects.filter(pk=member.pk).update(wants_mails=wants)
    member.wants_mails = wants
