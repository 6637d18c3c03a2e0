"""Somebody with every right on the database changes the consent ledger, and is seen each time."""

import json
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compliance.ledger.consent import Evidence
from compliance.ledger.ledger_verification import verify_ledger
from compliance.models import ConsentEvent, Disclosure, Program
from compliance.opt_in import opting_in
from tenancy.isolation import activate
from tests.tenancy.conftest import superuser
from tests.texting.desk import FIRST, SECOND, make_desk

__all__ = ["superuser"]

EDITS = {
    "number_index": "number_index = set_byte(number_index, 0, (get_byte(number_index, 0) + 1) % 256)",
    "action": "action = 'withdrawn'",
    "kind": "kind = 'healthcare'",
    "scopes": "scopes = array['marketing', 'informational']",
    "program": "program_id = NULL",
    "source": "source = 'agent'",
    "act": "act = 'told'",
    "quality": "quality = 'weak'",
    "disclosure": "disclosure_id = NULL",
    "words": "words = set_byte(words, 60, (get_byte(words, 60) + 1) % 256)",
    "circumstances": "circumstances = words",
    "happened_at": "happened_at = now()",
    "expires_at": "expires_at = now()",
    "recorded_at": "recorded_at = recorded_at - interval '1 microsecond'",
}


@pytest.fixture
def office(superuser):
    """A customer who opted in by a form, asked for help and opted out; committed, so that others see it."""
    desk = make_desk()
    contact = desk.hear("Hello").contact
    with activate(desk.organization):
        program = Program.objects.create(
            name="Offers", scope="marketing", frequency="Monthly", made_by=desk.cast.owner, made_at=contact.created_at
        )
        digest = sha256(b"I agree").digest()
        wording = Disclosure.objects.create(program=program, text="I agree", digest=digest, made_at=contact.created_at)
        evidence = Evidence(
            source=ConsentEvent.Source.FORM,
            words="yes please",
            act=ConsentEvent.Act.TICKED,
            quality=ConsentEvent.Quality.COMPLETE,
            disclosure=wording,
            circumstances={"ip": "203.0.113.9"},
        )
        opting_in.opt_in(contact=contact, line=desk.line, program=program, evidence=evidence, say=lambda *_: None)
    desk.hear("HELP")
    desk.hear("STOP")
    return desk


def test_every_entry_of_an_honest_ledger_is_proved(office):
    report = verify_ledger(office.organization)
    assert report.differences == []
    assert (report.entries, report.unproved) == (office.permissions(), 0)
    assert report.entries == 4, "wrote, agreed, asked for help, opted out"
    assert report.stops == 1


def test_a_suppression_that_was_removed_changed_or_slipped_in_is_found_and_one_that_was_lifted_is_not_missed(
    office, superuser
):
    def problems():
        return {one.problem for one in verify_ledger(office.organization).differences}

    with superuser() as connection:
        connection.execute("CREATE TEMP TABLE untouched AS SELECT * FROM compliance_suppression")
        connection.execute("UPDATE compliance_suppression SET since = since - interval '1 second'")
        assert problems() == {"was altered after it was written"}
        connection.execute("DELETE FROM compliance_suppression")
        assert problems() == {"an opt-out that holds was removed"}
        connection.execute("INSERT INTO compliance_suppression SELECT * FROM untouched")
        assert problems() == set()
        office.hear("START")
        assert problems() == set()
        connection.execute("INSERT INTO compliance_suppression SELECT * FROM untouched")
        assert problems() == {"keeps a number from being texted, but the chain knows nothing of it"}


def test_an_entry_that_was_changed_in_any_column_is_found(office, superuser):
    with superuser() as connection:
        connection.execute("CREATE TEMP TABLE untouched AS SELECT * FROM compliance_consentevent")
        for column, edit in EDITS.items():
            changed = connection.execute(f"UPDATE compliance_consentevent SET {edit} WHERE source = 'form'")
            assert changed.rowcount == 1
            (found,) = verify_ledger(office.organization).differences
            assert (found.problem, found.sequence is None) == ("was altered after it was written", False), column
            connection.execute("DELETE FROM compliance_consentevent")
            connection.execute("INSERT INTO compliance_consentevent SELECT * FROM untouched")
    assert verify_ledger(office.organization).sound


def test_a_changed_wording_is_found_at_the_wording_and_at_every_entry_that_points_to_it(office, superuser):
    with superuser() as connection:
        connection.execute("UPDATE compliance_disclosure SET text = 'I agree to everything'")
    problems = {one.problem for one in verify_ledger(office.organization).differences}
    assert problems == {"was altered after it was written", "a wording that people agreed to was altered"}


def test_a_removed_entry_and_one_that_was_slipped_in_are_found_and_the_command_says_so(office, superuser):
    heard = StringIO()
    call_command("verify_consent", organization="harbor", stdout=heard)
    assert "4 entries" in heard.getvalue()
    assert heard.getvalue().rstrip().endswith(": sound")
    with superuser() as connection:
        connection.execute("UPDATE compliance_consentevent SET id = gen_random_uuid() WHERE action = 'withdrawn'")
    told = StringIO()
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_consent", organization="harbor", stdout=told)
    assert "was removed from the ledger" in told.getvalue()
    assert "the chain knows nothing of it" in told.getvalue()
    assert "NOT SOUND, 2 findings" in told.getvalue()


def test_what_somebody_removed_is_told_by_the_receipt_of_its_number_alone(office, superuser):
    def receipt(number=FIRST, **form):
        asked = {"number": number, "reason": "dispute", **form}
        return office.as_(office.cast.owner).post("/reports/number/", asked).content.decode()

    whole = json.loads(receipt(form="json"))
    assert whole["removed"] == []
    with superuser() as connection:
        connection.execute("DELETE FROM compliance_suppression")
        connection.execute("DELETE FROM compliance_consentevent WHERE action = 'withdrawn'")
    left = json.loads(receipt(form="json"))
    assert [one["what"] for one in left["removed"]] == ["entered", "suppressed"]
    assert left["removed"][0]["id"] == whole["entries"][0]["id"], "the newest, which no other entry follows"
    assert {entry["anchor"]["proof"] for entry in left["entries"]} == {"proved"}
    page = receipt()
    assert "Something was removed from the ledger" in page
    assert "Every entry agrees" not in page
    assert (
        office.as_(office.cast.owner)
        .post("/reports/number/", {"number": FIRST, "reason": "dispute", "form": "pdf"})
        .content
    )
    office.hear("STOP", number=SECOND)
    office.hear("START", number=SECOND)
    assert json.loads(receipt(SECOND, form="json"))["removed"] == [], "what a START lifted is not missed"
