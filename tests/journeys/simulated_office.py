"""An organization of its own for a journey: its people, a simulated line, a customer's phone."""

import itertools
import secrets
from collections.abc import Iterator

import pytest
from django.db import connections
from phonenumbers import parse, region_code_for_number

from accounts.founding import add_member, found_organization
from accounts.models import Membership, Team, TeamMember
from tenancy.isolation import activate
from tests.cast import person
from tests.midday import is_open_on_closed_days
from texting import receiving
from texting.live import publish
from texting.models import Conversation, Line, LineKey
from texting.providers.base import Credentials, Inbound
from texting.simulator.phones import add_phone

AREAS = [
    area
    for area in range(201, 990)
    if region_code_for_number(parse(f"+1{area}5550100")) == "US" and is_open_on_closed_days(f"+1{area}5550100")
]
_made = itertools.count()


class Office:
    """Made anew for each journey; its numbers are made up and meet no other office's.

    `agent` and `colleague` answer customers, `admin` has no authenticator app yet, `owner` may do everything.
    """

    def __init__(self, base_url: str, name: str = "Harbor Dental") -> None:
        self.base_url = base_url
        self.mark, self.place = secrets.token_hex(4), next(_made)
        self.owner = found_organization(
            name=name, slug=f"office-{self.mark}", owner=person(f"owner@{self.mark}.example", "Olga Brandt")
        )
        self.organization = self.owner.organization
        self.agent = self.member("agent", "Amelia Okafor")
        self.colleague = self.member("agent", "Ben Carter")
        self.admin = self.member("admin", "Ada Lindqvist")
        with activate(self.organization):
            self.team = Team.objects.create(name="Front desk")
            for member in (self.agent, self.colleague, self.admin):
                TeamMember.objects.create(team=self.team, membership=member)
        self.line = self.new_line("Main line", f"+1212{5560100 + self.place}")
        with activate(self.organization):
            self.phone = add_phone(self.agent, self.number(0))

    def member(self, role: str, name: str) -> Membership:
        """Somebody of that built-in role, who signs in with the cast's passphrase."""
        user = person(f"{name.split(maxsplit=1)[0].lower()}-{role}@{self.mark}.example", name)
        return add_member(organization=self.organization, user=user, role=role)

    def new_line(self, name: str, number: str) -> Line:
        """A simulated line of the front desk, too fast to be waited for."""
        with activate(self.organization):
            line = Line.objects.create(
                name=name,
                number=number,
                team=self.team,
                provider="simulator",
                credentials=Credentials(account="sim", secret=secrets.token_urlsafe(16)).to_json(),
                texts_per_second=50,
            )
            LineKey.objects.create(line_id=line.pk, organization=self.organization, texts_per_second=50)
        return line

    def number(self, which: int) -> str:
        """The number of one of its fifty customers, of the range that is kept for fiction. No other office's customer
        has it: how a phone behaves holds for the whole pretended network."""
        area, half = AREAS[self.place // 2], self.place % 2
        return f"+1{area}55501{50 * half + which:02}"

    @property
    def phone_address(self) -> str:
        """The page with the phone in the hand."""
        return f"/phones/{self.line.pk}/{self.phone.id}/"

    def hear(self, body: str, *, which: int = 0, name: str = "", number: str = "") -> Conversation:
        """A customer has texted: as it stands in the inbox, without the way there."""
        mark = secrets.token_hex(8)
        with activate(self.organization):
            message = receiving.receive(
                self.line, Inbound(mark, number or self.number(which), self.line.number, body, mark)
            )
            assert message is not None
            if name:
                message.contact.name = name
                message.contact.save(update_fields=["name"])
            return message.conversation

    def address(self, conversation: Conversation) -> str:
        """The page of a conversation."""
        return f"/inbox/c/{conversation.pk}/"

    def tell(self, **event: object) -> None:
        """Publish a live event, as any other process of the organization would."""
        with activate(self.organization):
            publish(**event)  # type: ignore[arg-type]


@pytest.fixture
def office(live_system: str) -> Iterator[Office]:
    """One office. Beside Playwright's event loop Django keeps connections of their own, which nobody else closes."""
    yield Office(live_system)
    connections.close_all()
