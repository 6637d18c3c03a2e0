"""Permissions that nobody spoke: a patient's number under the exemption for healthcare, a purchase in Canada."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.permissions import MissingPermission
from compliance.hours import own_hours
from compliance.implied import exemption
from compliance.ledger import consent
from compliance.models import ConsentEvent, HoursRules
from compliance.opt_in import asking
from compliance.opt_out.permitted_by_law import record_patient, record_purchase
from compliance.opt_out.told_to_members import CannotRecord, Told, record_opt_out
from tenancy.isolation import activate
from tests.cast import signed_in
from tests.compliance.ledger.test_consent import rule
from tests.compliance.opt_ins import make_program
from tests.texting.desk import desk
from texting import threads
from texting.phone_numbers import from_provider
from texting.purposes import Purpose

__all__ = ["desk"]

CANADA, AMERICA = "+14165550142", "+12125550142"
PHONE = ConsentEvent.Channel.PHONE
HTMX = {"HX-Request": "true"}
NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
BOXES = {f"box{at}": "on" for at in range(3)}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOW, tick=False):
        yield


def strange(desk, number=AMERICA):
    """A conversation with somebody of whom nothing is known; the organization must be active."""
    contact = threads.contact_for(from_provider(number))
    return threads.open_conversation(contact, desk.line, at=datetime.now(UTC))


def switch(*, on):
    HoursRules.objects.update_or_create(defaults={"healthcare": on})
    own_hours.forget()


def be_patient(desk, conversation, *, member=None, declares=True, at=None):
    told = Told(PHONE, "Use my cell, she said", at)
    return record_patient(member=member or desk.cast.agent, contact=conversation.contact, told=told, declares=declares)


def buy(desk, conversation, day, *, member=None, what="Order 4711"):
    return record_purchase(
        member=member or desk.cast.agent,
        contact=conversation.contact,
        bought_on=datetime.fromisoformat(day).date(),
        what=what,
    )


# --- The exemption for healthcare ---


def test_a_patients_number_may_get_appointment_texts_and_nothing_else(desk):
    with activate(desk.organization):
        switch(on=True)
        conversation = strange(desk)
        event = be_patient(desk, conversation)
        assert (event.kind, event.scopes, event.act) == ("healthcare", ["informational:appointment"], "gave")
        assert rule(conversation, Purpose.APPOINTMENT) == ""
        for purpose in (Purpose.REPLY, Purpose.ALERT, Purpose.BULK, Purpose.PRIVATE_LINK, Purpose.RECEIPT):
            assert rule(conversation, purpose) == "consent.exempt_only", purpose


def test_the_entry_keeps_the_conditions_and_who_declared_them(desk):
    with activate(desk.organization):
        switch(on=True)
        event = be_patient(desk, strange(desk))
        kept = json.loads(ConsentEvent.objects.get(pk=event.pk).circumstances)
        assert kept["exemption"] == "47 CFR 64.1200(a)(9)(iv)"
        for sentence in (*exemption.declared(desk.organization.name), *exemption.kept_by_parley()):
            assert sentence in kept["conditions"]
        assert event.actor == desk.cast.agent


def test_switched_off_it_is_refused_and_what_was_recorded_carries_nothing(desk):
    with activate(desk.organization):
        conversation = strange(desk)
        with pytest.raises(CannotRecord, match="exemption for healthcare is off"):
            be_patient(desk, conversation)
        assert not ConsentEvent.objects.exists()
        switch(on=True)
        be_patient(desk, conversation)
        switch(on=False)
        assert rule(conversation, Purpose.APPOINTMENT) == "consent.exemption_off"


def test_the_patients_own_text_still_permits_an_answer(desk):
    with activate(desk.organization):
        switch(on=True)
        be_patient(desk, strange(desk))
    conversation = desk.hear("Can I come at ten?", number=AMERICA)
    with activate(desk.organization):
        assert rule(conversation, Purpose.REPLY) == ""
        assert rule(conversation, Purpose.APPOINTMENT) == ""
        assert rule(conversation, Purpose.ALERT) == "consent.scope"


def test_what_they_agreed_to_themselves_is_not_narrowed_by_it(desk):
    with activate(desk.organization):
        switch(on=True)
        conversation = strange(desk)
        given = consent.give(
            conversation.contact,
            kind=ConsentEvent.Kind.EXPRESS,
            evidence=consent.Evidence(source=ConsentEvent.Source.API),
        )
        be_patient(desk, conversation)
        switch(on=False)
        assert consent.state_of(conversation.contact).permits("informational:appointment") == given
        assert rule(conversation, Purpose.REPLY) == ""


@pytest.mark.parametrize("whose", ["texted", "told"])
def test_neither_lifts_an_opt_out(desk, whose):
    conversation = desk.hear("STOP" if whose == "texted" else "Hello", number=CANADA)
    with activate(desk.organization):
        switch(on=True)
        if whose == "told":
            record_opt_out(
                member=desk.cast.agent, contact=conversation.contact, told=Told(PHONE, "No more"), confirm=False
            )
        with pytest.raises(CannotRecord, match="They opted out"):
            be_patient(desk, conversation)
        with pytest.raises(CannotRecord, match="They opted out"):
            buy(desk, conversation, "2026-11-20")
        assert not ConsentEvent.objects.filter(kind__in=["healthcare", "purchase"]).exists()


def test_whom_only_the_law_permits_may_be_asked_to_agree(desk):
    with activate(desk.organization):
        switch(on=True)
        program = make_program(desk.cast.owner, scope="informational", category="appointment")
        conversation = strange(desk)
        be_patient(desk, conversation)
        assert asking.askable(conversation) == [program]
        begun = asking.ask(member=desk.cast.agent, conversation=conversation, program_id=program.pk)
        assert begun.state == "asked"


def test_each_condition_is_declared_or_nothing_is_written(desk):
    with activate(desk.organization):
        switch(on=True)
        conversation = strange(desk)
        with pytest.raises(CannotRecord, match="each of the conditions"):
            be_patient(desk, conversation, declares=False)
    client, address = signed_in(Client(), desk.cast.agent), reverse("record_patient", args=[conversation.contact_id])
    said = {"channel": "phone", "words": "My cell"}
    for left_out in BOXES:
        boxes = {name: value for name, value in BOXES.items() if name != left_out}
        assert client.post(address, said | boxes, headers=HTMX).status_code == 422
    with activate(desk.organization):
        assert not ConsentEvent.objects.exists()


def test_the_dialog_explains_and_writes_it_down(desk):
    with activate(desk.organization):
        switch(on=True)
        conversation = strange(desk)
    client, address = signed_in(Client(), desk.cast.agent), reverse("record_patient", args=[conversation.contact_id])
    shown = client.get(address, headers=HTMX).content.decode()
    for words in ("one a day and three a week", "free to the end user", "gave Harbor Dental this number"):
        assert words in shown
    assert client.post(address, {"channel": "phone", "words": "My cell"} | BOXES, headers=HTMX).status_code == 204
    page = client.get(reverse("consent", args=[conversation.contact_id])).content.decode()
    assert "A patient gave us this number" in page
    assert "Appointment texts only" in page


def test_with_it_off_no_page_offers_it_and_a_post_is_refused(desk):
    with activate(desk.organization):
        conversation = strange(desk)
    client, address = signed_in(Client(), desk.cast.agent), reverse("record_patient", args=[conversation.contact_id])
    page = client.get(reverse("consent", args=[conversation.contact_id])).content.decode()
    assert address not in page
    assert reverse("record_purchase", args=[conversation.contact_id]) not in page, "an American number"
    response = client.post(address, {"channel": "phone", "words": "My cell"} | BOXES, headers=HTMX)
    assert response.status_code == 422
    with activate(desk.organization):
        assert not ConsentEvent.objects.exists()


# --- A purchase in Canada ---


def test_a_purchase_permits_information_for_two_years_from_its_day(desk):
    with activate(desk.organization):
        conversation = strange(desk, CANADA)
        event = buy(desk, conversation, "2026-03-02")
        assert (event.kind, event.expires_at.date().isoformat()) == ("purchase", "2028-03-02")
        assert json.loads(event.circumstances)["bought_on"] == "2026-03-02"
        for purpose in (Purpose.REPLY, Purpose.ALERT, Purpose.APPOINTMENT):
            assert rule(conversation, purpose) == "", purpose
        assert rule(conversation, Purpose.BULK) == "consent.scope"
    with time_machine.travel(event.expires_at - timedelta(minutes=1)), activate(desk.organization):
        assert rule(conversation, Purpose.REPLY) == ""
    with time_machine.travel(event.expires_at + timedelta(minutes=1)), activate(desk.organization):
        assert rule(conversation, Purpose.REPLY) == "consent.expired"


@pytest.mark.parametrize(
    ("number", "day", "says"),
    [
        (CANADA, "2026-11-25", "lies in the future"),
        (CANADA, "2024-11-23", "two years, and this one is older"),
        (CANADA, "0001-01-01", "two years, and this one is older"),
        (AMERICA, "2026-11-20", "Canadian numbers only"),
    ],
)
def test_a_day_or_a_country_that_permits_nothing_is_refused_with_the_reason(desk, number, day, says):
    with activate(desk.organization):
        with pytest.raises(CannotRecord, match=says):
            buy(desk, strange(desk, number), day)
        assert not ConsentEvent.objects.exists()


def test_today_and_the_day_two_years_ago_still_count(desk):
    with activate(desk.organization):
        conversation = strange(desk, CANADA)
        assert buy(desk, conversation, "2024-11-25").expires_at.date().isoformat() == "2026-11-25"
        assert buy(desk, conversation, "2026-11-24").expires_at > NOW + timedelta(days=729)
        with pytest.raises(CannotRecord, match="or a later one"):
            buy(desk, conversation, "2026-10-01")


def test_a_purchase_before_an_opt_out_no_longer_counts_even_after_start(desk):
    with time_machine.travel(NOW - timedelta(days=10)):
        conversation = desk.hear("STOP", number=CANADA)
        desk.hear("START", number=CANADA)
    with activate(desk.organization):
        with pytest.raises(CannotRecord, match="after that purchase"):
            buy(desk, conversation, "2026-11-10")
        buy(desk, conversation, "2026-11-20")


def test_whoever_may_not_record_does_neither(desk):
    with activate(desk.organization):
        switch(on=True)
        conversation = strange(desk, CANADA)
        with pytest.raises(MissingPermission):
            buy(desk, conversation, "2026-11-20", member=desk.cast.auditor)
        with pytest.raises(MissingPermission):
            be_patient(desk, conversation, member=desk.cast.auditor)
        assert not ConsentEvent.objects.exists()


def test_the_dialog_of_a_purchase_says_until_when_and_what_is_wrong(desk):
    with activate(desk.organization):
        conversation = strange(desk, CANADA)
    client, address = signed_in(Client(), desk.cast.agent), reverse("record_purchase", args=[conversation.contact_id])
    assert address in client.get(reverse("consent", args=[conversation.contact_id])).content.decode()
    wrong = client.post(address, {"bought_on": "2020-01-01", "words": "Order 4711"}, headers=HTMX)
    assert wrong.status_code == 422
    assert "this one is older" in wrong.content.decode()
    for bad in ({"bought_on": "soon"}, {"words": ""}, {"words": "x" * 5000}, {"words": "a\0b"}):
        assert client.post(address, {"bought_on": "2026-11-01", "words": "x"} | bad, headers=HTMX).status_code == 422
    right = client.post(address, {"bought_on": "2026-11-01", "words": "Order 4711"}, headers=HTMX)
    assert "until 1 November 2028" in right["HX-Trigger"]
