"""Two people, or one twice, press in the same instant, on two connections."""

import pytest

from compliance.content_types import deciding
from compliance.content_types.deciding import CannotDecide
from compliance.models import HeldText
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.compliance.opt_in.test_opting_in_together import together
from tests.texting.desk import Desk, desk
from texting import conversations
from texting.models import Message
from texting.sending import Held

__all__ = ["desk"]

pytestmark = pytest.mark.django_db(transaction=True)
OFFER = "30% off all creams this week only. Shop now!"


def test_sent_twice_it_is_held_once_and_of_two_decisions_one_wins(desk: Desk) -> None:
    conversation, same = desk.hear("Hello"), new_id()

    def sends() -> None:
        with activate(desk.organization):  # as a request's does, the transaction ends well
            try:
                conversations.reply(member=desk.cast.agent, conversation=conversation, body=OFFER, message_id=same)
            except Held:
                return

    assert together(sends, sends) == []
    with activate(desk.organization):
        held = HeldText.objects.get()

    def approves() -> None:
        with activate(desk.organization):
            deciding.approve(member=desk.cast.supervisor, held=held)

    def refuses() -> None:
        with activate(desk.organization):
            deciding.refuse(member=desk.cast.owner, held=held, reason="No")

    errors = together(approves, refuses, approves)

    assert [type(error) for error in errors] == [CannotDecide, CannotDecide]
    with activate(desk.organization):
        state = HeldText.objects.get().state
        assert Message.objects.filter(direction="out").count() == int(state == "sent")
