"""Who may see what: the one way to a conversation, a contact or a line for a member.

Missing and forbidden look the same.
"""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import Membership
from accounts.permissions import Permission
from texting.models import Contact, Conversation, Line, Message
from texting.queries.seeing import must_ask, sees_everybody


class NotYours(Http404):
    """There is no such thing, or it is not for this member; which of the two is not said."""


def sees_every_line(member: Membership) -> bool:
    """Whether the member reads the conversations of all teams."""
    return member.is_owner or member.may(Permission.CONVERSATIONS_READ_ALL)


def code_lines() -> QuerySet[Line, Any]:
    """The ids of lines whose conversations nobody reads, because sign-in codes of colleagues stand in them."""
    return Line.objects.filter(sends_codes=True).order_by().values("pk")


def visible_lines(member: Membership) -> QuerySet[Line]:
    """The lines whose conversations the member may read."""
    lines = Line.objects.select_related("team").filter(sends_codes=False)
    return lines if sees_every_line(member) else lines.filter(team_id__in=readable_teams(member))


def readable_teams(member: Membership) -> frozenset[UUID]:
    """The teams of whose conversations the member reads at least some; for members who do not read every team's."""
    return member.reading.whole | member.reading.own


def visible_conversations(member: Membership) -> QuerySet[Conversation]:
    """The conversations that the member may read, without any order."""
    if not member.may(Permission.CONVERSATIONS_READ):
        return Conversation.objects.none()
    rows = Conversation.objects.exclude(line__in=code_lines())
    return rows if sees_every_line(member) else rows.filter(_readable(member, ""))


def visible_messages(member: Membership) -> QuerySet[Message]:
    """The texts of the conversations that the member may read, without any order."""
    if not member.may(Permission.CONVERSATIONS_READ):
        return Message.objects.none()
    rows = Message.objects.exclude(line__in=code_lines())
    return rows if sees_every_line(member) else rows.filter(_readable(member, "conversation__"))


def within_thread(member: Membership, team_id: UUID) -> Q:
    """What the member reads in a thread on a line of this team, of rows that have a `conversation`.

    A thread shows all conversations of one contact on one line; where a team lets people read only what is assigned to
    them, those of others stay closed there too. An empty condition for whoever reads all of it.
    """
    if sees_every_line(member) or team_id in member.reading.whole:
        return Q()
    own = Q(conversation__assignee=member)
    return own | Q(conversation__assignee=None) if team_id in member.reading.pool else own


def branches_on(member: Membership, line: Line) -> list[Q]:
    """Conditions on the conversations of a line that together are what the member reads of it, none overlapping."""
    if sees_every_line(member) or line.team_id in member.reading.whole:
        return [Q(line=line)]
    parts = [Q(line=line, assignee=member)] if line.team_id in member.reading.own else []
    return [*parts, Q(line=line, assignee=None)] if line.team_id in member.reading.pool else parts


def is_with_somebody_else(member: Membership, *, contact_id: UUID, line: Line) -> bool:
    """Whether a text to this contact on this line would go into an open conversation that the member may not read."""
    if sees_every_line(member) or line.team_id not in member.reading.own:
        return False
    now = Conversation.objects.filter(contact_id=contact_id, line=line, status=Conversation.Status.OPEN)
    return now.exists() and not visible_conversations(member).filter(pk__in=now.values("pk")).exists()


def _readable(member: Membership, conversation: str) -> Q:
    """The rule itself, once: `conversation` is the path from a row to its conversation."""
    reading = member.reading
    whole = Q(line__team_id__in=reading.whole)
    if not reading.own:
        return whole
    own = Q(line__team_id__in=reading.own, **{f"{conversation}assignee": member})
    if not reading.pool:
        return whole | own
    return whole | own | Q(line__team_id__in=reading.pool, **{f"{conversation}assignee": None})


def with_people(member: Membership, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """The rows with contact, line, team and assignee; for members who may not see it, without the number.

    The name comes along, to be looked for in texts and hidden there.
    """
    rows = rows.select_related("contact", "line__team", "assignee__user")
    return rows if sees_everybody(member) else rows.defer("contact__number")


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
    contacts = Contact.objects.filter(only_codes=False)
    return contacts if sees_everybody(member) else contacts.defer("name", "number")


def access_to_reveal(member: Membership, contact_id: UUID) -> Contact:
    """A contact that the member may ask to see: of the list of contacts, or of a conversation. Raises NotYours."""
    found = contacts_for(member).filter(pk=contact_id).first() if must_ask(member) else None
    if found is None:
        raise NotYours
    if not member.may(Permission.CONTACTS_READ) and not visible_conversations(member).filter(contact=found).exists():
        raise NotYours
    return found
