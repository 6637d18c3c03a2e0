"""Contacts as a list and one by one, and the colleagues who may take over a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership, MembershipRole, Team, TeamMember
from accounts.permission_catalogue import OFFERED
from accounts.permissions import Permission
from tenancy.encryption import blind_index, prefetch
from texting.models import Contact, Conversation, Draft, Line
from texting.models.contact import NUMBER_INDEX
from texting.persons import heads, numbers_of, same_as
from texting.phone_numbers import BadNumber, parse
from texting.queries.access import contacts_for, visible_conversations, with_people
from texting.queries.cursors import Cursor, older_than
from texting.queries.inbox import ORDER, row_of
from texting.queries.seeing import Customer, customer, sees_everybody
from texting.queries.shown import Colleague, Row
from texting.queries.tags import ShownTag, tags_of

PAGE = 50
CONVERSATIONS_SHOWN = 20


@dataclass(frozen=True)
class ContactRow:
    """One line of the list of contacts. `values`: what stands in the fields that the page shows as columns."""

    customer: Customer
    since: datetime
    tags: tuple[ShownTag, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContactPage:
    """Contacts from newest to oldest. `next` is where the next page begins, "" on the last one.

    `stopped`: a filter has looked at as many as it may at once, so there may be more although the page is not full.
    `columns`: the names of the fields whose values the rows have.
    """

    rows: tuple[ContactRow, ...]
    next: str = ""
    stopped: bool = False
    columns: tuple[str, ...] = ()


def contacts_page(member: Membership, cursor: Cursor | None = None, size: int = PAGE) -> ContactPage:
    """One page of the organization's contacts, the newest first."""
    rows = contacts_for(member).filter(heads())
    if cursor:
        rows = rows.filter(older_than(cursor, "created_at"))
    found = list(rows.order_by("-created_at", "-id")[: size + 1])
    shown = found[:size]
    prefetch(shown)
    place = str(Cursor(shown[-1].created_at, shown[-1].pk)) if len(found) > size else ""
    return ContactPage(contact_rows(member, shown), place)


def contacts_with_number(member: Membership, text: str) -> ContactPage:
    """Whose number this is, as a page of one or none. Raises BadNumber when the text is not a number."""
    if not sees_everybody(member):  # or the digits that are hidden could be guessed
        raise BadNumber(_("You see the last four digits of numbers, so nobody can be looked up by the whole number."))
    number = parse(text, member.organization.country)
    mine = Contact.objects.filter(number_index=blind_index(NUMBER_INDEX, number.e164))
    found = list(contacts_for(member).filter(same_as(mine), heads()))
    return ContactPage(contact_rows(member, found))


def conversations_of(member: Membership, contact: Contact, besides: UUID | None = None) -> tuple[Row, ...]:
    """The person's newest conversations that the member may read, of all their numbers; without those of this contact
    on the line `besides`.
    """
    rows = with_people(member, visible_conversations(member)).filter(contact__in=numbers_of(contact))
    if besides is not None:
        rows = rows.exclude(line_id=besides, contact=contact)
    found = list(rows.order_by(*ORDER)[:CONVERSATIONS_SHOWN])
    prefetch([*found, *(row.contact for row in found)])
    return tuple(row_of(member, row) for row in found)


def colleagues_on(line: Line) -> list[Colleague]:
    """The active members who may read this line's conversations and answer in them, by name.

    They belong to the line's team, or its conversations are open to everybody, or they read every team's.
    """
    members = Membership.objects.filter(organization=line.organization_id, is_active=True, user__is_active=True)
    is_open = line.team.visibility == Team.Visibility.ALL
    in_team = set(TeamMember.objects.filter(team_id=line.team_id).values_list("membership_id", flat=True))
    granted: dict[UUID, set[Permission]] = {}
    for row in MembershipRole.objects.select_related("role"):
        granted.setdefault(row.membership_id, set()).update(row.role.granted)
    able = []
    for member in members.select_related("user"):
        may = set(OFFERED) if member.is_owner else granted.get(member.pk, set())
        answers = {Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND} <= may
        if answers and (is_open or member.pk in in_team or Permission.CONVERSATIONS_READ_ALL in may):
            able.append(Colleague(member.pk, member.user.name))
    return sorted(able, key=lambda one: one.name.casefold())


def draft_of(member: Membership, conversation: Conversation) -> Draft | None:
    """What the member has begun to write in this conversation."""
    return Draft.objects.filter(conversation=conversation, author=member).first()


def contact_rows(member: Membership, contacts: Sequence[Contact]) -> tuple[ContactRow, ...]:
    """These contacts as the list shows them; their keys are there already (`prefetch`)."""
    tags = tags_of(contact.pk for contact in contacts) if contacts else {}
    return tuple(
        ContactRow(customer(member, one, in_list=True), one.created_at, tags.get(one.pk, ())) for one in contacts
    )
