"""A secure message that was sent, and what a customer gets of it: the text with the link, the code."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import Membership
from portal.models import SecureMessage
from portal.secure import codes, replying, sealing, sending
from portal.secure.opening import Given, Opened, open_with
from portal.secure.sending import Check, Wish
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.desk import Desk
from texting.models import Conversation, Message
from texting.purposes import Purpose

SECRET = "Your biopsy of 12 May shows no sign of Melanoma."
_LINK = re.compile(r"http\S+/s/([\w-]{22})#([\w-]{22})(?![\w-])")


@dataclass
class Sent:
    """`code` and `fragment` are the two parts of the link that the customer's phone got."""

    desk: Desk
    conversation: Conversation
    secure_id: UUID
    code: str
    fragment: str

    @property
    def path(self) -> str:
        return f"/s/{self.code}/"

    @property
    def row(self) -> SecureMessage:
        with activate(self.desk.organization):
            return SecureMessage.objects.select_related("message").get(pk=self.secure_id)

    def ask(self) -> codes.Asked:
        with activate(self.desk.organization):
            return codes.request(self.secure_id)

    def texted(self, purpose: Purpose) -> list[str]:
        """What the customer's phone was sent, oldest first."""
        with activate(self.desk.organization):
            rows = Message.objects.filter(purpose=purpose).order_by("created_at", "id")
            return [row.body for row in rows]

    def texted_code(self) -> str:
        return re.search(r"\d{6}", self.texted(Purpose.PRIVATE_CODE)[-1])[0]

    def answer(self, answer: str, *, half: str | None = None) -> Opened:
        """Post an answer, without the half as a browser without script does."""
        given = Given(answer, self.code, sealing.read_half(half) if half else None)
        with activate(self.desk.organization):
            return open_with(self.secure_id, given)

    def opened(self) -> Opened:
        """Ask for a code and give it back."""
        assert self.ask() is codes.Asked.SENT
        return self.answer(self.texted_code(), half=self.fragment)


def send_securely(
    desk: Desk,
    conversation: Conversation | None = None,
    content: str = SECRET,
    check: Check = Check.CODE,
    fact: str = "",
) -> Sent:
    """An agent sends securely to a customer who wrote before."""
    conversation = conversation or desk.hear()
    with activate(desk.organization):
        secure = sending.send(
            member=desk.cast.agent,
            conversation=conversation,
            wish=Wish(content, check, fact),
            message_id=new_id(),
        )
        code, fragment = _LINK.search(secure.message.body).groups()
    return Sent(desk, conversation, secure.pk, code, fragment)


def portal_objects(member: Membership, conversation: Conversation) -> dict[str, Any]:
    """A secure message of the member's and the customer's answer to it, by the names that addresses have for them."""
    with activate(conversation.organization_id):
        secure = sending.send(member=member, conversation=conversation, wish=Wish(SECRET), message_id=new_id())
        found = _LINK.search(secure.message.body)
        assert found is not None
        reply = replying.take(secure.pk, body="Thank you", files=[])
    return {"link_code": found[1], "secure_id": secure.pk, "reply_id": reply.pk}
