"""What an organization wants to send in the fault suite: customers who permitted it, and texts of each purpose."""

import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from accounts.founding import add_member, found_organization
from accounts.models import Membership, Team, TeamMember
from compliance.models import ConsentEvent
from tenancy.isolation import activate
from tests.cast import person
from tests.faults.scripted_twilio import ACCOUNT, ScriptedTwilio
from tests.midday import midday_zone
from texting import sending, threads
from texting.models import Conversation, Line, LineKey, SendingLimits
from texting.phone_numbers import from_provider
from texting.providers.base import Credentials
from texting.purposes import Purpose

CLASSES = (Purpose.REPLY, Purpose.CODE, Purpose.ALERT, Purpose.APPOINTMENT, Purpose.BULK)
NO_LIMITS = dict.fromkeys(
    (
        "daily_segments",
        "most_segments",
        "organization_hour",
        "member_hour",
        "number_hour",
        "prefix_hour",
        "new_numbers_hour",
    ),
    1000000,
) | {"daily_micros": 10**12}
_numbers = itertools.count(secrets.randbelow(5_000_000))


def new_number() -> str:
    """A customer's, never given twice in a run: how the far end treats it holds for one test only."""
    return f"+1212{2_000_000 + next(_numbers) * 7919 % 7_000_000:07d}"


@dataclass(frozen=True)
class Intent:
    """One text that was accepted for sending."""

    message_id: UUID
    number: str
    purpose: Purpose


@dataclass
class Desk:
    """One organization with a line at the scripted provider."""

    member: Membership
    owner: Membership
    line: Line
    key: str
    code_line: Line  # sign-in codes leave on a line of their own, and nothing else does
    intents: list[Intent] = field(default_factory=list)
    hurried: bool = True  # its worker has short waits
    may_miss: set[UUID] = field(
        default_factory=set
    )  # texts that the far end hides from its list for longer than we look

    @property
    def organization(self):
        return self.member.organization

    def line_for(self, purpose: Purpose) -> Line:
        """The line on which such a text leaves."""
        return self.code_line if purpose is Purpose.CODE else self.line

    def author_of(self, purpose: Purpose) -> Membership | None:
        """Nobody writes a code."""
        return None if purpose is Purpose.CODE else self.member

    def meet(self, numbers: Sequence[str], purpose: Purpose = Purpose.REPLY) -> dict[str, Conversation]:
        """Customers who said yes, and an open conversation with each on the line for this purpose."""
        with activate(self.organization):
            now = timezone.now()
            contacts = threads.contacts_for([from_provider(number) for number in numbers])
            for contact in contacts.values():
                contact.time_zone = midday_zone()
                contact.save(update_fields=["time_zone"])
            ConsentEvent.objects.bulk_create(
                ConsentEvent(
                    number_index=contact.number_index,
                    action="given",
                    kind=kind,
                    scopes=[scope],
                    source="api",
                    quality="complete",
                    recorded_at=now,
                )
                for contact in contacts.values()
                for kind, scope in (("express", "informational"), ("written", "marketing"))
            )
            opened = threads.open_conversations(contacts.values(), self.line_for(purpose), at=now)
            Conversation.objects.filter(pk__in=[one.pk for one in opened.values()]).update(last_inbound_at=now)
            for conversation in opened.values():
                conversation.last_inbound_at = now
            return {number: opened[contacts[number].pk] for number in numbers}

    def send(self, number: str, purpose: Purpose, conversation: Conversation | None = None) -> Intent:
        """Accept one text for sending, as a view does, in this process."""
        if conversation is None or conversation.line_id != self.line_for(purpose).pk:
            conversation = self.meet([number], purpose)[number]
        with activate(self.organization):
            message = sending.send_text(
                conversation=conversation,
                body=f"Your appointment {secrets.token_hex(4)} is confirmed",
                author=self.author_of(purpose),
                purpose=purpose,
            )
        intent = Intent(message.pk, number, purpose)
        self.intents.append(intent)
        return intent

    def send_each(
        self, far_end: ScriptedTwilio, script: str, *, reports: str = "usual", times: int = 1, lag: float = 0.0
    ) -> list[Intent]:
        """One text of each purpose, each to a customer of its own, for whom the far end follows the script."""
        numbers = [new_number() for _ in CLASSES]
        for number in numbers:
            far_end.play(number, script, reports=reports, times=times)
            far_end.lag[number] = lag
        met = self.meet(numbers)
        return [self.send(number, purpose, met[number]) for number, purpose in zip(numbers, CLASSES, strict=True)]

    def hook(self, base: str, kind: str = "inbound") -> str:
        """The address of our webhook for this line."""
        return f"{base}/webhooks/twilio/{self.key}/{kind}"


def open_desk(far_end: ScriptedTwilio, *, pace: float = 100.0) -> Desk:
    """A new organization, ready to text."""
    mark = secrets.token_hex(4)
    owner = found_organization(name="Harbor Dental", slug=f"desk-{mark}", owner=person(f"owner@{mark}.example", "Olga"))
    agent = add_member(organization=owner.organization, user=person(f"agent@{mark}.example", "Amelia"), role="agent")
    with activate(owner.organization):
        team = Team.objects.create(name="Front desk")
        TeamMember.objects.create(team=team, membership=agent)
        line, code_line = (
            Line.objects.create(
                name=name,
                number=new_number(),
                team=team,
                provider="twilio",
                credentials=Credentials(account=ACCOUNT, secret=far_end.token).to_json(),
                texts_per_second=pace,
                sends_codes=sends_codes,
            )
            for name, sends_codes in (("Main line", False), ("Sign-in codes", True))
        )
        SendingLimits.objects.create(**NO_LIMITS)  # they have tests of their own
        key, _ = (
            LineKey.objects.create(line_id=one.pk, organization=owner.organization, texts_per_second=pace).key
            for one in (line, code_line)
        )
    return Desk(agent, owner, line, key, code_line)
