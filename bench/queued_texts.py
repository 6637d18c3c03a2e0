"""Queued texts, made in bulk: what `send_text` leaves behind, without its time."""

from dataclasses import dataclass, field

from django.utils import timezone

from bench.office import Office, customer
from compliance.models import ConsentEvent
from tenancy.encryption import fetch_current_keys
from tenancy.ids import new_id
from tenancy.isolation import activate
from texting import outbox, threads
from texting.limits import spending
from texting.models import Conversation, Decision, LineKey, Message
from texting.phone_numbers import from_provider
from texting.purposes import Purpose
from texting.statuses import MessageStatus


@dataclass
class Desk:
    """The customers of one office, who all gave their permission, and the texts to them."""

    office: Office
    conversations: list[Conversation] = field(default_factory=list)

    def queue(self, count: int) -> None:
        """One text for each of so many customers. The same customers each time."""
        with activate(self.office.organization):
            self.meet(count)
            now, line, day = timezone.now(), self.office.line, spending.day()
            decisions = [
                Decision(
                    conversation=conversation,
                    stage=Decision.Stage.QUEUE,
                    purpose=Purpose.REPLY,
                    verdict="allow",
                    decided_at=now,
                )
                for conversation in self.conversations[:count]
            ]
            texts = [
                Message(
                    id=new_id(),
                    conversation=decision.conversation,
                    contact=decision.conversation.contact,
                    line=line,
                    direction="out",
                    purpose=Purpose.REPLY,
                    body=f"Harbor Dental: Your appointment is at {number} o'clock.\nReply STOP to opt out.",
                    status=MessageStatus.QUEUED,
                    segments=1,
                    decision=decision,
                    decision_verdict="allow",
                    created_at=now,
                    counted_from=day,  # a reply has its place in the day's counts when it is queued
                )
                for number, decision in enumerate(decisions)
            ]
            fetch_current_keys(texts)
            Decision.objects.bulk_create(decisions)
            Message.objects.bulk_create(texts)
            outbox.put_all(texts, Purpose.REPLY)
        LineKey.objects.filter(line_id=self.office.line.pk).update(free_at=now)

    def meet(self, count: int) -> None:
        """Make sure that there are so many customers, in the active organization."""
        numbers = [from_provider(customer(number)) for number in range(len(self.conversations), count)]
        if not numbers:
            return
        now = timezone.now()
        contacts = threads.contacts_for(numbers)
        ConsentEvent.objects.bulk_create(
            ConsentEvent(
                number_index=contact.number_index,
                action="given",
                kind="express",
                scopes=["informational"],
                source="keyword",
                recorded_at=now,
            )
            for contact in contacts.values()
        )
        opened = threads.open_conversations(contacts.values(), self.office.line, at=now)
        # An answer within the hour has no quiet hours: what is measured does not depend on the time of day.
        Conversation.objects.filter(pk__in=[one.pk for one in opened.values()]).update(last_inbound_at=now)
        self.conversations += [opened[contacts[number.e164].pk] for number in numbers]

    def sent(self) -> int:
        """How many texts the provider took, by our own books."""
        with activate(self.office.organization):
            return Message.objects.filter(status=MessageStatus.SENT, provider_message_id__isnull=False).count()
