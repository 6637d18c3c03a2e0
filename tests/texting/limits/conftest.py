"""A scene with strangers: people who gave a permission and have never written."""

from dataclasses import dataclass

import pytest
from django.utils import timezone

from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from texting import sending, threads
from texting.limits import standing
from texting.models import Contact, Message, SendingCount, SendingLimits, SendingStop
from texting.phone_numbers import from_provider
from texting.purposes import Purpose
from texting.sending import Refused


@dataclass
class Street:
    """Whom a scene's agent may text; all methods need the organization to be active."""

    scene: object

    def stranger(self, number: str) -> Contact:
        """Somebody who permitted all texts in writing and never wrote."""
        contact = threads.contact_for(from_provider(number))
        agree_to_everything(contact)
        return contact

    def text(self, number: str, body="Your order is ready.", purpose=Purpose.REPLY, author=True) -> Message:
        """Text somebody; raises Refused."""
        contact = self.stranger(number)
        conversation = threads.open_conversation(contact, self.scene.line, at=timezone.now())
        author = self.scene.agent if author else None
        return sending.send_text(conversation=conversation, body=body, author=author, purpose=purpose)

    def rule(self, number: str, **fields) -> str:
        """The rule that refuses a text; "" when it goes."""
        try:
            self.text(number, **fields)
        except Refused as refused:
            return refused.outcome.objections[0].rule
        return ""

    def limit(self, **fields) -> None:
        """Set the organization's limits."""
        row, _ = SendingLimits.objects.get_or_create()
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        standing.forget()

    def count(self, kind: str) -> SendingCount:
        return SendingCount.objects.get(kind=kind)

    def stops(self) -> list[SendingStop]:
        return list(SendingStop.objects.all())


@pytest.fixture
def street(scene) -> Street:
    with activate(scene.organization):
        yield Street(scene)
