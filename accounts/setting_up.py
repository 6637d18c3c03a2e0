"""The list that leads an owner through the set-up. Each step knows by itself whether it is done.

The steps come from `ACCOUNTS_SETUP_STEPS`, an ordered list of dotted paths to subclasses of `SetupStep`; a part that
brings a page of its own adds its step there. The list is put away by whoever wants it gone, for themselves.
"""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.factors.enrolled import enrolled_ways
from accounts.factors.ways import STRONG
from accounts.models import Membership, MembershipRole, Role
from accounts.permissions import Permission


class SetupStep:
    """One step: what to do, why, and the page where it is done. The organization is active when it is asked."""

    title: ClassVar[str | Promise]
    why: ClassVar[str | Promise]
    act: ClassVar[str | Promise]
    route: ClassVar[str]
    permission: ClassVar[Permission | None] = None

    def is_done(self, member: Membership) -> bool:
        """Whether nothing is left to do."""
        raise NotImplementedError


class SecondFactor(SetupStep):
    """The owner's own sign-in."""

    title = _("Protect your own sign-in")
    why = _("You can change everything here, so a stolen password alone must not be enough.")
    act = _("Set one up")
    route = "account"

    def is_done(self, member: Membership) -> bool:
        return bool(enrolled_ways(member.user) & STRONG)


class People(SetupStep):
    """Somebody else is asked in."""

    title = _("Invite your people")
    why = _("Agents text, supervisors see every team, auditors only read.")
    act = _("Invite somebody")
    route = "invite"
    permission = Permission.PEOPLE_MANAGE

    def is_done(self, member: Membership) -> bool:
        here = Membership.objects.filter(organization=member.organization_id, is_machine=False)
        others = here.exclude(pk=member.pk)
        return others.filter(models.Q(is_active=True) | models.Q(joined_at__isnull=True)).exists()


class SecondAdmin(SetupStep):
    """Somebody else can let a person in again who lost password and second factor (decision 202)."""

    title = _("Have a second admin")
    why = _("If you lose your password or phone, only another admin can let you in again.")
    act = _("Give somebody the role")
    route = "people"
    permission = Permission.ROLES_MANAGE

    def is_done(self, member: Membership) -> bool:
        roles = [role for role in Role.objects.all() if Permission.PEOPLE_RESET in role.granted]
        may_reset = models.Q(is_owner=True) | models.Q(
            pk__in=MembershipRole.objects.filter(role__in=roles).values("membership")
        )
        here = Membership.objects.filter(may_reset, organization=member.organization_id, is_machine=False)
        return here.filter(is_active=True, joined_at__isnull=False).count() > 1


@dataclass(frozen=True)
class ShownStep:
    """A step as the page draws it."""

    title: str | Promise
    why: str | Promise
    act: str | Promise
    url: str
    done: bool


@dataclass(frozen=True)
class Progress:
    """The member's list; empty for whoever does not set things up."""

    steps: tuple[ShownStep, ...]

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def open(self) -> int:
        return len(self.steps) - self.done


def progress(member: Membership) -> Progress:
    """Which steps there are for this member, and which of them are done."""
    if not member.may(Permission.ORGANIZATION_MANAGE):
        return Progress(())
    shown = []
    for step in _steps():
        if step.permission is None or member.may(step.permission):
            try:
                url = reverse(step.route)
            except NoReverseMatch:
                continue  # a part that this installation leaves out
            shown.append(ShownStep(step.title, step.why, step.act, url, step.is_done(member)))
    return Progress(tuple(shown))


def open_steps(member: Membership) -> int:
    """How many steps are left, for the list of settings; 0 once the list was put away."""
    return 0 if member.set_up_left_at else progress(member).open


def leads(member: Membership) -> bool:
    """Whether the settings begin with the list for this member."""
    return member.may(Permission.ORGANIZATION_MANAGE) and open_steps(member) > 0


def put_away(*, member: Membership, away: bool = True) -> None:
    """The settings no longer begin with the list for this member, or do so again."""
    left_at = timezone.now() if away else None
    Membership.objects.filter(pk=member.pk).update(set_up_left_at=left_at)
    member.set_up_left_at = left_at


@cache
def _steps() -> tuple[SetupStep, ...]:
    return tuple(import_string(path)() for path in settings.ACCOUNTS_SETUP_STEPS)
