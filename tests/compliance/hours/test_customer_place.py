"""Where a customer is: who may see and change it, what counts, and what is refused."""

import pytest
from django.db import connection

from compliance.models import HoursRules
from compliance.send_policies.hours import where_is
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import make_caller
from tests.cast import signed_in
from tests.texting.conftest import far_end
from tests.texting.desk import desk
from texting.models import Contact

__all__ = ["desk", "far_end"]


@pytest.fixture
def contact(desk):
    return desk.hear("Hello", name="Marcus Bell").contact


def address(contact):
    return f"/contacts/{contact.pk}/place/"


def stored(desk):
    with activate(desk.organization):
        found = Contact.objects.get()
        return found.time_zone, found.state, found.zip_code


def changes(desk):
    with activate(desk.organization):
        return AuditEvent.objects.filter(event=AuditKind.CONTACT_CHANGED).count()


def test_an_agent_writes_down_where_a_customer_is_and_it_counts(desk, contact):
    agent = desk.as_(desk.cast.agent)
    assert "America/New_York" in agent.get(address(contact)).content.decode()
    told = {"time_zone": "America/Denver", "state": "CO", "zip_code": "80202"}
    assert agent.post(address(contact), told).status_code == 302
    assert stored(desk) == ("America/Denver", "CO", "80202")
    with activate(desk.organization):
        found = where_is(Contact.objects.get())
    assert (found.zones, found.places) == (("America/Denver",), ("US-CO", "US-NY"))
    page = agent.get(address(contact)).content.decode()
    assert "America/Denver" in page
    assert "US-CO, US-NY" in page
    agent.post(address(contact), told)
    assert changes(desk) == 1, "the same again is no change"


def test_none_of_it_is_in_the_database_in_clear_or_in_the_log(desk, contact):
    told = {"time_zone": "America/Denver", "state": "CO", "zip_code": "80202"}
    desk.as_(desk.cast.agent).post(address(contact), told)
    with activate(desk.organization), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM texting_contact c")
        [(row,)] = cursor.fetchall()
        details = str(AuditEvent.objects.get(event=AuditKind.CONTACT_CHANGED).details)
    for word in ("Denver", "80202"):
        assert word not in row
        assert word not in details


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "x" * 61},
        {"state": "XX"},
        {"zip_code": "1000"},
        {"zip_code": "١٠٠٠١"},
    ],
)
def test_what_is_no_place_is_said_and_nothing_is_written_down(desk, contact, wrong):
    answer = desk.as_(desk.cast.agent).post(address(contact), wrong)
    assert answer.status_code == 422
    assert stored(desk) == ("", "", "")
    assert changes(desk) == 0


@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("outsider", 404)])
def test_others_see_and_change_nothing(desk, client, contact, who, status):
    member = signed_in(client, getattr(desk.cast, who))
    assert member.get(address(contact)).status_code == status
    assert member.post(address(contact), {"state": "CO"}).status_code == status
    assert stored(desk) == ("", "", "")


def test_a_program_reads_and_changes_it(desk, contact):
    caller = make_caller(desk.cast.owner)
    place = f"contacts/{contact.pk}/place"
    assert caller.get(place).json()["zones"] == ["America/New_York"]
    answer = caller.ask("PATCH", place, {"state": "ca"})
    assert answer.status_code == 200
    assert answer.json()["state"] == "CA"
    assert set(answer.json()["zones"]) == {"America/New_York", "America/Los_Angeles"}
    assert caller.ask("PATCH", place, {"zip_code": "90001"}).json()["state"] == "CA", "what is left out stays"
    assert caller.ask("PATCH", place, {"time_zone": "nowhere"}).json()["errors"][0]["pointer"] == "/time_zone"
    assert stored(desk) == ("", "CA", "90001")


def test_the_page_says_when_the_next_text_of_each_kind_may_leave(desk, contact):
    with activate(desk.organization):
        HoursRules.objects.create()
    page = desk.as_(desk.cast.agent).get(address(contact)).content.decode()
    assert "their time" in page
    assert "Marketing" in page
