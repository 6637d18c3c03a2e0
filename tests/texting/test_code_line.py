"""Sign-in codes leave on a line of their own, sealed, at most once, and are nobody's to read."""

import pytest
from django.test import Client

from accounts.factors.senders import BadNumber, CannotSend
from accounts.models import Team
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent
from tenancy.isolation import activate
from tests.accounts.factors.phones import NUMBER, code_line
from tests.cast import cast, signed_in
from tests.texting.simulator.conftest import make_line
from texting import lines, outbox, receiving, threads
from texting.code_line import CodeLine
from texting.lines import HasTexts, OtherLineForCodes, Settings
from texting.models import Contact, Conversation, Decision, Line, Message, OutboxEntry, SendingCount, WebhookDelivery
from texting.outgoing_webhooks import EventKind, managing
from texting.phone_numbers import parse
from texting.providers.base import Inbound
from texting.purposes import TERMS, Purpose, WhenAbsent
from texting.sending import Refused, send_text

__all__ = ["cast"]
WORDS = "803217 is your sign-in code for Harbor Dental in Parley."


def send(cast, words: str = WORDS) -> Message:
    with activate(cast.organization):
        CodeLine().send(number=NUMBER, words=words)
        return Message.objects.get(purpose=Purpose.CODE)


def test_a_code_is_queued_without_clauses_through_the_gate_and_at_most_once(cast):
    line = code_line(cast)
    message = send(cast)
    assert message.body == WORDS, "no company name and no opt-out words are added"
    assert message.line_id == line.pk
    with activate(cast.organization):
        reasons = [reason["rule"] for reason in Decision.objects.get().reasons]
    assert reasons == ["consent.code"]
    assert TERMS[Purpose.CODE].when_absent is WhenAbsent.NEVER_AGAIN
    assert OutboxEntry.objects.get().message_id == message.pk


def test_whether_codes_are_used_is_counted_for_the_block_of_numbers(cast):
    code_line(cast)
    send(cast)
    with activate(cast.organization):
        CodeLine().used(number=NUMBER)
        counted = SendingCount.objects.get(kind=SendingCount.Kind.PREFIX)
    assert (counted.codes, counted.codes_used) == (1, 1)


def test_an_opt_out_stops_codes_and_says_how_to_undo_it(cast):
    code_line(cast)
    with activate(cast.organization):
        contact = threads.phone_of_colleague(parse(NUMBER))
        consent.withdraw(contact, evidence=Evidence(source=ConsentEvent.Source.CARRIER))
        with pytest.raises(CannotSend, match="START"):
            CodeLine().send(number=NUMBER, words=WORDS)
        assert not Message.objects.exists()


def test_a_line_that_is_off_or_not_there_offers_nothing(cast):
    with activate(cast.organization):
        assert not CodeLine().is_offered()
    line = code_line(cast)
    with activate(cast.organization):
        assert CodeLine().is_offered()
        Line.objects.filter(pk=line.pk).update(is_active=False)
        assert not CodeLine().is_offered()
        with pytest.raises(CannotSend):
            CodeLine().send(number=NUMBER, words=WORDS)
    with activate(cast.other_organization):
        assert not CodeLine().is_offered(), "a line is its own organization's"


@pytest.mark.parametrize("typed", ["", "12", "abc", "+4930901820", "1-800-555-0199"])
def test_what_no_code_can_reach_is_refused_without_repeating_it(cast, typed):
    with activate(cast.organization), pytest.raises(BadNumber) as refused:
        CodeLine().read(typed)
    assert not typed or typed not in str(refused.value)


def test_codes_leave_on_their_line_only_and_nothing_else_does(cast):
    line = code_line(cast)
    usual = make_line(cast.organization, cast.front_desk, name="Main line", number="+12125550110")
    with activate(cast.organization):
        talk = receiving.receive(usual, Inbound("in-1", "+12125550181", usual.number, "Hello", "in-1")).conversation
        with pytest.raises(Refused) as refused:
            send_text(conversation=talk, body=WORDS, author=None, purpose=Purpose.CODE)
        assert {one.rule for one in refused.value.outcome.objections} == {"line.codes"}
        asked = receiving.receive(line, Inbound("in-2", "+12125550181", line.number, "Hello", "in-2")).conversation
        with pytest.raises(Refused):
            send_text(conversation=asked, body="An answer", author=cast.agent)
        with pytest.raises(Refused):
            send_text(conversation=asked, body=WORDS, author=cast.agent, purpose=Purpose.CODE)


def test_nobody_finds_a_code_a_phone_or_its_conversation(cast):
    line = code_line(cast)
    message = send(cast)
    place, contact = message.conversation_id, message.contact_id
    for member in (cast.owner, cast.admin, cast.supervisor, cast.agent):
        browser = signed_in(Client(), member)
        for page in (f"/inbox/c/{place}/", f"/contacts/{contact}/"):
            assert browser.get(page).status_code == 404
        for page in ("/inbox/", f"/inbox/?q={NUMBER[1:]}", "/contacts/", "/attention/"):
            shown = browser.get(page)
            assert shown.status_code in {200, 302}, page
            assert "803217" not in shown.content.decode()
            assert "0177" not in shown.content.decode()
    with activate(cast.organization):
        Message.objects.update(attention=Message.Attention.FAILED, status="failed")
    assert str(message.pk) not in signed_in(Client(), cast.owner).get("/attention/").content.decode()
    assert line.name not in signed_in(Client(), cast.owner).get("/inbox/").content.decode()


def test_no_webhook_tells_of_it(cast):
    code_line(cast)
    kinds = [EventKind.CONVERSATION_OPENED, EventKind.MESSAGE_STATUS, EventKind.MESSAGE_RECEIVED]
    with activate(cast.organization):
        managing.add(member=cast.owner, url="https://hooks.example.com/parley", description="", kinds=kinds)
    send(cast)
    with activate(cast.organization):
        outbox.cancel_waiting(Contact.objects.get())
    with activate(cast.organization):
        assert not WebhookDelivery.objects.exists()


def test_a_colleague_who_is_a_customer_too_is_listed_as_one(cast):
    code_line(cast)
    contact = send(cast).contact_id
    usual = make_line(cast.organization, cast.front_desk, name="Main line", number="+12125550110")
    with activate(cast.organization):
        assert Contact.objects.get(pk=contact).only_codes
        receiving.receive(usual, Inbound("in-1", NUMBER, usual.number, "Hello", "in-1"))
        assert not Contact.objects.get(pk=contact).only_codes
        CodeLine().send(number=NUMBER, words=WORDS)
        assert not Contact.objects.get(pk=contact).only_codes


def test_what_a_line_is_for_is_settled_by_its_first_text_and_one_is_enough(cast):
    line = code_line(cast)
    with activate(cast.organization):
        team = Team.objects.first()
        wanted = Settings(line.name, team, 1.0, carrier_answers_keywords=False, sends_codes=False)
        other = make_line(cast.organization, cast.front_desk, name="Main line", number="+12125550110")
        with pytest.raises(OtherLineForCodes):
            lines.change(
                actor=cast.owner, line_id=other.pk, settings=Settings("Main", team, 1.0, False, sends_codes=True)
            )
        CodeLine().send(number=NUMBER, words=WORDS)
        with pytest.raises(HasTexts):
            lines.change(actor=cast.owner, line_id=line.pk, settings=wanted)
        assert Conversation.objects.get().line_id == line.pk
