"""From what happens to a conversation to what the four checks say of it, through the real product."""

from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.escalations import closing, policies
from compliance.escalations.closing import Outcome
from compliance.escalations.policies import Clock
from compliance.findings import deciding
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import CheckedConversation, CheckOutcome, ConsentEvent, Escalation, Finding
from compliance.review_checks import clock, computing, gathering, marking
from compliance.tasks import check_conversations
from tenancy.isolation import activate
from tests.at_once import at_once, errors_of
from tests.compliance.escalations.at_the_desk import CARD_OFFER
from tests.compliance.opt_ins import make_keyword, make_program
from tests.compliance.review_checks.checked import leave, look, look_later, outcomes, recomputed, results, why
from tests.found import keep_finding
from tests.texting.desk import SECOND, busy_desk, desk
from texting import conversations
from texting.ended import end_words
from texting.models import Message
from texting.models.ending import EndedAs

__all__ = ["busy_desk", "desk"]

PLAIN = {"opt_in": "not_asked", "opening": "holds", "content": "holds", "gray": "not_asked"}
CARD = "my card is 4111 1111 1111 1111 exp 12/29"


def talk(desk, body="Hello, are you open on Friday?"):
    """A customer asks, an agent answers, both texts arrive, the conversation is resolved."""
    conversation = desk.hear(body)
    desk.answer(conversation, "Yes, until 5.")
    leave(desk)
    return desk.resolve(conversation)


def talk_of(desk, number):
    """The same with another customer."""
    conversation = desk.hear("Hello, are you open on Friday?", number=number)
    desk.answer(conversation, "Yes, until 5.")
    leave(desk)
    return desk.resolve(conversation)


def test_a_conversation_is_checked_when_it_is_resolved_and_once(desk):
    conversation = talk(desk)
    assert results(desk, conversation) is None
    assert look() == 1
    assert results(desk, conversation) == PLAIN
    assert look() == 0
    assert outcomes(desk, conversation) == 1


def test_an_open_one_waits_until_it_is_resolved(desk):
    desk.hear("Hello")
    assert look() == 0


def test_a_reopened_one_is_looked_at_again_when_it_is_resolved_again(desk):
    conversation = talk(desk)
    look()
    with activate(desk.organization):
        conversations.reopen(member=desk.cast.agent, conversation=conversation)
        assert CheckedConversation.objects.get().resolved_at is None
    desk.hear(CARD_OFFER)
    assert look() == 0
    desk.resolve(conversation)
    look()
    assert results(desk, conversation) == PLAIN | {"gray": "not_yet"}
    assert outcomes(desk, conversation) == 2


def test_a_keyword_opt_in_is_confirmed_by_its_answer_once_that_has_left(desk):
    with activate(desk.organization):
        make_keyword(desk.line, make_program(desk.cast.admin))
    conversation = desk.hear("JOIN")
    desk.resolve(conversation)
    look()
    assert results(desk, conversation)["opt_in"] == "not_yet"
    leave(desk)
    assert look(timedelta(minutes=2)) == 1
    assert results(desk, conversation)["opt_in"] == "holds"
    with activate(desk.organization):
        kinds = [kind for kind, _id in CheckOutcome.objects.latest("number").details["opt_in"]["evidence"]]
    assert sorted(kinds) == ["consent", "message"]


def test_a_receipt_that_comes_late_turns_it(desk):
    with activate(desk.organization):
        make_keyword(desk.line, make_program(desk.cast.admin))
    conversation = desk.hear("JOIN")
    with activate(desk.organization):
        Message.objects.filter(direction="out").update(status="sent", sent_at=timezone.now())
    desk.resolve(conversation)
    look()
    assert results(desk, conversation)["opt_in"] == "holds"
    with activate(desk.organization):
        Message.objects.filter(direction="out").update(status="undelivered")
    look(timedelta(hours=1))
    assert (results(desk, conversation)["opt_in"], outcomes(desk, conversation)) == ("fails", 2)
    assert why(desk, conversation, "opt_in") == ["confirmation_did_not_arrive"]


def test_one_without_a_receipt_is_looked_at_later_and_later_and_not_for_ever(desk):
    conversation = desk.hear("Hello")
    desk.answer(conversation, "Yes, until 5.")
    desk.resolve(conversation)
    waits = []
    for _look in range(6):
        with activate(desk.organization):
            CheckedConversation.objects.update(due_at=timezone.now())
        look()
        with activate(desk.organization):
            waits.append(CheckedConversation.objects.get().due_at - timezone.now())
    assert waits == sorted(waits)
    with activate(desk.organization):
        CheckedConversation.objects.update(due_at=timezone.now())
    look(timedelta(days=10))
    with activate(desk.organization):
        assert CheckedConversation.objects.get().due_at is None
    assert outcomes(desk, conversation) == 1


def test_a_permission_written_down_and_never_confirmed_fails(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        evidence = Evidence(source=ConsentEvent.Source.AGENT, actor=desk.cast.agent)
        consent.give(conversation.contact, kind=ConsentEvent.Kind.EXPRESS, evidence=evidence)
    desk.answer(conversation, "Thank you!")
    leave(desk)
    desk.resolve(conversation)
    look()
    assert results(desk, conversation)["opt_in"] == "fails"
    assert why(desk, conversation, "opt_in") == ["never_confirmed"]


def test_an_entry_that_was_taken_back_counts_no_longer(desk):
    conversation = desk.hear("Hello")
    with activate(desk.organization):
        evidence = Evidence(source=ConsentEvent.Source.IMPORT, actor=desk.cast.admin)
        event = consent.give(conversation.contact, kind=ConsentEvent.Kind.EXPRESS, evidence=evidence)
    desk.answer(conversation, "Thank you!")
    leave(desk)
    desk.resolve(conversation)
    look()
    assert results(desk, conversation)["opt_in"] == "fails"
    with activate(desk.organization):
        consent.retract_all([event], actor=desk.cast.admin)
    assert look_later() == 1
    assert results(desk, conversation)["opt_in"] == "not_asked"


def test_a_first_text_without_the_words_fails_where_no_verdict_kept_them(desk):
    conversation = talk(desk)
    with activate(desk.organization):
        text = Message.objects.get(direction="out")
        text.body = "Yes, until 5."
        text.save(update_fields=["body"])
    look()
    assert results(desk, conversation)["opening"] == "fails"
    assert why(desk, conversation, "opening") == ["no_company", "no_opt_out_words"]


def test_a_card_that_was_removed_is_not_shared_and_its_escalation_has_to_end_elsewhere(desk):
    conversation = talk(desk, CARD)
    look()
    assert (results(desk, conversation)["content"], results(desk, conversation)["gray"]) == ("holds", "not_yet")
    with activate(desk.organization):
        words = Outcome("phone", timezone.now(), "They paid by the link.")
        closing.close(member=desk.cast.supervisor, escalation=Escalation.objects.get(), outcome=words)
    assert look_later() == 1
    assert results(desk, conversation)["gray"] == "holds"


def test_an_ignored_one_fails_when_it_is_too_late(desk):
    conversation = talk(desk, CARD_OFFER)
    look()
    with activate(desk.organization):
        Escalation.objects.update(breached_at=timezone.now())
        CheckedConversation.objects.update(due_at=timezone.now())
    look()
    assert why(desk, conversation, "gray") == ["too_late"]


def test_what_is_not_escalated_because_that_is_switched_off_fails(desk):
    with activate(desk.organization):
        policies.change(member=desk.cast.admin, trigger="card_offer", clock=Clock(is_on=False))
    conversation = talk(desk, CARD_OFFER)
    look()
    assert why(desk, conversation, "gray") == ["not_escalated"]


@pytest.mark.parametrize("is_escalated", [True, False])
def test_what_was_told_while_the_words_were_kept_stands_when_they_end(desk, is_escalated):
    with activate(desk.organization):
        policies.change(member=desk.cast.admin, trigger="card_offer", clock=Clock(is_on=is_escalated))
    gray, plain = talk(desk, CARD_OFFER), talk_of(desk, SECOND)
    look()
    told, quiet = results(desk, gray), results(desk, plain)
    assert (told["gray"], quiet["gray"]) == ("not_yet" if is_escalated else "fails", "not_asked")
    with activate(desk.organization):
        end_words(list(Message.objects.values_list("pk", flat=True)), ended_as=EndedAs.RETENTION)
    for _turn in range(2):
        with activate(desk.organization):
            CheckedConversation.objects.update(due_at=timezone.now())
        look()
    assert (results(desk, gray), results(desk, plain)) == (told, quiet)
    assert recomputed(desk, plain)["gray"] == "not_yet", "which nobody could tell any more"
    assert why(desk, plain, "gray") == ["nothing_gray", "told_before"]
    assert outcomes(desk, plain) == 2, "said once"


def test_words_that_end_before_the_first_look_cannot_be_told(desk):
    conversation = talk(desk)
    with activate(desk.organization):
        end_words(list(Message.objects.values_list("pk", flat=True)), ended_as=EndedAs.RETENTION)
    look()
    assert results(desk, conversation)["gray"] == "not_yet"


def test_health_that_a_customer_wrote_fails_until_somebody_judges_it_wrong(desk):
    conversation = talk(desk)
    with activate(desk.organization):
        text = Message.objects.get(direction="in")
        finding = keep_finding(
            message_id=text.pk,
            conversation_id=conversation.pk,
            type="HEALTH_INFO",
            confidence="medium",
            score=0.6,
            masked="[health]",
        )
    look()
    assert results(desk, conversation)["content"] == "fails"
    with activate(desk.organization):
        deciding.decide(member=desk.cast.supervisor, finding=finding, verdict=Finding.Verdict.WRONG)
    assert look_later() == 1
    assert (results(desk, conversation)["content"], outcomes(desk, conversation)) == ("holds", 2)


def test_a_new_rule_makes_a_new_version_and_the_old_one_stays(desk, monkeypatch):
    conversation = talk(desk)
    look()
    monkeypatch.setattr(computing, "RULES_VERSION", "2/other")
    with activate(desk.organization):
        CheckedConversation.objects.update(due_at=timezone.now())
    look()
    with activate(desk.organization):
        versions = list(CheckOutcome.objects.order_by("number").values_list("rules_version", flat=True))
    assert versions == [f"{computing.RULES}/{computing.MODEL_VERSION}", "2/other"]
    assert results(desk, conversation) == PLAIN


def test_outcomes_hold_ids_and_codes_and_nothing_that_was_written(desk):
    talk(desk, CARD)
    look()
    with activate(desk.organization):
        details = str(CheckOutcome.objects.get().details)
    assert not any(word in details for word in ("4111", "card", "Yes", "until"))


def test_another_organization_is_left_alone(desk):
    theirs = desk.hear("Hello", line=desk.other_line)
    talk(desk)
    look()
    with activate(desk.cast.other_organization):
        assert (CheckedConversation.objects.count(), CheckOutcome.objects.count()) == (0, 0)
        assert gathering.gather([desk.hear("Hi", line=desk.other_line).pk])[0].id == theirs.pk
    with activate(desk.organization):
        assert gathering.gather([theirs.pk]) == []


def test_one_that_breaks_holds_up_no_other_and_is_tried_again(desk, monkeypatch):
    first = talk(desk)
    second = desk.hear("Hi", number="+12125550199")
    desk.resolve(second)
    real = computing.judge

    def broken(facts):
        if facts.conversation_id == first.pk:
            raise RuntimeError("a rule broke")
        return real(facts)

    with monkeypatch.context() as patched:
        patched.setattr(computing, "judge", broken)
        assert look() == 2
    assert (results(desk, first), results(desk, second)["content"]) == (None, "holds")
    assert look(timedelta(minutes=11)) == 1
    assert results(desk, first) == PLAIN


def test_who_dies_halfway_has_done_nothing_and_the_next_one_does_it(desk):
    conversation = talk(desk)
    with pytest.raises(KeyboardInterrupt), activate(desk.organization), transaction.atomic():
        assert clock.look_at_due() == 1
        raise KeyboardInterrupt  # as if the process were killed before the commit
    assert outcomes(desk, conversation) == 0
    assert look() == 1
    assert outcomes(desk, conversation) == 1


def test_many_are_read_in_as_many_statements_as_one(desk):
    every = [talk(desk)]

    def statements():
        with activate(desk.organization):
            gathering.gather([one.pk for one in every])  # keys are fetched once
            with CaptureQueriesContext(connections["default"]) as seen:
                gathering.gather([one.pk for one in every])
        return len(seen)

    alone = statements()
    for number in range(4):
        conversation = desk.hear(CARD_OFFER, number=f"+1212555019{number}")
        every.append(desk.resolve(conversation))
    assert alone <= 14
    assert statements() <= alone + 2  # escalations: there were none


def test_a_resolve_costs_one_statement_for_the_checks_one_for_automations_and_one_for_satisfaction(desk, monkeypatch):
    def statements():
        conversation = desk.hear("Hello")
        with activate(desk.organization), CaptureQueriesContext(connections["default"]) as seen:
            conversations.mark_read(member=desk.cast.agent, conversation=conversation)
            conversations.resolve(member=desk.cast.agent, conversation=conversation)
        return len(seen)

    statements()  # what is remembered from then on
    with_checks = statements()
    monkeypatch.setattr("texting.ending_steps._steps", lambda: ())
    assert with_checks - statements() == 3


def test_the_look_for_events_stays_behind_the_clock_and_then_misses_none(desk):
    conversation = talk(desk, CARD)
    look()
    with activate(desk.organization):
        marking.look_for_events()
        closing.waive(member=desk.cast.supervisor, escalation=Escalation.objects.get(), reason="A test of ours.")
        assert marking.look_for_events() == 0, "a transaction that began before may not have ended yet"
    look(timedelta(minutes=3))
    assert (results(desk, conversation)["gray"], why(desk, conversation, "gray")) == ("not_asked", ["waived"])


@pytest.mark.django_db(transaction=True)
def test_many_clocks_at_once_compute_each_once(busy_desk):
    desk = busy_desk
    every = [desk.resolve(desk.hear("Hi", number=f"+1212555019{number}")) for number in range(8)]

    def run():
        with activate(desk.organization):  # without the lock that lets one clock in at a time
            clock.look_at_due()

    assert errors_of(at_once(*[run] * 4)) == []
    check_conversations()
    assert [outcomes(desk, one) for one in every] == [1] * 8
    assert all(results(desk, one) == recomputed(desk, one) for one in every)
