"""Held texts in members' lists of notifications: that one waits for them, and what became of theirs."""

from collections.abc import Collection, Mapping
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.models import HeldText
from tenancy.encryption import prefetch
from texting.models import Conversation
from texting.notifications.things import APPROVED, EXPIRED, Shown
from texting.queries.access import visible_conversations, with_people
from texting.queries.seeing import customer

NAME = "held_text"
State = HeldText.State


class HeldTexts:
    """`texting.notifications.things.Thing`."""

    name: ClassVar[str] = NAME

    def waiting(self, member: Membership) -> QuerySet[HeldText]:
        """Those of others, in conversations that the member may read."""
        if not member.may(Permission.MESSAGES_APPROVE):
            return HeldText.objects.none()
        return self.known(member).filter(state=State.WAITING).exclude(author=member)

    def known(self, member: Membership) -> QuerySet[HeldText]:
        """Of conversations that the member may read."""
        return HeldText.objects.filter(conversation_id__in=visible_conversations(member).order_by().values("pk"))

    def of_teams(self, teams: Collection[UUID]) -> QuerySet[HeldText]:
        """Of their lines."""
        theirs = Conversation.objects.filter(line__team_id__in=list(teams)).order_by()
        return HeldText.objects.filter(conversation_id__in=theirs.values("pk"))

    def show(self, member: Membership, ids: Collection[UUID], *, decided: bool) -> Mapping[UUID, Shown]:
        """By the customer's name, as the member sees it. What waits leads to the list where it is decided."""
        held = dict(self.known(member).filter(pk__in=ids).values_list("pk", "conversation_id"))
        rows = list(with_people(member, Conversation.objects.filter(pk__in=held.values())))
        prefetch([row.contact for row in rows])
        places = {row.pk: row for row in rows}
        found = {}
        for pk, place_id in held.items():
            if place := places.get(place_id):
                url = reverse("conversation", args=[place.pk]) if decided else reverse("held_texts")
                found[pk] = Shown(customer(member, place.contact, in_list=True).name, place.line.name, url)
        return found

    def sentence(self, outcome: str, who: str) -> str:
        """Asked, sent, refused, or too late."""
        if not outcome:
            return _("A text of %(name)s waits for a second person") % {"name": who}
        if outcome == EXPIRED:
            return _("Your text waited too long for a second person")
        if outcome == APPROVED:
            return _("%(name)s approved your text") % {"name": who}
        return _("%(name)s did not approve your text") % {"name": who}
