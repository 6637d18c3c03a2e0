"""What opens an escalation, and that exactly one is open however often and at once it comes up."""

from functools import partial

import pytest
from django.db import transaction

from accounts.permissions import MissingPermission
from compliance.escalations import opening, rules
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.policies import Clock, change
from compliance.models import Escalation, EscalationEvent, EscalationRule, EscalationStep
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.at_once import at_once, errors_of
from tests.compliance.escalations.at_the_desk import (
    CARD_OFFER,
    CONFUSED,
    WANTS_RESULTS,
    escalation,
    escalations,
    events,
)
from tests.texting.desk import SECOND, desk
from texting.ended import end_words
from texting.models import Message

__all__ = ["desk"]
Trigger = Escalation.Trigger


class TestByAText:
    @pytest.mark.parametrize(
        ("body", "trigger"),
        [
            (CARD_OFFER, Trigger.CARD),
            (WANTS_RESULTS, Trigger.SENSITIVE),
            (CONFUSED, Trigger.CONFUSION),
            ("I was diagnosed with diabetes last week", Trigger.FINDING),
        ],
    )
    def test_it_opens_with_its_reasons_in_the_transaction_that_stores_the_text(self, desk, body, trigger):
        conversation = desk.take(desk.hear("Hello"))
        desk.hear(body)
        found = escalation(desk)
        assert (found.trigger, found.state, found.conversation_id) == (trigger, "open", conversation.pk)
        assert found.owner_id == desk.cast.agent.pk  # whoever has the conversation has this
        with activate(desk.organization):
            event = EscalationEvent.objects.get()
            assert Message.objects.filter(pk=event.message_id).exists()
            assert set(EscalationStep.objects.values_list("kind", flat=True)) == {
                "remind",
                "reassign",
                "channel",
                "breach",
            }
            assert AuditEvent.objects.filter(event="escalation:opened").exists()
        assert "last week" not in str(event.facts)
        assert event.facts["trigger"] == trigger

    @pytest.mark.parametrize(
        "body", ["Hello", "STOP", "HELP", "stop sending me card offers, STOP", "Do you take cards?"]
    )
    def test_others_open_none(self, desk, body):
        desk.hear(body)
        assert escalations(desk) == 0

    def test_when_storing_the_text_fails_nothing_is_open(self, desk, monkeypatch):
        def broken(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr("texting.threads.touch_all", broken)
        with pytest.raises(RuntimeError):
            desk.hear(CARD_OFFER)
        assert escalations(desk) == 0

    def test_what_comes_up_again_is_added_in_order(self, desk):
        for body in (CARD_OFFER, WANTS_RESULTS, CARD_OFFER):
            desk.hear(body)
        assert escalations(desk) == 1
        assert events(desk) == ["opened", "triggered", "triggered"]
        found = escalation(desk)
        assert {"PAYMENT_CARD", "HEALTH_INFO"} <= set(found.locked)
        with activate(desk.organization):
            order = EscalationEvent.objects.order_by("id").values_list("facts__trigger", flat=True)
            assert list(order) == [Trigger.CARD, Trigger.SENSITIVE, Trigger.CARD]
            assert EscalationStep.objects.count() == 4  # one clock

    def test_two_texts_of_one_request_and_two_customers_are_kept_apart(self, desk):
        desk.hear(CARD_OFFER)
        desk.hear(CARD_OFFER, number=SECOND)
        assert escalations(desk) == 2

    def test_a_newer_conversation_takes_the_open_one_along(self, desk):
        first = desk.hear(CARD_OFFER)
        desk.resolve(first)
        second = desk.hear(CARD_OFFER)
        assert second.pk != first.pk
        assert (escalations(desk), escalation(desk).conversation_id) == (1, second.pk)

    def test_a_trigger_that_is_switched_off_opens_none(self, desk):
        with activate(desk.organization):
            change(member=desk.cast.admin, trigger=Trigger.CARD, clock=Clock(is_on=False))
        desk.hear(CARD_OFFER)
        assert escalations(desk) == 0
        desk.hear(WANTS_RESULTS)
        assert escalations(desk) == 1


class TestByAColleague:
    def test_with_a_reason(self, desk):
        conversation = desk.hear("Hello")
        with activate(desk.organization):
            found = opening.escalate(member=desk.cast.agent, conversation=conversation, reason=" Wants   a call ")
            assert (found.trigger, found.opened_by) == (Trigger.MEMBER, desk.cast.agent)
            assert EscalationEvent.objects.get().words == "Wants a call"

    @pytest.mark.parametrize("reason", ["", "  \x00 ", "x" * 501])
    def test_without_one_or_with_a_novel_nothing_happens(self, desk, reason):
        conversation = desk.hear("Hello")
        with activate(desk.organization), pytest.raises(CannotAct):
            opening.escalate(member=desk.cast.agent, conversation=conversation, reason=reason)
        assert escalations(desk) == 0

    def test_an_auditor_may_not(self, desk):
        conversation = desk.hear("Hello")
        with activate(desk.organization), pytest.raises(MissingPermission):
            opening.escalate(member=desk.cast.auditor, conversation=conversation, reason="Why not")
        assert escalations(desk) == 0


class TestByARule:
    def rule(self, desk, **more):
        with activate(desk.organization):
            return rules.save(member=desk.cast.admin, name="Lawyers", **more)

    def test_words_of_the_organizations_own_open_one_as_whole_words_however_they_are_written(self, desk):
        self.rule(desk, kind="words", phrases=["my lawyer", "Anwältin"], topics=["HEALTH_INFO"])
        desk.hear("Mylawyer will not")
        assert escalations(desk) == 0
        desk.hear("MY  LAWYER!! will call")
        found = escalation(desk)
        assert (found.trigger, set(found.locked)) == (Trigger.RULE, {"HEALTH_INFO", "MEDICAL_ID"})
        desk.hear("meine anwaltin schreibt")
        assert events(desk) == ["opened", "triggered"]

    def test_kinds_of_findings_open_one_from_likely_on(self, desk):
        self.rule(desk, kind="finding", topics=["DATE_OF_BIRTH"])
        desk.hear("I was born on 4 March 1981")
        assert escalation(desk).trigger in (Trigger.RULE, Trigger.FINDING)
        with activate(desk.organization):
            assert EscalationEvent.objects.filter(facts__rule="Lawyers").exists()

    @pytest.mark.parametrize("ended_as", ["deleted", "erased", "retention"])
    def test_the_words_that_told_go_with_the_words_of_the_text(self, desk, ended_as):
        with activate(desk.organization):
            rules.save(member=desk.cast.admin, name="Offers", kind="words", phrases=["card"])
        mine, other = desk.hear(CARD_OFFER), desk.hear(CARD_OFFER, number=SECOND)
        with activate(desk.organization):
            before = [row.facts for row in EscalationEvent.objects.filter(escalation__conversation_id=mine.pk)]
            assert (any("why" in one for one in before), any("phrase" in one for one in before)) == (True, True)
            end_words(Message.objects.filter(conversation=mine).values_list("pk", flat=True), ended_as=ended_as)
            after = [row.facts for row in EscalationEvent.objects.filter(escalation__conversation_id=mine.pk)]
            left = [{k: v for k, v in one.items() if k not in ("why", "phrase")} for one in before]
            assert after == left
            assert {one["trigger"] for one in after} == {Trigger.CARD, Trigger.RULE}
            theirs = EscalationEvent.objects.filter(escalation__conversation_id=other.pk)
            assert any("why" in row.facts for row in theirs)

    def test_one_that_is_switched_off_opens_none(self, desk):
        rule = self.rule(desk, kind="words", phrases=["lawyer"])
        with activate(desk.organization):
            rules.switch(member=desk.cast.admin, rule=rule, on=False)
        desk.hear("my lawyer")
        assert escalations(desk) == 0

    @pytest.mark.parametrize(
        "more",
        [
            {"kind": "words", "phrases": []},
            {"kind": "words", "phrases": ["!!!"]},
            {"kind": "words", "phrases": ["x" * 81]},
            {"kind": "finding", "topics": ["NOTHING"]},
        ],
    )
    def test_rules_that_say_nothing_are_refused(self, desk, more):
        with activate(desk.organization):
            with pytest.raises(CannotAct):
                rules.save(member=desk.cast.admin, name="Lawyers", **more)
            assert not EscalationRule.objects.exists()

    def test_agents_make_none_and_a_name_is_used_once(self, desk):
        self.rule(desk, kind="words", phrases=["lawyer"])
        with activate(desk.organization):
            with pytest.raises(CannotAct):
                rules.save(member=desk.cast.admin, name="Lawyers", kind="words", phrases=["x"])
            with pytest.raises(MissingPermission):
                rules.save(member=desk.cast.agent, name="Mine", kind="words", phrases=["x"])
            assert EscalationRule.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_that_open_it_at_once_exactly_one_is_open(desk):
    conversation = desk.hear("Hello")

    def press(which):
        with activate(desk.organization):
            opening.escalate(member=desk.cast.agent, conversation=conversation, reason=f"Colleague {which}")

    assert errors_of(at_once(*[partial(press, which) for which in range(6)])) == []
    assert escalations(desk) == 1
    assert sorted(events(desk)) == ["opened", *["triggered"] * 5]


def test_the_database_itself_refuses_a_second_open_one(desk):
    desk.hear(CARD_OFFER)
    with activate(desk.organization):
        first = Escalation.objects.get()
        twin = Escalation(
            **{name: getattr(first, name) for name in ("conversation_id", "contact_id", "line_id", "opened_at")},
            trigger=first.trigger,
            channel="phone",
        )
        with pytest.raises(Exception, match="compliance_escalation_one_open"), transaction.atomic():
            twin.save(force_insert=True)
