"""Colleagues in notes: who may be mentioned in a conversation, and who is."""

import re
from collections.abc import Collection
from uuid import UUID

from accounts.models import Membership, MembershipRole, Team, TeamMember
from accounts.permission_catalogue import OFFERED
from accounts.permissions import Permission
from texting.models import Conversation
from texting.queries import Colleague

SIGN = "@"


def mentionable(conversation: Conversation) -> list[Colleague]:
    """The people who may read this conversation now, by name. Three queries, however many members there are.

    A program is nobody to talk to. Who reads a team's conversations says `texting.queries.access`; a test holds this
    list against it, member by member.
    """
    team = conversation.line.team
    people = Membership.objects.filter(
        organization=conversation.organization_id, is_active=True, user__is_active=True, is_machine=False
    )
    in_team = set(TeamMember.objects.filter(team=team).values_list("membership_id", flat=True))
    granted: dict[UUID, set[Permission]] = {}
    for row in MembershipRole.objects.select_related("role"):
        granted.setdefault(row.membership_id, set()).update(row.role.granted)

    def reads(member: Membership) -> bool:
        may = set(OFFERED) if member.is_owner else granted.get(member.pk, set())
        if Permission.CONVERSATIONS_READ not in may or conversation.line.sends_codes:
            return False
        if member.is_owner or Permission.CONVERSATIONS_READ_ALL in may or team.visibility == Team.Visibility.ALL:
            return True
        if member.pk not in in_team or team.visibility == Team.Visibility.TEAM:
            return member.pk in in_team
        is_free = conversation.assignee_id is None and team.shows_unassigned
        return is_free or conversation.assignee_id == member.pk

    able = [Colleague(one.pk, one.user.name) for one in people.select_related("user") if reads(one)]
    return sorted(able, key=lambda one: (one.name.casefold(), one.id))


def named_in(text: str, conversation: Conversation, *, picked: Collection[UUID] = ()) -> set[UUID]:
    """The members whom the text names as `@Name`, of those who may be mentioned; no query without an `@`.

    The longest name counts, so `@Ana Lopez` is not Ana. Of several with one name those who were picked, else all.
    """
    if SIGN not in text:
        return set()
    by_name: dict[str, set[UUID]] = {}
    for one in mentionable(conversation):
        if name := " ".join(one.name.casefold().split()):
            by_name.setdefault(name, set()).add(one.id)
    if not by_name:
        return set()
    names = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    found = re.findall(rf"(?<!\w){SIGN}({names})(?!\w)", " ".join(text.casefold().split()))
    return {member for name in found for member in (by_name[name] & set(picked) or by_name[name])}
