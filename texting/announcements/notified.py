"""Announcements in members' lists of notifications: that one waits for them, and what became of theirs."""

from collections.abc import Collection, Mapping
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from texting.models import Announcement
from texting.notifications.things import APPROVED, Shown
from texting.queries import visible_lines

NAME = "announcement"


class Announcements:
    """`texting.notifications.things.Thing`."""

    name: ClassVar[str] = NAME

    def waiting(self, member: Membership) -> QuerySet[Announcement]:
        """Who had a hand in one was not told of it."""
        if not member.may(Permission.ANNOUNCEMENTS_APPROVE):
            return Announcement.objects.none()
        return self.known(member).filter(state=Announcement.State.ASKED)

    def known(self, member: Membership) -> QuerySet[Announcement]:
        """Of the lines that the member may use."""
        if not member.may(Permission.ANNOUNCEMENTS_PREPARE):
            return Announcement.objects.none()
        return Announcement.objects.filter(line__in=visible_lines(member).order_by().values("pk"))

    def of_teams(self, teams: Collection[UUID]) -> QuerySet[Announcement]:
        """Of their lines."""
        return Announcement.objects.filter(line__team_id__in=list(teams))

    def show(self, member: Membership, ids: Collection[UUID], *, decided: bool) -> Mapping[UUID, Shown]:
        """By name."""
        rows = self.known(member).filter(pk__in=ids).select_related("line")
        return {row.pk: Shown(row.name, row.line.name, reverse("announcement", args=[row.pk])) for row in rows}

    def sentence(self, outcome: str, who: str) -> str:
        """Asked, begun, or sent back."""
        if not outcome:
            return _("%(name)s asks you to let this announcement begin") % {"name": who}
        if outcome == APPROVED:
            return _("%(name)s let your announcement begin") % {"name": who}
        return _("%(name)s sent your announcement back") % {"name": who}
