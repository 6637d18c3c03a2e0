"""The gate's answer to many texts at once is, to the letter, its answer to each alone, whatever stands of whom."""

import os
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tenancy.encryption import keyring
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.announcements.many import customers, number, write
from tests.texting.desk import desk
from texting import blocking, gate, sending, threads
from texting.gate import Draft, OutsideHours
from texting.models import Contact, Decision, Message, OutboxEntry
from texting.purposes import FOR_MANY, Purpose
from texting.sending import BadText, Held, Refused

__all__ = ["desk"]

PEOPLE = 12
SEEDS = int(os.environ.get("SEEDS", "2"))
EARLY = datetime(2037, 7, 2, 12, 30, tzinfo=UTC)  # half past eight in New York, half past five in Los Angeles
SAID = ("Hello", "STOP", "START", "Wrong number, I am not Anna", "please leave me alone", "I want to end my life")
BODIES = (
    "We are closed on Friday. Back on Monday at 8.",
    "20% off everything this weekend, shop now!",
    "Your card 4111 1111 1111 1111 was declined.",
    "See https://bit.ly/3abcdef for more.",
    "Reply YES to confirm, reply CANCEL for another time.",
    "THIS IS THE LAST DAY!!! HURRY UP NOW",
)


def some_states(desk, chance: random.Random) -> list[Contact]:
    """Customers of whom anything may be true."""
    for at in range(PEOPLE):
        for said in chance.sample(SAID, chance.choice((0, 0, 1, 2))):
            desk.hear(said, number=number(at))
    contacts = customers(desk, *range(PEOPLE), agree=False)
    with activate(desk.organization):
        for contact in contacts:
            contact.time_zone = chance.choice(("", "America/New_York", "America/Los_Angeles", "Europe/Madrid"))
            contact.state = chance.choice(("", "FL", "FL", "WA"))  # Florida caps what one customer gets in a day
            contact.zip_code = chance.choice(("", "", "10001", "33101", "none"))
            contact.save(update_fields=["time_zone", "state", "zip_code"])
            if chance.random() < 0.6:
                agree_to_everything(contact)
            if chance.random() < 0.15:
                blocking.block(member=desk.cast.owner, contact=contact, why=Contact.Block.SPAM)
    return contacts


def some_texts(desk, contacts: list[Contact], chance: random.Random) -> None:
    """Texts of an hour ago, as many as Florida allows, to some of those who may get any."""
    for contact in contacts:
        for _ in range(chance.choice((0, 3, 3))):
            conversation = threads.open_conversation(contact, desk.line, at=timezone.now())
            with suppress(BadText, Held, Refused):
                sending.send_text(conversation=conversation, body="Open", author=desk.cast.owner, purpose=Purpose.BULK)
    OutboxEntry.objects.all().delete()
    left = timezone.now() - timedelta(hours=1)
    Message.objects.filter(direction="out").update(status="sent", sent_at=left, held_until=None)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_of_many_each_is_judged_as_it_is_alone(seed, desk, time_machine):
    time_machine.move_to(EARLY, tick=False)
    chance = random.Random(seed)  # noqa: S311 - which states are tried
    contacts, row = some_states(desk, chance), write(desk)
    with activate(desk.organization):
        some_texts(desk, contacts, chance)
        here = threads.open_or_new(contacts, desk.line, at=timezone.now())
    many = seed % 3 < 2
    drafts = [
        Draft(
            here[contact.pk],
            chance.choice(BODIES),
            chance.choice((*FOR_MANY, Purpose.BULK, Purpose.BULK)) if many else Purpose.REPLY,
            desk.cast.owner,
            stage=chance.choice((Decision.Stage.QUEUE, Decision.Stage.QUEUE, Decision.Stage.HAND_OVER)),
            outside_hours=chance.choice((OutsideHours.WAIT, OutsideHours.ASK)),
            announcement_id=chance.choice((row.pk, None)),
        )
        for contact in contacts
    ]
    with activate(desk.organization):
        for contact in chance.sample(contacts, 2):
            destroy_keys("contact", str(contact.pk), reason="test")
    keyring.forget_everything()
    with activate(desk.organization):
        here = {row.pk: row for row in Contact.objects.filter(pk__in=[contact.pk for contact in contacts])}
        for draft in drafts:
            draft.conversation.contact = here[draft.conversation.contact_id]
        together = gate.ask_all(drafts)
    for draft, outcome in zip(drafts, together, strict=True):
        with activate(desk.organization):  # nothing that was read for the others
            draft.conversation.contact = Contact.objects.get(pk=draft.conversation.contact_id)
            assert gate.ask(draft) == outcome
    assert len({tuple(one.rule for one in outcome.reasons) for outcome in together}) > 3, "they tell answers apart"
