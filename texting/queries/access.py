"""Who may see what: the one way to a conversation, a contact or a line for a member.

Missing and forbidden look the same.
"""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Membership
from accounts.permissions import Permission
from texting.models import Contact, Conversation, Line

SEALED_NAMES = ("contact__name", "contact__number")


class NotYours(Http404):
    """There is no such thing, or it is not for this member; which of the two is not said."""


def sees_every_line(member: Membership) -> bool:
    """Whether the member reads the conversations of all teams."""
    return member.is_owner or member.may(Permission.CONVERSATIONS_READ_ALL)


def visible_lines(member: Membership) -> QuerySet[Line]:
    """The lines whose conversations the member may read."""
    lines = Line.objects.select_related("team")
    return lines if sees_every_line(member) else lines.filter(team_id__in=member.team_ids)


def visible_conversations(member: Membership) -> QuerySet[Conversation]:
    """The conversations that the member may read, without any order."""
    if not member.may(Permission.CONVERSATIONS_READ):
        return Conversation.objects.none()
    rows = Conversation.objects.all()
    return rows if sees_every_line(member) else rows.filter(line__team_id__in=member.team_ids)


def with_people(member: Membership, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """The rows with contact, line, team and assignee; for members who may not see them, without name and number."""
    rows = rows.select_related("contact", "line__team", "assignee__user")
    return rows if may_reveal(member) else rows.defer(*SEALED_NAMES)


def access_conversation(member: Membership, conversation_id: UUID) -> Conversation:
    """The conversation with its contact, line and assignee. Raises NotYours."""
    found = with_people(member, visible_conversations(member)).filter(pk=conversation_id).first()
    if found is None:
        raise NotYours
    return found


def access_line(member: Membership, line_id: UUID) -> Line:
    """A line whose conversations the member may read. Raises NotYours."""
    found = visible_lines(member).filter(pk=line_id).first()
    if found is None:
        raise NotYours
    return found


def access_contact(member: Membership, contact_id: UUID) -> Contact:
    """A contact of the member's organization. Raises NotYours."""
    if not member.may(Permission.CONTACTS_READ):
        raise NotYours
    found = contacts_for(member).filter(pk=contact_id).first()
    if found is None:
        raise NotYours
    return found


def contacts_for(member: Membership) -> QuerySet[Contact]:
    """The organization's contacts; name and number stay in the database for members who may not see them."""
    return Contact.objects.all() if may_reveal(member) else Contact.objects.defer("name", "number")


def may_reveal(member: Membership) -> bool:
    """Whether the member sees full names and numbers."""
    return member.may(Permission.CONTACTS_REVEAL)
