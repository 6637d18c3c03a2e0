"""Opting in to a program: asked where that is wanted, written down, confirmed once."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Disclosure, OptIn, Program
from compliance.opt_in import opting_in
from compliance.opt_in.opt_in_confirmations import Confirmation, confirmations
from compliance.opt_in.opting_in import CannotOptIn, OptedOut
from tenancy.isolation import activate
from tests.texting.desk import desk
from texting.models import Message, OutboxEntry
from texting.purposes import Purpose
from texting.segments import count

__all__ = ["desk"]

STATE, SOURCE = OptIn.State, ConsentEvent.Source
BY_FORM = Evidence(source=SOURCE.FORM, act=ConsentEvent.Act.TICKED, quality=ConsentEvent.Quality.COMPLETE)


@pytest.fixture
def program(desk):
    with activate(desk.organization):
        return Program.objects.create(
            name="Reminders",
            scope="informational",
            category="appointment",
            frequency="Up to 4 msgs/month",
            made_by=desk.cast.owner,
            made_at=timezone.now(),
        )


@pytest.fixture
def contact(desk):
    return desk.hear("Hello").contact


def opt_in(desk, contact, program, evidence=BY_FORM):
    with activate(desk.organization):
        return opting_in.opt_in(contact=contact, line=desk.line, program=program, evidence=evidence)


def sent(desk, purpose):
    with activate(desk.organization):
        return list(Message.objects.filter(purpose=purpose))


def yes(desk, contact):
    told = []
    with activate(desk.organization):
        for waiting in opting_in.waiting_for([contact])[contact.pk]:
            opting_in.say_yes(waiting, evidence=Evidence(source=SOURCE.REQUEST), say=lambda *what: told.append(what))
    return told


def test_an_opt_in_is_permission_and_is_confirmed_with_all_that_belongs_into_it(desk, contact, program):
    taken = opt_in(desk, contact, program).opt_in
    assert taken.state == STATE.GIVEN
    [confirmation] = sent(desk, Purpose.OPT_IN_ANSWER)
    assert confirmation.pk == taken.confirmation_id
    for needed in ("Harbor Dental", "Reminders", "Up to 4 msgs/month", "Msg & data rates may apply", "HELP", "STOP"):
        assert needed in confirmation.body
    assert count(confirmation.body).segments == 1
    entry = OutboxEntry.objects.get(message_id=confirmation.pk)
    assert entry.expires_at <= confirmation.created_at + timedelta(minutes=5, seconds=1)
    with activate(desk.organization):
        assert consent.state_of(contact).permits("informational:appointment") == taken.given


@pytest.mark.parametrize(
    ("status", "how"),
    [
        *((status, "waiting") for status in ("queued", "unconfirmed")),
        *((status, "confirmed") for status in ("sent", "delivered")),
        *((status, "unconfirmed") for status in ("failed", "undelivered", "canceled")),
    ],
)
def test_whether_it_was_confirmed_is_what_became_of_that_text(desk, contact, program, status, how):
    taken = opt_in(desk, contact, program).opt_in
    with activate(desk.organization):
        Message.objects.filter(pk=taken.confirmation_id).update(status=status)
        assert confirmations([taken]) == {taken.pk: Confirmation(how)}


def test_one_whose_confirmation_was_refused_is_unconfirmed(desk, contact, program):
    with activate(desk.organization):
        desk.line.is_active = False
        desk.line.save()
    taken = opt_in(desk, contact, program).opt_in
    assert sent(desk, Purpose.OPT_IN_ANSWER) == []
    with activate(desk.organization):
        assert confirmations([taken]) == {taken.pk: Confirmation.UNCONFIRMED}


def test_opting_in_again_and_again_is_confirmed_once_a_day(desk, contact, program):
    for repeated in (False, True, True):
        assert opt_in(desk, contact, program).repeated is repeated
    assert len(sent(desk, Purpose.OPT_IN_ANSWER)) == 1
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=True):
        assert not opt_in(desk, contact, program).repeated


class TestAsking:
    @pytest.fixture(autouse=True)
    def _double(self, desk, program):
        with activate(desk.organization):
            program.double_opt_in = True
            program.save()

    def test_nothing_is_permitted_until_they_say_yes(self, desk, contact, program):
        asked = opt_in(desk, contact, program).opt_in
        assert asked.state == STATE.ASKED
        [question] = sent(desk, Purpose.OPT_IN_QUESTION)
        assert question.pk == asked.question_id
        assert "reply YES" in question.body
        with activate(desk.organization):
            assert consent.state_of(contact).permits("informational:appointment") is None
        [(purpose, text, message_id)] = yes(desk, contact)
        with activate(desk.organization):
            asked.refresh_from_db()
            assert (purpose, message_id) == (Purpose.OPT_IN_ANSWER, asked.confirmation_id)
            assert "subscribed" in text
            given = consent.state_of(contact).permits("informational:appointment")
            assert (given.act, given.quality, asked.state) == ("yes", "complete", STATE.GIVEN)

    def test_the_wording_they_saw_is_what_a_yes_proves(self, desk, contact, program):
        with activate(desk.organization):
            shown = Disclosure.objects.create(
                program=program, text="I agree …", digest=b"d" * 32, made_at=timezone.now()
            )
        evidence = Evidence(source=SOURCE.FORM, disclosure=shown, circumstances={"url": "https://harbor.example/join"})
        opt_in(desk, contact, program, evidence)
        yes(desk, contact)
        with activate(desk.organization):
            given = ConsentEvent.objects.get(action="given", program=program)
            assert (given.disclosure, given.kind) == (shown, "written")
            asked = ConsentEvent.objects.get(action="asked")
            assert "harbor.example" in asked.circumstances

    def test_a_number_is_asked_once_while_the_question_is_open(self, desk, contact, program):
        assert [opt_in(desk, contact, program).repeated for _ in range(3)] == [False, True, True]
        assert len(sent(desk, Purpose.OPT_IN_QUESTION)) == 1

    def test_a_yes_after_three_days_is_an_ordinary_text(self, desk, contact, program):
        asked = opt_in(desk, contact, program).opt_in
        with time_machine.travel(asked.expires_at + timedelta(seconds=1), tick=True):
            assert yes(desk, contact) == []
            with activate(desk.organization):
                assert opting_in.lapse() == 1
                asked.refresh_from_db()
                assert asked.state == STATE.LAPSED
            assert not opt_in(desk, contact, program).repeated, "they may ask to be asked again"

    def test_stop_declines_and_ends_the_question_that_has_not_left(self, desk, contact, program):
        asked = opt_in(desk, contact, program).opt_in
        desk.hear("STOP")
        with activate(desk.organization):
            asked.refresh_from_db()
            assert asked.state == STATE.DECLINED
        assert sent(desk, Purpose.OPT_IN_QUESTION)[0].status == "canceled"
        assert yes(desk, contact) == []


@pytest.mark.parametrize("double", [False, True])
def test_nobody_but_the_customer_brings_back_a_number_that_opted_out(desk, contact, program, double):
    with activate(desk.organization):
        program.double_opt_in = double
        program.save()
    desk.hear("STOP")
    with pytest.raises(OptedOut, match="START"):
        opt_in(desk, contact, program)
    with activate(desk.organization):
        assert not OptIn.objects.exists()
        assert consent.state_of(contact).suppressed_since is not None
    assert sent(desk, Purpose.OPT_IN_QUESTION) == sent(desk, Purpose.OPT_IN_ANSWER) == []


def test_a_keyword_of_theirs_does(desk, contact, program):
    desk.hear("STOP")
    opt_in(desk, contact, program, Evidence(source=SOURCE.KEYWORD, matched="remind"))
    with activate(desk.organization):
        assert consent.state_of(contact).permits("informational:appointment")


def test_a_program_that_is_switched_off_takes_nobody(desk, contact, program):
    with activate(desk.organization):
        program.is_active = False
        program.save()
    with pytest.raises(CannotOptIn):
        opt_in(desk, contact, program)
    with activate(desk.organization):
        assert not ConsentEvent.objects.filter(program=program).exists()
