"""Which phones a member may pick up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenancy.isolation import activate
from tests.cast import Cast
from texting import threads
from texting.models import Contact, Conversation, Line
from texting.phone_numbers import BadNumber, parse
from texting.queries import NotYours
from texting.simulator import phones
from texting.simulator.phones import NotFiction, TooManyPhones, access_phone, add_phone, free_number

pytestmark = pytest.mark.django_db


def customer(line: Line, number: str, name: str = "", *, minutes_ago: int = 0) -> Contact:
    """Somebody who has a conversation on the line. Needs the organization to be active."""
    contact = threads.contact_for(parse(number), name=name)
    at = timezone.now() - timedelta(minutes=minutes_ago)
    Conversation.objects.create(contact=contact, line=line, opened_at=at, last_activity_at=at)
    return contact


def test_customers_of_the_line_come_first_the_last_active_on_top(cast: Cast, line: Line, billing_line: Line) -> None:
    with activate(cast.organization):
        add_phone(cast.agent, "(415) 555-0199")
        customer(line, "+12125550131", "Grace Whitfield", minutes_ago=9)
        customer(line, "+12125550132", "Marcus Bell", minutes_ago=1)
        customer(billing_line, "+12125550133", "Somebody else")
        shown = [(phone.name, phone.shown) for phone in phones.phones(cast.agent, line)]
    assert shown == [
        ("Marcus Bell", "(212) 555-0132"),
        ("Grace Whitfield", "(212) 555-0131"),
        ("(415) 555-0199", "(415) 555-0199"),
    ]


@pytest.mark.parametrize("number", ["(212) 555-0100", "+1 808 555 0199", "9195550143"])
def test_a_new_phone_is_kept_with_its_made_up_number(cast: Cast, line: Line, number: str) -> None:
    with activate(cast.organization):
        phone = add_phone(cast.agent, number)
        assert access_phone(cast.agent, phone.id) == phone
        assert add_phone(cast.agent, number) == phone
        assert [kept.number for kept in phones.phones(cast.agent, line)] == [parse(number).e164]


@pytest.mark.parametrize("number", ["(212) 555-0200", "(212) 554-0143", "+44 20 7946 0018", "(415) 867-5309"])
def test_a_number_that_may_be_somebodys_gets_no_phone(cast: Cast, line: Line, number: str) -> None:
    with activate(cast.organization):
        with pytest.raises(NotFiction):
            add_phone(cast.agent, number)
        assert phones.phones(cast.agent, line) == []


@pytest.mark.parametrize("number", ["", "hello", "55501", "+1 212 555 0143 x 2"])
def test_what_is_no_number_gets_no_phone(cast: Cast, number: str) -> None:
    with activate(cast.organization), pytest.raises(BadNumber):
        add_phone(cast.agent, number)


def test_a_real_customer_has_no_phone_here(cast: Cast, line: Line) -> None:
    with activate(cast.organization):
        real = customer(line, "+14158675309", "A real person")
        assert phones.phones(cast.agent, line) == []
        with pytest.raises(NotYours):
            access_phone(cast.agent, bytes(real.number_index).hex())


def test_a_new_phone_that_has_texted_is_listed_once(cast: Cast, line: Line) -> None:
    with activate(cast.organization):
        phone = add_phone(cast.agent, "+12125550131")
        contact = customer(line, "+12125550131", "Grace Whitfield")
        listed = phones.phones(cast.agent, line)
    assert [(one.id, one.contact) for one in listed] == [(phone.id, contact)]


def test_another_organizations_phones_cannot_be_picked_up(cast: Cast, line: Line, other_line: Line) -> None:
    with activate(cast.organization):
        added = add_phone(cast.agent, "+12125550131")
        grace = customer(line, "+12125550132", "Grace Whitfield")
    with activate(cast.other_organization):
        assert phones.phones(cast.outsider, other_line) == []
        for phone_id in (added.id, bytes(grace.number_index).hex(), "", "zz", "00" * 16):
            with pytest.raises(NotYours):
                access_phone(cast.outsider, phone_id)


def test_who_may_not_see_numbers_sees_neither_name_nor_number(cast: Cast, line: Line) -> None:
    with activate(cast.organization):
        customer(line, "+12125550131", "Grace Whitfield")
        add_phone(cast.agent, "+14155550199")
        shown = " ".join(f"{phone.name} {phone.shown} {phone!r}" for phone in phones.phones(cast.auditor, line))
    assert "0131" in shown
    for hidden in ("5550131", "555-0131", "5550199", "555-0199", "Grace"):
        assert hidden not in shown


def test_lines_of_other_teams_are_not_offered(cast: Cast, line: Line, billing_line: Line) -> None:
    with activate(cast.organization):
        assert list(phones.simulator_lines(cast.agent)) == [line]
        assert set(phones.simulator_lines(cast.second_agent)) == {line, billing_line}
        Line.objects.filter(pk=line.pk).update(provider="twilio")
        assert list(phones.simulator_lines(cast.agent)) == []


def test_only_so_many_new_phones_are_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "MOST", 2)
    with activate(cast.organization):
        add_phone(cast.agent, "+12125550101")
        add_phone(cast.agent, "+12125550102")
        add_phone(cast.agent, "+12125550101")
        with pytest.raises(TooManyPhones):
            add_phone(cast.agent, "+12125550103")


def test_the_number_that_is_proposed_is_free_and_made_up(cast: Cast) -> None:
    with activate(cast.organization):
        taken = [add_phone(cast.agent, free_number([])) for _ in range(5)]
        assert free_number(taken) not in {phone.shown for phone in taken}
