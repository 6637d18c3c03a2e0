"""A YES to the question for permission is the permission; anything else is not."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance import tasks
from compliance.ledger import consent
from compliance.models import ConsentEvent, OptIn, Suppression
from compliance.opt_in import opting_in
from compliance.opt_in.opt_in_confirmations import Confirmation, confirmations
from compliance.opt_in.opting_in import OptedOut
from tenancy.isolation import activate
from tests.compliance.opt_ins import asked, by_form, leave, make_program, stranger, texts_to
from tests.texting.conftest import far_end, scene
from texting import receiving
from texting.models import Message
from texting.providers.base import Inbound

__all__ = ["far_end", "scene"]

QUESTION, CONFIRMED = "opt_in_question", "opt_in_answer"


@pytest.fixture
def here(scene):
    with activate(scene.organization):
        yield scene


def inbound(scene, body, which, *, number="+12125550181", sent_at=None):
    return Inbound(f"in-x{which}", number, scene.line.number, body, f"in-x{which}", sent_at=sent_at)


@pytest.mark.parametrize(
    "body", ["YES", "y", "Yes please!", "Sí", "si, por favor", "OUI", "Oui merci", "ＹＥＳ", "yes yes"]
)
def test_a_plain_yes_is_the_permission_and_is_confirmed_at_once(here, body):
    waiting = asked(here, make_program(here))
    here.hear(body)
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.GIVEN
    given = waiting.given
    assert (given.kind, given.scopes, given.act, given.source) == ("written", ["marketing"], "yes", "request")
    assert given.words == body
    assert given.disclosure_id == waiting.asked.disclosure_id, "it proves what the question was about"
    assert texts_to(waiting.contact) == [QUESTION, CONFIRMED]
    assert Message.objects.get(pk=waiting.confirmation_id).purpose == CONFIRMED
    assert confirmations([waiting]) == {waiting.pk: Confirmation.WAITING}
    assert consent.state_of(waiting.contact).permits("marketing")


@pytest.mark.parametrize(
    "body", ["yes but not on Sundays", "yesterday", "ok", "Liked “reply YES”", "👍", "", "yes" * 5000]
)
def test_what_is_no_plain_yes_leaves_the_question_open(here, body):
    waiting = asked(here, make_program(here))
    here.hear(body)
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.ASKED
    assert texts_to(waiting.contact) == [QUESTION]


def test_a_no_declines_and_nothing_is_sent(here):
    waiting = asked(here, make_program(here))
    here.hear("No thanks")
    here.hear("yes")
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.DECLINED
    assert texts_to(waiting.contact) == [QUESTION]
    assert not Suppression.objects.exists(), "a NO to a question is no opt-out"
    assert consent.state_of(waiting.contact).permits("marketing") is None


def test_a_stop_declines_and_a_yes_afterwards_is_a_start_without_the_program(here):
    waiting = asked(here, make_program(here))
    here.hear("STOP")
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.DECLINED
    here.hear("YES")
    assert consent.state_of(waiting.contact).permits("marketing") is None
    assert not OptIn.objects.filter(state=OptIn.State.GIVEN).exists()


def test_a_yes_without_a_question_is_an_ordinary_text(here):
    here.hear("YES")
    contact = here.conversation().contact
    assert texts_to(contact) == []
    assert [event.kind for event in consent.ledger_of(contact, most=9)] == ["reply"]


def test_a_second_yes_is_an_ordinary_text(here):
    waiting = asked(here, make_program(here))
    here.hear("YES")
    here.hear("YES")
    assert texts_to(waiting.contact) == [QUESTION, CONFIRMED]
    assert ConsentEvent.objects.filter(kind="written").count() == 1


def test_a_yes_counts_for_72_hours(here):
    waiting = asked(here, make_program(here))
    with time_machine.travel(timezone.now() + timedelta(hours=72, seconds=1), tick=False):
        here.hear("YES")
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.ASKED
    assert texts_to(waiting.contact) == [QUESTION]
    with time_machine.travel(timezone.now() + timedelta(hours=73), tick=False):
        assert opting_in.lapse() == 1
        assert opting_in.lapse() == 0
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.LAPSED


def test_a_yes_from_before_the_question_is_about_something_else(here):
    waiting = asked(here, make_program(here))
    written = timezone.now() - timedelta(minutes=10)
    receiving.receive(here.line, inbound(here, "YES", 1, sent_at=written))
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.ASKED


def test_a_yes_while_the_question_still_waits_to_leave_is_about_something_else(here):
    waiting = asked(here, make_program(here), left=False)
    here.hear("YES")
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.ASKED
    leave(waiting.question_id)
    here.hear("YES")
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.GIVEN


def test_of_two_questions_a_yes_answers_the_last_and_a_no_answers_both(here):
    offers, tips = make_program(here), make_program(here, "Tips", scope="informational", category="tip")
    first, second = asked(here, offers), asked(here, tips)
    here.hear("YES")
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == (OptIn.State.ASKED, OptIn.State.GIVEN)
    assert "Tips" in Message.objects.get(pk=second.confirmation_id).body
    here.hear("Yes")
    first.refresh_from_db()
    assert first.state == OptIn.State.GIVEN


def test_texts_of_one_batch_count_in_their_order(here):
    waiting = asked(here, make_program(here))
    receiving.receive_all(here.line, [inbound(here, "YES", 1), inbound(here, "YES", 2), inbound(here, "STOP", 3)])
    assert consent.state_of(waiting.contact).suppressed_since is not None
    assert ConsentEvent.objects.filter(kind="written").count() == 1
    other = asked(here, make_program(here, "Tips", scope="informational"), number="+12125550182")
    texts = [inbound(here, body, which, number="+12125550182") for which, body in ((4, "STOP"), (5, "YES"))]
    receiving.receive_all(here.line, texts)
    other.refresh_from_db()
    assert other.state == OptIn.State.DECLINED


def test_a_form_never_lifts_a_stop_not_even_in_the_same_instant(here):
    program, contact = make_program(here), stranger()
    evidence = by_form(program)
    here.hear("STOP")
    with pytest.raises(OptedOut):
        opting_in.opt_in(contact=contact, line=here.line, program=program, evidence=evidence)
    consent.give(contact, kind=ConsentEvent.Kind.WRITTEN, evidence=evidence)  # what a race would do
    assert consent.state_of(contact).suppressed_since is not None


def test_many_ordinary_texts_ask_nothing_about_opt_ins(here):
    with CaptureQueriesContext(connection) as seen:
        here.hear("See you at nine")
    assert not [each for each in seen if "compliance_optin" in each["sql"]]


def test_the_clock_ends_questions_of_every_organization(here):
    waiting = asked(here, make_program(here))
    with time_machine.travel(timezone.now() + timedelta(hours=80), tick=False):
        assert tasks.lapse_opt_ins() == 1
        assert tasks.lapse_opt_ins() == 0
    waiting.refresh_from_db()
    assert waiting.state == OptIn.State.LAPSED
