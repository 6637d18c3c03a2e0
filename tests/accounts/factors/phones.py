"""People with a phone that gets codes, and the text that their phone got."""

import re

from accounts.factors.ways import Way
from accounts.models import CodeMailbox, CodePhone, Membership
from tenancy.isolation import activate
from tests.texting.simulator.conftest import make_line
from texting.models import Line, Message

NUMBER = "+12125550177"


def code_line(cast) -> Line:
    """The line that the organization's codes leave on."""
    line = make_line(cast.organization, cast.front_desk, name="Sign-in codes", number="+12125550190")
    with activate(cast.organization):
        Line.objects.filter(pk=line.pk).update(sends_codes=True)
        line.refresh_from_db()
    return line


def with_phone(member: Membership, number: str = NUMBER) -> CodePhone:
    """The member gets codes by text."""
    return CodePhone.objects.create(
        user=member.user, name="Phone", number=number, number_masked="+1 *** *** 0177", confirmed=True
    )


def with_mailbox(member: Membership) -> CodeMailbox:
    """The member gets codes by e-mail."""
    return CodeMailbox.objects.create(user=member.user, name="E-mail", confirmed=True)


def texted(member: Membership) -> str:
    """The code in the newest text that left the organization."""
    with activate(member.organization):
        body = Message.objects.order_by("-created_at", "-id").first().body
    return re.match(r"\d{6}", body)[0]


def ask_for(client, way: Way, page: str = "/sign-in/code/") -> None:
    """Press "text me a code"."""
    assert client.post(page, {"way": way.value, "act": "send"}).status_code == 302
