"""A list of people who agreed elsewhere becomes permissions: what counts, what is left out, and never twice."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import MissingPermission
from compliance.importing import starting, working
from compliance.importing.reading import CannotRead
from compliance.importing.starting import Answers, CannotImport
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.ledger.ledger_verification import verify_ledger
from compliance.models import ConsentEvent, ConsentImport, ConsentImportRow, Suppression
from tenancy.encryption import KeyDestroyed
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.importing_lists import (
    ANSWERS,
    WORDING,
    bring_in,
    fresh,
    look,
    make_program,
    number,
    outcomes,
    rows,
)
from tests.scaling import grows_in_step
from tests.texting.desk import desk
from texting import gate, threads
from texting.gate import Draft, Verdict
from texting.models import Contact
from texting.phone_numbers import parse
from texting.purposes import Purpose

__all__ = ["desk"]

State = ConsentImport.State


@pytest.fixture
def program(desk):
    with activate(desk.organization):
        return make_program(desk.cast.owner)


def given(desk) -> list[ConsentEvent]:
    with activate(desk.organization):
        return list(ConsentEvent.objects.filter(action="given", source="import").order_by("id"))


def verdict(desk, at, purpose):
    with activate(desk.organization):
        contact = threads.contact_for(parse(number(at)))
        conversation = threads.open_conversation(contact, desk.line, at=datetime.now(UTC))
        return gate.ask(Draft(conversation, "Tomorrow at nine", purpose, desk.cast.agent))


def withdraw(desk, at, **when):
    with activate(desk.organization):
        contact = threads.contact_for(parse(number(at)))
        consent.withdraw(contact, evidence=Evidence(source=ConsentEvent.Source.KEYWORD, matched="stop", **when))
        return contact


class TestWhatARowBecomes:
    def test_a_row_with_date_and_wording_permits_what_its_program_is_about(self, desk, program):
        made = bring_in(desk.cast.owner, rows(2), program)
        assert (made.state, outcomes(made)) == (State.DONE, {"imported": 2})
        event = given(desk)[0]
        assert (event.kind, event.quality, event.act) == ("written", "imported", "attested")
        assert (event.scopes, event.actor_id) == (["informational"], desk.cast.owner.pk)
        assert event.happened_at.date().isoformat() == "2026-03-05"
        with activate(desk.organization):
            event = ConsentEvent.objects.select_related("disclosure").get(pk=event.pk)
            assert event.disclosure.text == WORDING
            facts = json.loads(event.circumstances)
            assert (facts["how_collected"], facts["collected_by"]) == ("On the intake form", "Ada Lindqvist")
            assert {contact.name for contact in Contact.objects.all()} == {"Person 0", "Person 1"}
        assert verdict(desk, 0, Purpose.APPOINTMENT).verdict is Verdict.ALLOW
        assert verdict(desk, 0, Purpose.BULK).verdict is Verdict.REFUSE, "the program is not about marketing"

    def test_marketing_needs_wording_and_date(self, desk):
        with activate(desk.organization):
            news = make_program(desk.cast.owner, "News", scope="marketing")
        bring_in(desk.cast.owner, rows(1), news)
        assert verdict(desk, 0, Purpose.BULK).verdict is Verdict.ALLOW

    @pytest.mark.parametrize("how", ["no date", "no wording", "neither", "a program that wants a YES"])
    def test_what_cannot_be_proved_permits_nothing_until_it_is_confirmed(self, desk, program, how):
        raw = rows(1, day="" if how in ("no date", "neither") else "2026-03-05")
        if how in ("no wording", "neither"):
            raw = rows(1, wording="", day="" if how == "neither" else "2026-03-05")
        if how == "a program that wants a YES":
            program.double_opt_in = True
            with activate(desk.organization):
                program.save()
        made = bring_in(desk.cast.owner, raw, program)
        assert outcomes(made) == {"weak": 1}
        for purpose in (Purpose.APPOINTMENT, Purpose.ALERT, Purpose.BULK, Purpose.REPLY):
            outcome = verdict(desk, 0, purpose)
            assert {reason.rule for reason in outcome.objections} == {"consent.weak"}
        desk.hear("Hello", number=parse(number(0)).e164)
        assert verdict(desk, 0, Purpose.REPLY).verdict is Verdict.ALLOW, "who writes to us is answered"

    def test_what_is_said_once_holds_for_rows_that_do_not_say_it(self, desk, program):
        answers = Answers("Ada", "On paper", datetime(2026, 1, 2, tzinfo=UTC).date(), WORDING)
        made = bring_in(desk.cast.owner, rows(1, day="", wording=""), program, answers)
        assert outcomes(made) == {"imported": 1}
        assert given(desk)[0].happened_at.date().isoformat() == "2026-01-02"

    def test_a_known_customer_keeps_their_name(self, desk, program):
        desk.hear("Hello", number=parse(number(0)).e164, name="Grace")
        bring_in(desk.cast.owner, rows(1), program)
        assert desk.contact(parse(number(0)).e164).name == "Grace"


class TestWhatIsLeftOut:
    def test_whoever_opted_out_stays_opted_out(self, desk, program):
        withdraw(desk, 0)
        made = bring_in(desk.cast.owner, rows(2), program)
        assert outcomes(made) == {"opted_out": 1, "imported": 1}
        with activate(desk.organization):
            assert Suppression.objects.count() == 1
        assert len(given(desk)) == 1

    def test_a_number_that_opted_out_is_blocked_when_its_contact_is_gone_and_a_list_brings_it_back(self, desk, program):
        before = withdraw(desk, 0)
        with activate(desk.organization):  # nothing is left by which the contact could be found
            Contact.objects.filter(pk=before.pk).update(number_index=b"nobody-any-more!")
        made = bring_in(desk.cast.owner, rows(2), program)
        assert outcomes(made) == {"opted_out": 1, "imported": 1}
        assert {one.rule for one in verdict(desk, 0, Purpose.REPLY).objections} == {"consent.opted_out"}
        with activate(desk.organization):
            assert threads.contact_for(parse(number(0))).pk != before.pk

    def test_an_opt_out_while_the_list_waits_is_found_when_it_is_written(self, desk, program):
        made = look(desk.cast.owner, rows(2), program)
        assert outcomes(made) == {"ready": 2}
        withdraw(desk, 1)
        with activate(desk.organization):
            starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
        working.work(desk.organization.pk, made.pk)
        assert outcomes(made) == {"imported": 1, "opted_out": 1}

    def test_what_was_said_before_an_opt_out_does_not_come_back_when_start_lifts_it(self, desk, program):
        withdraw(desk, 0)
        desk.hear("START", number=parse(number(0)).e164)
        made = look(desk.cast.owner, rows(1), program)
        with activate(desk.organization):
            assert not Suppression.objects.exists()
            assert ConsentImportRow.objects.get().reason == "opted_out_since"
        assert outcomes(made) == {"opted_out": 1}

    def test_each_bad_row_says_why_and_the_others_are_imported(self, desk, program):
        said = [
            "Phone,Name,Date,Wording",
            f"{number(0)},Good,2026-03-05,{WORDING}",
            f"{number(0)},Again,2026-03-05,{WORDING}",
            ",No number,2026-03-05,x",
            "12345,Short,2026-03-05,x",
            "call me,Letters,2026-03-05,x",
            f"{number(1)},Tomorrow,2126-03-05,x",
            f"{number(2)},No day,soon,x",
            f"{number(3)},Huge,2026-03-05,{'x' * 20_000}",
            "",
            f'{number(4)},"Two\nlines",2026-03-05,{WORDING}',
        ]
        made = bring_in(desk.cast.owner, "\r\n".join(said).encode(), program)
        assert outcomes(made) == {"imported": 2, "twice": 1, "bad": 6}
        with activate(desk.organization):
            found = dict(ConsentImportRow.objects.exclude(reason="").values_list("number", "reason"))
        assert found == {
            3: "twice",
            4: "no_number",
            5: "bad_number",
            6: "bad_number",
            7: "not_then",
            8: "bad_date",
            9: "too_long",
        }

    def test_the_same_file_twice_adds_nothing(self, desk, program):
        bring_in(desk.cast.owner, rows(3), program)
        again = look(desk.cast.owner, rows(3), program)
        assert outcomes(again) == {"known": 3}
        with activate(desk.organization), pytest.raises(CannotImport, match="No row"):
            starting.attest(member=desk.cast.owner, started=again, answers=ANSWERS)
        weak = rows(2, first=10, wording="")
        bring_in(desk.cast.owner, weak, program)
        assert outcomes(bring_in(desk.cast.owner, weak, program)) == {"known": 2}
        assert len(given(desk)) == 5

    def test_a_number_that_stands_in_two_batches_is_taken_once(self, desk, program, monkeypatch):
        made = look(
            desk.cast.owner, rows(0) + b"\n" + rows(3).split(b"\n", 1)[1] + b"\n" + rows(1).split(b"\n")[1], program
        )
        with activate(desk.organization):
            starting.name_columns(
                member=desk.cast.owner, started=made, meaning=made.columns, date_order="ymd", program=program
            )
        working.work(desk.organization.pk, made.pk, batch=1)
        assert outcomes(made) == {"ready": 3, "twice": 1}


class TestGoingOn:
    def test_a_killed_worker_is_followed_by_another_and_nothing_is_written_twice(self, desk, program, monkeypatch):
        made = look(desk.cast.owner, rows(12), program)
        with activate(desk.organization):
            starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
        visits = iter([None, None, SystemExit()])

        def die_at_the_third(point):
            if (end := next(visits)) is not None:
                raise end

        monkeypatch.setattr(working, "crash_here", die_at_the_third)
        with pytest.raises(SystemExit):
            working.work(desk.organization.pk, made.pk, batch=3)
        monkeypatch.undo()
        assert outcomes(made) == {"imported": 6, "ready": 6}
        assert len(given(desk)) == 6, "what was not committed never was"
        assert working.work(desk.organization.pk, made.pk, batch=5) is False
        assert outcomes(made) == {"imported": 12}
        assert len({bytes(event.number_index) for event in given(desk)}) == len(given(desk)) == 12
        assert working.work(desk.organization.pk, made.pk) is False
        assert len(given(desk)) == 12

    def test_pausing_stops_it_and_resuming_goes_on(self, desk, program):
        made = look(desk.cast.owner, rows(4), program)
        with activate(desk.organization):
            starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
        assert working.work(desk.organization.pk, made.pk, seconds=0, batch=2) is True
        with activate(desk.organization):
            starting.pause(member=desk.cast.owner, started=made)
        assert working.work(desk.organization.pk, made.pk) is False
        assert outcomes(made) == {"imported": 2, "ready": 2}
        with activate(desk.organization):
            starting.resume(member=desk.cast.owner, started=made)
            assert working.unfinished() == [made.pk]
        working.work(desk.organization.pk, made.pk)
        assert outcomes(made) == {"imported": 4}

    def test_ending_it_keeps_what_is_written_and_writes_no_more(self, desk, program):
        made = look(desk.cast.owner, rows(4), program)
        with activate(desk.organization):
            starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
        working.work(desk.organization.pk, made.pk, seconds=0, batch=2)
        with activate(desk.organization):
            starting.cancel(member=desk.cast.owner, started=made)
        working.work(desk.organization.pk, made.pk)
        assert (fresh(made).state, len(given(desk))) == (State.DONE, 2)

    def test_a_batch_takes_as_many_statements_for_many_rows_as_for_few(self, desk, program):
        def statements(first, count):
            made = look(desk.cast.owner, rows(count, first=first), program)
            with activate(desk.organization):
                starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
            with CaptureQueriesContext(connection) as seen:
                working.work(desk.organization.pk, made.pk)
            return len(seen)

        statements(0, 2)
        assert statements(10, 60) <= statements(100, 2) + 2

    def test_the_time_and_the_rows_that_are_read_grow_in_step_with_the_list(self, desk, program):
        """Time alone is Python's; what the database is made to read and write is counted."""
        first, touched = count(0, 1000), Counter[int]()

        def import_it(size):
            made = look(desk.cast.owner, rows(size, first=next(first)), program, batch=10)
            with activate(desk.organization):
                starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
            with connection.execute_wrapper(counting):
                touched[size] = 0
                while working.work(desk.organization.pk, made.pk, batch=10):
                    pass
            assert outcomes(made) == {"imported": size}

        def counting(execute, sql, params, many, context):
            result = execute(sql, params, many, context)
            touched[next(reversed(touched))] += max(context["cursor"].rowcount, 0)
            return result

        assert grows_in_step(import_it, size=30, times=8, at_most=14, floor=0.02)
        assert touched[240] < 9 * touched[30]


class TestTakingBack:
    def test_it_ends_what_this_import_gave_and_opts_nobody_out(self, desk, program):
        with activate(desk.organization):
            contact = threads.contact_for(parse(number(0)))
            consent.give(contact, kind=ConsentEvent.Kind.REPLY, evidence=Evidence(source=ConsentEvent.Source.INBOUND))
        made = bring_in(desk.cast.owner, rows(2), program)
        with activate(desk.organization):
            starting.undo(member=desk.cast.owner, started=made)
        working.work(desk.organization.pk, made.pk)
        assert (fresh(made).state, outcomes(made)) == (State.UNDONE, {"undone": 2})
        assert verdict(desk, 1, Purpose.APPOINTMENT).verdict is Verdict.REFUSE
        assert verdict(desk, 0, Purpose.REPLY).verdict is Verdict.ALLOW, "what the customer said themselves stands"
        with activate(desk.organization):
            assert not Suppression.objects.exists()
            assert ConsentEvent.objects.filter(action="retracted").count() == 2
            assert len(given(desk)) == 2, "the ledger only grows"
        assert outcomes(bring_in(desk.cast.owner, rows(2), program)) == {"imported": 2}
        report = verify_ledger(desk.organization)
        assert (report.sound, report.entries) == (True, 7), "the chain names every entry"

    def test_a_day_later_it_is_too_late(self, desk, program):
        made = bring_in(desk.cast.owner, rows(1), program)
        with activate(desk.organization):
            ConsentImport.objects.update(ended_at=made.ended_at - timedelta(hours=25))
            with pytest.raises(CannotImport, match="24 hours"):
                starting.undo(member=desk.cast.owner, started=made)
            assert not ConsentEvent.objects.filter(action="retracted").exists()


class TestTheRightTime:
    def test_nothing_is_written_before_somebody_answers_for_it(self, desk, program):
        made = look(desk.cast.owner, rows(1), program)
        working.work(desk.organization.pk, made.pk)
        assert given(desk) == []
        with activate(desk.organization), pytest.raises(CannotImport, match="who collected"):
            starting.attest(member=desk.cast.owner, started=made, answers=Answers(" ", "", None, ""))

    def test_what_is_done_cannot_be_attested_paused_or_named_again(self, desk, program):
        made = bring_in(desk.cast.owner, rows(1), program)
        with activate(desk.organization):
            for act in (starting.pause, starting.resume, starting.cancel):
                with pytest.raises(CannotImport):
                    act(member=desk.cast.owner, started=made)
            with pytest.raises(CannotImport):
                starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)
            with pytest.raises(CannotImport):
                starting.name_columns(
                    member=desk.cast.owner, started=made, meaning={"number": 1}, date_order="ymd", program=program
                )
        assert len(given(desk)) == 1

    def test_a_column_means_one_thing_and_exists(self, desk, program):
        with activate(desk.organization):
            made = starting.upload(member=desk.cast.owner, name="ssn 529-43-1187.csv", raw=rows(1))
            assert made.file_name == "ssn [social security number ••••1187].csv"
            for meaning in ({}, {"number": 9}, {"number": 1, "name": 1}, {"number": -1}):
                with pytest.raises(CannotImport):
                    starting.name_columns(
                        member=desk.cast.owner, started=made, meaning=meaning, date_order="ymd", program=program
                    )

    def test_nobody_without_the_right_and_every_name_in_sight_imports(self, desk, program):
        for member in (desk.cast.agent, desk.cast.supervisor, desk.cast.auditor):
            with activate(desk.organization), pytest.raises(MissingPermission):
                starting.upload(member=member, name="a.csv", raw=rows(1))
        with activate(desk.organization):
            assert not ConsentImport.objects.exists()

    def test_what_was_uploaded_is_destroyed_when_it_is_over(self, desk, program):
        made = bring_in(desk.cast.owner, rows(1), program)
        with activate(desk.organization):
            assert working.forget_old() == 0
            ConsentImport.objects.update(ended_at=made.ended_at - timedelta(days=31))
            assert working.forget_old() == 1
            assert working.forget_old() == 0
            with pytest.raises(KeyDestroyed):
                _ = ConsentImportRow.objects.get().cells
            assert json.loads(ConsentImport.objects.get().attestation)["how"] == "On the intake form"
        with activate(desk.organization):
            assert AuditEvent.objects.filter(event="key:destroyed").count() == 1
        assert verdict(desk, 0, Purpose.APPOINTMENT).verdict is Verdict.ALLOW

    def test_an_empty_file_keeps_nothing(self, desk):
        with activate(desk.organization):
            for raw in (b"", b"\n\n", b"Name,Phone\n"):
                with pytest.raises(CannotRead):
                    starting.upload(member=desk.cast.owner, name="a.csv", raw=raw)
