"""Templates in members' lists of notifications: that one waits for them, and what became of theirs."""

from collections.abc import Collection, Mapping
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.message_templates.reach import OF_TEMPLATES, readable, waiting_for
from compliance.models import MessageTemplate
from texting.notifications.things import APPROVED, Shown

NAME = "template"


class Templates:
    """`texting.notifications.things.Thing`."""

    name: ClassVar[str] = NAME

    def waiting(self, member: Membership) -> QuerySet[MessageTemplate]:
        """Those that others wrote and asked for."""
        return waiting_for(member)

    def known(self, member: Membership) -> QuerySet[MessageTemplate]:
        """What somebody proposed to a team they may know of, too, where they cannot open it."""
        if not any(member.may(one) for one in OF_TEMPLATES):
            return MessageTemplate.objects.none()
        return MessageTemplate.objects.filter(pk__in=readable(member).order_by().values("pk")) | (
            MessageTemplate.objects.filter(made_by=member, owner=None)
        )

    def of_teams(self, teams: Collection[UUID]) -> QuerySet[MessageTemplate]:
        """Of their own."""
        return MessageTemplate.objects.filter(team_id__in=list(teams))

    def show(self, member: Membership, ids: Collection[UUID], *, decided: bool) -> Mapping[UUID, Shown]:
        """By name; what cannot be opened leads to the list."""
        rows = self.known(member).filter(pk__in=ids).select_related("team")
        opens = set(readable(member).filter(pk__in=ids).values_list("pk", flat=True))
        pages = {pk: reverse("message_template", args=[pk]) for pk in opens}
        return {
            row.pk: Shown(row.name, row.team.name if row.team else "", pages.get(row.pk, reverse("message_templates")))
            for row in rows
        }

    def sentence(self, outcome: str, who: str) -> str:
        """Asked, published, or sent back."""
        if not outcome:
            return _("%(name)s asks you to approve this template") % {"name": who}
        if outcome == APPROVED:
            return _("%(name)s approved your template") % {"name": who}
        return _("%(name)s did not approve your template") % {"name": who}
