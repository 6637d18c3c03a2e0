"""Lists that show a purchase or patients' numbers, not an agreement."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from compliance.hours import own_hours
from compliance.importing import starting, working
from compliance.importing.starting import CannotImport
from compliance.models import ConsentEvent, ConsentImportRow, HoursRules
from tenancy.isolation import activate
from tests.compliance.importing_lists import ANSWERS, bring_in, fresh, look, make_program, outcomes, purchases
from tests.compliance.ledger.test_consent import rule
from tests.texting.desk import desk
from texting import threads
from texting.phone_numbers import from_provider
from texting.purposes import Purpose

__all__ = ["desk"]

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
CANADA, OTHER, AMERICA = "+14165550142", "+16045550143", "+12125550142"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program(desk):
    with activate(desk.organization):
        return make_program(desk.cast.owner, "News", scope="marketing")


def rely(desk, *, on=True):
    with activate(desk.organization):
        HoursRules.objects.update_or_create(defaults={"healthcare": on})
        own_hours.forget()


def objection(desk, number, purpose):
    with activate(desk.organization):
        contact = threads.contact_for(from_provider(number))
        return rule(threads.open_conversation(contact, desk.line, at=datetime.now(UTC)), purpose)


def reasons(made):
    with activate(made.organization_id):
        rows = ConsentImportRow.objects.filter(consent_import=made).order_by("number")
        return [row.reason for row in rows]


def test_purchases_permit_information_for_two_years_and_no_marketing_whatever_the_program(desk, program):
    made = bring_in(desk.cast.owner, purchases((CANADA, "2025-06-01")), program, basis="purchase")
    assert outcomes(made) == {"imported": 1}
    with activate(desk.organization):
        event = ConsentEvent.objects.get(action="given")
        assert (event.kind, event.scopes, event.act) == ("purchase", ["informational"], "bought")
        assert (event.disclosure_id, event.expires_at.date().isoformat()) == (None, "2027-06-01")
        assert "bought from Harbor Dental" in fresh(made).attestation
    assert objection(desk, CANADA, Purpose.ALERT) == ""
    assert objection(desk, CANADA, Purpose.BULK) == "consent.scope"
    with time_machine.travel(datetime(2027, 6, 2, tzinfo=UTC)):
        assert objection(desk, CANADA, Purpose.ALERT) == "consent.expired"


def test_rows_that_permit_nothing_are_left_out_and_say_why_and_do_not_hide_one_that_does(desk, program):
    days = ((CANADA, "2026-11-25"), (CANADA, "2024-11-23"), (CANADA, ""), (AMERICA, "2026-11-01"))
    made = look(
        desk.cast.owner, purchases(*days, (CANADA, "2026-11-01"), (CANADA, "2026-10-01")), program, basis="purchase"
    )
    assert reasons(made) == ["not_then", "too_old", "no_purchase", "not_canada", "", "twice"]
    made = look(desk.cast.owner, purchases(*days), program, basis="purchase")
    with activate(desk.organization), pytest.raises(CannotImport, match="No row"):
        starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)


def test_a_purchase_that_grows_too_old_before_the_list_is_answered_for_permits_nothing(desk, program):
    made = look(desk.cast.owner, purchases((CANADA, "2024-11-25"), (OTHER, "2026-11-01")), program, basis="purchase")
    assert outcomes(made) == {"ready": 2}
    with time_machine.travel(NOW + timedelta(days=2)):
        with activate(desk.organization):
            starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
        working.work(desk.organization.pk, made.pk)
    assert outcomes(fresh(made)) == {"bad": 1, "imported": 1}


def test_a_later_purchase_counts_longer_and_an_older_one_is_known(desk, program):
    bring_in(desk.cast.owner, purchases((CANADA, "2025-06-01")), program, basis="purchase")
    older = look(desk.cast.owner, purchases((CANADA, "2025-05-01")), program, basis="purchase")
    assert outcomes(older) == {"known": 1}
    later = bring_in(desk.cast.owner, purchases((CANADA, "2026-05-01")), program, basis="purchase")
    assert outcomes(later) == {"imported": 1}


def test_patients_numbers_carry_appointment_texts_and_keep_what_was_declared(desk, program):
    rely(desk)
    made = bring_in(desk.cast.owner, f"Phone\n{AMERICA}\n".encode(), program, basis="healthcare")
    assert outcomes(made) == {"imported": 1}
    assert objection(desk, AMERICA, Purpose.APPOINTMENT) == ""
    for purpose in (Purpose.REPLY, Purpose.ALERT, Purpose.BULK):
        assert objection(desk, AMERICA, purpose) == "consent.exempt_only", purpose
    with activate(desk.organization):
        event = ConsentEvent.objects.get(action="given")
        assert (event.kind, event.act) == ("healthcare", "gave")
        assert "free to the end user" in json.loads(event.circumstances)["conditions"]
        assert "themselves" in fresh(made).attestation


def test_with_the_exemption_off_a_list_of_patients_is_refused_at_each_step(desk, program):
    raw = f"Phone\n{AMERICA}\n".encode()
    with pytest.raises(CannotImport, match="exemption for healthcare is off"):
        look(desk.cast.owner, raw, program, basis="healthcare")
    rely(desk)
    made = look(desk.cast.owner, raw, program, basis="healthcare")
    rely(desk, on=False)
    with activate(desk.organization), pytest.raises(CannotImport, match="exemption for healthcare is off"):
        starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)


def test_the_pages_ask_what_the_list_shows_and_what_the_law_wants_to_know(desk, program):
    page = desk.as_(desk.cast.owner)
    made = look(desk.cast.owner, purchases((CANADA, "2026-11-01")), program)
    columns = reverse("import_columns", args=[made.pk])
    shown = page.get(columns).content.decode()
    assert "They bought from us (Canada)" in shown
    assert "They are patients" not in shown, "the exemption is off"
    chosen = {"number": "0", "agreed_on": "1", "date_order": "ymd", "program": program.pk}
    assert page.post(columns, chosen | {"basis": "healthcare"}).status_code == 422
    assert page.post(columns, chosen | {"basis": "purchase"}).status_code == 302
    made = fresh(made)
    assert made.basis == "purchase"
