"""The cast at work: two lines, customers who write, and what a request of each member is answered."""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Membership
from compliance.models import ConsentEvent
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.cast import Cast, make_cast, signed_in
from tests.kept import kept
from texting import conversations, receiving, sending
from texting.models import Contact, Conversation, Line, LineKey, Message
from texting.providers import base
from texting.searching.keeping import keep_names

FIRST, SECOND = "+12125550181", "+12125550182"


@dataclass
class Desk:
    """Organization A with a line of the front desk and one of billing; B with one of its own."""

    cast: Cast
    line: Line
    billing_line: Line
    other_line: Line
    _texts: int = field(default=0)

    @property
    def organization(self) -> Organization:
        return self.cast.organization

    def hear(
        self, body: str = "Hello", *, number: str = FIRST, line: Line | None = None, name: str = ""
    ) -> Conversation:
        """A customer's text arrives, in a transaction of its own. Returns its conversation."""
        line = line or self.line
        self._texts += 1
        inbound = base.Inbound(f"in-{self._texts}", number, line.number, body, f"in-{self._texts}")
        with activate(line.organization):
            message = receiving.receive(line, inbound)
            assert message is not None
            if name:
                message.contact.name = name
                message.contact.save(update_fields=["name"])
                keep_names([message.contact])
            return self.fresh(message.conversation)

    def answer(self, conversation: Conversation, body: str, member: Membership | None = None) -> Message:
        """A colleague's text, queued."""
        with activate(conversation.organization_id):
            return sending.send_text(conversation=conversation, body=body, author=member or self.cast.agent)

    def take(self, conversation: Conversation, member: Membership | None = None) -> Conversation:
        """A member takes the conversation."""
        with activate(conversation.organization_id):
            conversations.claim(member=member or self.cast.agent, conversation=conversation)
            return self.fresh(conversation)

    def resolve(self, conversation: Conversation) -> Conversation:
        """An agent reads and resolves the conversation."""
        with activate(conversation.organization_id):
            conversations.mark_read(member=self.cast.agent, conversation=conversation)
            conversations.resolve(member=self.cast.agent, conversation=conversation)
            return self.fresh(conversation)

    def fresh(self, conversation: Conversation) -> Conversation:
        """The conversation as it is now."""
        with activate(conversation.organization_id):
            rows = Conversation.objects.select_related("contact", "line__team", "assignee__user")
            return rows.get(pk=conversation.pk)

    def contact(self, number: str = FIRST) -> Contact:
        """The contact with this number."""
        with activate(self.organization):
            return next(one for one in Contact.objects.all() if one.number == number)

    def as_(self, member: Membership) -> Client:
        """A browser of this member."""
        return signed_in(Client(), member)

    def permissions(self) -> int:
        """How many entries the consent ledger has."""
        with activate(self.organization):
            return ConsentEvent.objects.count()


def make_line(organization: Organization, name: str, number: str, team: str) -> Line:
    """A line at the scripted provider, of a team that is made if need be."""
    return make_lines(organization, (name, number, team))[0]


def make_lines(organization: Organization, *wanted: tuple[str, str, str]) -> list[Line]:
    """Lines by (name, number, team) at the scripted provider; teams are made if need be."""
    from accounts.models import Team

    with activate(organization):
        teams = {team.name: team for team in Team.objects.all()}
        missing = {team for _, _, team in wanted} - teams.keys()
        teams |= {team.name: team for team in Team.objects.bulk_create(Team(name=name) for name in missing)}
        lines = Line.objects.bulk_create(
            Line(
                name=name,
                number=number,
                team=teams[team],
                provider="scripted",
                credentials=base.Credentials(account="a", secret="s").to_json(),
                texts_per_second=100,
            )
            for name, number, team in wanted
        )
        LineKey.objects.bulk_create(
            LineKey(line_id=line.pk, organization=organization, texts_per_second=100) for line in lines
        )
    return lines


def make_desk() -> Desk:
    cast = make_cast()
    front, billing = make_lines(
        cast.organization,
        ("Main line", "+12125550110", "Front desk"),
        ("Billing line", "+12125550111", "Billing"),
    )
    (other,) = make_lines(cast.other_organization, ("Plumbers", "+12125550112", "Crew"))
    return Desk(cast=cast, line=front, billing_line=billing, other_line=other)


def make_desk_with_keys() -> Desk:
    """The same, after a text and an answer that are forgotten again; keys that were made for them stay, as always."""
    desk = make_desk()
    with transaction.atomic():
        desk.answer(desk.hear(number="+12125550199"), "Hello")
        transaction.set_rollback(True)
    desk._texts = 0
    return desk


desk = kept(make_desk_with_keys)
"""Everybody at work."""


@pytest.fixture
def busy_desk(transactional_db) -> Desk:
    """Everybody at work, with real commits: for threads and for what happens after a commit."""
    return make_desk()
