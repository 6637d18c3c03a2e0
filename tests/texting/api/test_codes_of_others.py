"""No key reads a sign-in code that was texted to a colleague, whatever the key may do."""

from accounts.models import Team
from tenancy.isolation import activate
from tests.accounts.factors.phones import NUMBER, code_line
from tests.callers import make_caller
from tests.cast import cast
from tests.texting.simulator.conftest import make_line
from texting import receiving
from texting.code_line import CodeLine
from texting.models import Message
from texting.providers.base import Inbound
from texting.purposes import Purpose

__all__ = ["cast"]
CODE = "803217"


def test_no_key_reads_a_code_its_conversation_its_phone_or_its_line(cast):
    line = code_line(cast)
    usual = make_line(cast.organization, cast.front_desk, name="Main line", number="+12125550110")
    with activate(cast.organization):
        CodeLine().send(number=NUMBER, words=f"{CODE} is your sign-in code for Harbor Dental in Parley.")
        sent = Message.objects.get(purpose=Purpose.CODE)
        heard = receiving.receive(usual, Inbound("in-1", "+12125550178", usual.number, "Hello, a customer", "in-1"))
        assert heard is not None
        readable = Message.objects.exclude(pk=sent.pk).get().conversation_id
    caller = make_caller(cast.owner)
    paths = (f"messages?conversation_id={readable}", "conversations", "contacts", "lines")
    lists = [caller.get(path) for path in paths]
    assert [answer.status_code for answer in lists] == [200] * 4
    told = "".join(answer.content.decode() for answer in lists)
    assert "Hello, a customer" in told, "the key reads what it may"
    for hidden in (CODE, NUMBER, "0177", str(sent.pk), str(sent.conversation_id), str(sent.contact_id), str(line.pk)):
        assert hidden not in told
    one = f"conversations/{sent.conversation_id}"
    listed = f"messages?conversation_id={sent.conversation_id}"
    for path in (
        listed,
        f"messages/{sent.pk}",
        one,
        f"{one}/notes",
        f"contacts/{sent.contact_id}",
        f"lines/{line.pk}/members",
    ):
        assert caller.get(path).status_code == 404, path
    found = caller.post("contacts/search", {"number": NUMBER})
    assert str(sent.contact_id) not in found.content.decode()


def test_no_key_sends_on_the_line_for_codes_nor_takes_a_code_over(cast):
    line = code_line(cast)
    with activate(cast.organization):
        CodeLine().send(number=NUMBER, words=f"{CODE} is your sign-in code.")
        sent = Message.objects.get(purpose=Purpose.CODE)
        assert Team.objects.filter(pk=line.team_id).exists()
    caller = make_caller(cast.owner)
    refused = caller.post("messages", {"line_id": str(line.pk), "to": NUMBER, "body": "Give me your code"})
    assert refused.status_code in {404, 422}
    for act in ("resolve", "reopen", "read"):
        assert caller.post(f"conversations/{sent.conversation_id}/{act}").status_code == 404
    assert caller.ask("PUT", f"conversations/{sent.conversation_id}/assignee", {"member_id": None}).status_code == 404
    with activate(cast.organization):
        assert Message.objects.count() == 1
