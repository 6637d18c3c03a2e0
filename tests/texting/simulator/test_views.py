"""The simulator's page: what it shows, what it does, and whom it does not let in."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import Cast, signed_in
from texting import threads
from texting.models import Conversation, Line
from texting.phone_numbers import parse
from texting.simulator import network
from texting.simulator.phones import Phone, add_phone
from texting.simulator.records import Behaviour

pytestmark = pytest.mark.django_db

NUMBER = "+12125550131"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def phone(cast: Cast) -> Phone:
    with activate(cast.organization):
        return add_phone(cast.agent, NUMBER)


@pytest.fixture
def agent(client: Client, cast: Cast) -> Client:
    return signed_in(client, cast.agent)


def address(name: str, line: Line, phone: Phone | None = None) -> str:
    return reverse(f"simulator_{name}", args=[line.pk, phone.id] if phone else [line.pk])


def texts_on(line: Line) -> list[str]:
    return [text.text for text in network.handset_messages(customer=NUMBER, line=line.number)]


def test_the_way_in_leads_to_the_last_active_phone_of_the_busiest_line(
    agent: Client, cast: Cast, line: Line, billing_line: Line
) -> None:
    with activate(cast.organization):
        contact = threads.contact_for(parse(NUMBER), name="Grace Whitfield")
        now = timezone.now()
        Conversation.objects.create(contact=contact, line=line, opened_at=now, last_activity_at=now)
    response = agent.get(reverse("simulator"), follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[0][0] == address("line", line)
    page = response.content.decode()
    assert "Phone of Grace Whitfield" in page
    assert "(212) 555-0110" in page


def test_without_a_phone_the_page_offers_to_make_one(agent: Client, line: Line) -> None:
    page = agent.get(reverse("simulator"), follow=True).content.decode()
    assert "Nobody has texted this line yet" in page
    assert "Phone of" not in page


def test_without_a_line_the_page_says_what_to_do(agent: Client) -> None:
    assert "None of your teams has a simulated line" in agent.get(reverse("simulator")).content.decode()


def test_a_new_phone_is_at_once_in_the_hand(agent: Client, line: Line) -> None:
    response = agent.post(address("add", line), {"number": "(212) 555-0131"}, follow=True)
    assert "Phone of (212) 555-0131" in response.content.decode()


def test_a_number_that_may_be_somebodys_is_refused_with_what_to_type_instead(agent: Client, line: Line) -> None:
    response = agent.post(address("add", line), {"number": "415 867 5309"})
    assert response.status_code == 422
    assert "made-up number" in response.content.decode()


def test_a_text_from_the_phone_is_offered_to_the_lines_own_webhook(
    agent: Client, cast: Cast, line: Line, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, str]] = []
    monkeypatch.setattr(network, "inbound_request", lambda **request: asked.append(request) or "sim-1")
    response = agent.post(address("send", line, phone), {"body": " Hello \r\n"}, headers=HTMX)
    assert response.status_code == 200
    [request] = asked
    assert request["text"] == "Hello"
    assert (request["line"], request["customer"]) == (line.number, NUMBER)
    assert request["secret"] == "secret of Main line"


def test_a_text_from_the_phone_shows_at_once(agent: Client, line: Line, phone: Phone) -> None:
    response = agent.post(address("send", line, phone), {"body": "Hello <b>"}, headers=HTMX)
    page = response.content.decode()
    assert "Hello &lt;b&gt;" in page
    assert "Sending" in page
    assert "data-waiting" in page
    assert texts_on(line) == ["Hello <b>"]


@pytest.mark.parametrize("body", ["", "   ", "x" * 1601])
def test_a_text_that_cannot_be_sent_is_refused_in_words(agent: Client, line: Line, phone: Phone, body: str) -> None:
    response = agent.post(address("send", line, phone), {"body": body}, headers=HTMX)
    assert response.status_code == 422
    assert json.loads(response["HX-Trigger"])["toast"]["text"]
    assert texts_on(line) == []


def test_sending_works_without_scripts_too(agent: Client, line: Line, phone: Phone) -> None:
    response = agent.post(address("send", line, phone), {"body": "Hello"})
    assert response["Location"] == address("phone", line, phone)


def test_texts_are_sent_again_only_when_they_have_changed(agent: Client, line: Line, phone: Phone) -> None:
    agent.post(address("send", line, phone), {"body": "Hello"}, headers=HTMX)
    first = agent.get(address("texts", line, phone), headers=HTMX)
    version = first.content.decode().split('name="version" value="')[1].split('"')[0]
    assert agent.get(address("texts", line, phone), {"version": version}, headers=HTMX).status_code == 204
    network.deliver_to_handset(line=line.number, customer=NUMBER, text="Hi", status_url="", secret="s")
    changed = agent.get(address("texts", line, phone), {"version": version}, headers=HTMX)
    assert changed.status_code == 200
    assert "Newest text: Hi" in changed.content.decode()


def test_a_behaviour_can_be_chosen(agent: Client, line: Line, phone: Phone) -> None:
    response = agent.post(address("behaviour", line, phone), {"behaviour": "landline"}, headers=HTMX)
    assert response.status_code == 204
    assert network.behaviour(NUMBER) is Behaviour.LANDLINE
    assert agent.post(address("behaviour", line, phone), {"behaviour": "magic"}, headers=HTMX).status_code == 422
    assert network.behaviour(NUMBER) is Behaviour.LANDLINE
    page = agent.get(address("phone", line, phone)).content.decode()
    assert "checked" in page.split('value="landline"')[1].split(">")[0]


def test_looking_at_a_customers_phone_is_in_the_audit_log(agent: Client, cast: Cast, line: Line, phone: Phone) -> None:
    with activate(cast.organization):
        contact = threads.contact_for(parse(NUMBER))
    agent.get(address("phone", line, phone))
    with activate(cast.organization):
        [event] = AuditEvent.objects.filter(event=AuditKind.CONVERSATION_READ)
        assert (event.actor_id, event.object_id) == (cast.agent.pk, str(contact.pk))


ROUTES = [("line", False), ("phone", True), ("texts", True), ("send", True), ("behaviour", True), ("add", False)]


@pytest.mark.parametrize("route", ROUTES)
def test_an_outsider_finds_nothing_here(
    client: Client, cast: Cast, line: Line, phone: Phone, route: tuple[str, bool]
) -> None:
    name, of_phone = route
    outsider = signed_in(client, cast.outsider)
    ask = outsider.post if name in {"send", "behaviour", "add"} else outsider.get
    data = {"body": "Hello", "behaviour": "landline", "number": "(212) 555-0199"}
    assert ask(address(name, line, phone if of_phone else None), data).status_code == 404
    assert texts_on(line) == []
    assert network.behaviour(NUMBER) is Behaviour.NORMAL


def test_a_colleague_of_another_team_finds_nothing_here(agent: Client, billing_line: Line, phone: Phone) -> None:
    assert agent.get(address("phone", billing_line, phone)).status_code == 404
    assert agent.post(address("send", billing_line, phone), {"body": "Hello"}).status_code == 404
    assert texts_on(billing_line) == []


def test_who_may_not_use_the_simulator_is_refused(client: Client, cast: Cast, line: Line, phone: Phone) -> None:
    auditor = signed_in(client, cast.auditor)
    for name in ("phone", "texts"):
        assert auditor.get(address(name, line, phone)).status_code == 403
    assert auditor.post(address("send", line, phone), {"body": "Hello"}).status_code == 403
    assert texts_on(line) == []


def test_who_is_signed_out_is_sent_to_sign_in(client: Client, line: Line, phone: Phone) -> None:
    response = client.get(address("phone", line, phone))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("sign_in"))
