"""What members do with an escalation, what the gate lets through meanwhile, and how it ends."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from accounts.permissions import MissingPermission
from compliance.escalations import acting, closing, opening, switch_texts, switching
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.closing import Outcome
from compliance.escalations.signals import Signal
from compliance.models import Escalation, EscalationEvent
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.at_once import at_once, errors_of
from tests.compliance.escalations.at_the_desk import CARD_OFFER, WANTS_RESULTS, escalation, events, steps
from tests.kept import kept_upon
from tests.permitting import agree_to_everything
from tests.texting.desk import desk
from tests.texting.test_delivery import wait_until_a_transaction_waits
from texting import gate, sending
from texting.gate import Draft, Verdict
from texting.models import Conversation, Decision, Message, OutboxEntry
from texting.purposes import Purpose
from texting.sending import Refused

__all__ = ["desk"]


@kept_upon("desk")
def offered(desk):
    """A customer who agreed to everything and then offers a card."""
    conversation = desk.hear("START")
    with activate(desk.organization):
        agree_to_everything(conversation.contact)
    desk.hear(CARD_OFFER)
    return conversation


def rules(desk, conversation, body="See you on Tuesday", purpose=Purpose.REPLY, author="agent", **more):
    with activate(desk.organization):
        member = getattr(desk.cast, author) if author else None
        outcome = gate.ask(Draft(desk.fresh(conversation), body, purpose, member, **more))
        return {reason.rule for reason in outcome.objections}


def end(desk, member=None, **changes):
    with activate(desk.organization):
        outcome = Outcome(**{"channel": "phone", "at": timezone.now(), "words": "Paid by phone"} | changes)
        closing.close(member=member or desk.cast.agent, escalation=escalation(desk), outcome=outcome)


def switch(desk, member=None, language="en"):
    with activate(desk.organization):
        found = escalation(desk)
        conversation = (
            Message.objects.select_related("conversation__contact", "conversation__line")
            .filter(conversation_id=found.conversation_id)[0]
            .conversation
        )
        return switching.send(
            member=member or desk.cast.agent, escalation=found, conversation=conversation, language=language
        )


class TestTheGate:
    @pytest.mark.parametrize(
        "purpose",
        [Purpose.BULK, Purpose.APPOINTMENT, Purpose.ALERT, Purpose.OPT_IN_QUESTION, Purpose.WRONG_NUMBER_ANSWER],
    )
    def test_automatic_texts_are_paused_until_it_is_closed(self, desk, offered, purpose):
        assert "escalation.paused" in rules(desk, offered, purpose=purpose, author=None)
        end(desk)
        assert "escalation.paused" not in rules(desk, offered, purpose=purpose, author=None)

    @pytest.mark.parametrize(
        "purpose",
        [Purpose.OPT_OUT_ANSWER, Purpose.OPT_IN_ANSWER, Purpose.HELP_ANSWER, Purpose.PRIVATE_LINK, Purpose.CODE],
    )
    def test_answers_that_law_asks_for_and_safe_ways_are_not(self, desk, offered, purpose):
        assert not any(rule.startswith("escalation") for rule in rules(desk, offered, purpose=purpose, author=None))

    def test_help_and_stop_are_answered_while_one_is_open(self, desk, offered):
        for word in ("HELP", "STOP"):
            desk.hear(word)
        with activate(desk.organization):
            sent = set(Message.objects.filter(direction="out").values_list("purpose", flat=True))
        assert {Purpose.HELP_ANSWER, Purpose.OPT_OUT_ANSWER} <= sent

    def test_a_person_answers_about_everything_else(self, desk, offered):
        assert rules(desk, offered) == set()

    def test_the_topic_is_refused_also_where_it_only_may_be_it(self, desk, offered):
        body = "Your balance is 120 dollars"
        assert "escalation.locked" in rules(desk, offered, body)
        with activate(desk.organization):
            with pytest.raises(Refused) as refused:
                sending.send_text(
                    conversation=desk.fresh(offered), body=body, author=desk.cast.supervisor, because="They asked"
                )
            reason = next(one for one in refused.value.outcome.objections if one.rule == "escalation.locked")
            assert "payment link" in reason.what_to_do
            assert reason.in_general == "An escalation is open about that: it is not settled by text."
            assert not Message.objects.filter(author=desk.cast.supervisor).exists()
        end(desk)
        assert "escalation.locked" not in rules(desk, offered, body)

    def test_other_customers_are_texted_as_before(self, desk, offered):
        other = desk.hear("START", number="+12125550182")
        assert rules(desk, other, "Your balance is 120 dollars") == rules(desk, other, "Your balance is 120 dollars")
        assert "escalation.locked" not in rules(desk, other, "Your balance is 120 dollars")

    def test_what_waits_in_the_outbox_waits_on_and_is_due_when_it_is_closed(self, desk):
        conversation = desk.hear("START")
        with activate(desk.organization):
            agree_to_everything(conversation.contact)
            waiting = sending.send_text(
                conversation=desk.fresh(conversation), body="News", author=desk.cast.agent, purpose=Purpose.APPOINTMENT
            )
        desk.hear(CARD_OFFER)
        with activate(desk.organization):
            draft = Draft(
                desk.fresh(conversation),
                "News",
                Purpose.APPOINTMENT,
                desk.cast.agent,
                Decision.Stage.HAND_OVER,
                message_id=waiting.pk,
            )
            outcome = gate.ask(draft)
            assert (outcome.verdict, outcome.waits) == (Verdict.REFUSE, True)
            assert outcome.again_at > timezone.now()
            OutboxEntry.objects.filter(pk=waiting.pk).update(due_at=outcome.again_at)
        end(desk)
        with activate(desk.organization):
            assert OutboxEntry.objects.get(pk=waiting.pk).due_at <= timezone.now()

    def test_the_safe_way_is_told_once_in_an_incident(self, desk):
        for _ in range(2):
            desk.hear("my visa is 4111 1111 1111 1111")
        with activate(desk.organization):
            assert Message.objects.filter(purpose=Purpose.SAFE_WAY_ANSWER).count() == 1


class TestTheSwitch:
    def test_it_is_sent_once_however_often_it_is_pressed(self, desk, offered):
        first = switch(desk)
        assert "do not text card details" in first.body
        assert "4111" not in first.body
        assert switch(desk, desk.cast.second_agent) is None
        found = escalation(desk)
        assert (found.switch_id, found.owner_id) == (first.pk, desk.cast.agent.pk)
        assert events(desk).count("switch_sent") == 1

    def test_it_passes_the_gate_like_every_text(self, desk, offered):
        desk.hear("STOP")
        with pytest.raises(Refused):
            switch(desk)
        with activate(desk.organization):
            assert Escalation.objects.get().switch_sent_at is None

    def test_an_auditor_sends_none(self, desk, offered):
        with pytest.raises(MissingPermission):
            switch(desk, desk.cast.auditor)

    @pytest.mark.parametrize("trigger", Escalation.Trigger.values)
    def test_every_ready_made_text_names_the_company_and_passes_the_gate(self, desk, trigger):
        conversation = desk.hear("START")
        desk.hear(WANTS_RESULTS)  # everything is locked
        with activate(desk.organization):
            for language in switch_texts.LANGUAGES:
                text = switch_texts.wording(trigger, language).text
                assert text.startswith("Harbor Dental: ")
                assert rules(desk, conversation, text) == set()

    def test_own_words_are_used_and_bad_ones_refused(self, desk, offered):
        with activate(desk.organization):
            member = desk.cast.admin
            switch_texts.change(
                member=member, trigger="card_offer", language="en", body="{brand}: let us talk, {reach}."
            )
            for bad in ("Let us talk", "{brand} {phone}", "{brand} " + "x" * 320, "{brand} 4111 1111 1111 1111"):
                with pytest.raises(CannotAct):
                    switch_texts.change(member=member, trigger="card_offer", language="en", body=bad)
            with pytest.raises(MissingPermission):
                switch_texts.change(member=desk.cast.agent, trigger="card_offer", language="en", body="{brand}")
        assert switch(desk).body.startswith("Harbor Dental: let us talk, tell us when")


class TestWhatMembersDo:
    def test_take_assign_and_hand_back(self, desk, offered):
        with activate(desk.organization):
            found = escalation(desk)
            acting.take(member=desk.cast.agent, escalation=found)
            acting.assign(member=desk.cast.agent, escalation=found, to=desk.cast.second_agent.pk)
            acting.assign(member=desk.cast.second_agent, escalation=found, to=None)
            for nobody in (desk.cast.auditor.pk, desk.cast.leaver.pk, desk.cast.outsider.pk):
                with pytest.raises(CannotAct):
                    acting.assign(member=desk.cast.agent, escalation=found, to=nobody)
        assert events(desk) == ["opened", "taken", "assigned", "returned"]
        assert escalation(desk).owner is None

    def test_the_first_contact_stops_the_clock_and_a_second_does_not_change_it(self, desk, offered):
        with activate(desk.organization):
            found = escalation(desk)
            acting.note_contact(member=desk.cast.agent, escalation=found, channel="email", at=timezone.now())
            acting.note_contact(member=desk.cast.agent, escalation=found, channel="phone", at=timezone.now())
        found = escalation(desk)
        assert (found.contact_channel, found.breached_at, found.state) == ("email", None, "open")
        assert set(steps(desk).values()) == {"dropped"}

    def test_a_contact_after_the_time_was_too_late_although_no_clock_came_by(self, desk, offered):
        with activate(desk.organization):
            late = timezone.now() - timedelta(seconds=1)
            Escalation.objects.update(due_at=late, opened_at=late - timedelta(hours=1))
            acting.note_contact(member=desk.cast.agent, escalation=escalation(desk), channel="phone", at=timezone.now())
        assert escalation(desk).breached_at == late
        assert "breached" in events(desk)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"channel": "fax"},
            {"channel": ""},
            {"words": "  "},
            {"words": "x" * 2001},
            {"at": timezone.now() + timedelta(days=400)},
            {"at": timezone.now() - timedelta(days=400)},
        ],
    )
    def test_closing_needs_a_channel_a_moment_and_words(self, desk, offered, wrong):
        with pytest.raises(CannotAct):
            end(desk, **wrong)
        assert escalation(desk).state == "open"
        assert events(desk) == ["opened"]

    def test_closed_with_an_outcome_it_is_over_and_the_next_text_opens_a_new_one(self, desk, offered):
        end(desk)
        found = escalation(desk)
        assert (found.state, found.outcome_channel, found.outcome) == ("closed", "phone", "Paid by phone")
        assert (found.closed_by_id, found.contact_channel) == (desk.cast.agent.pk, "phone")
        for act in (
            lambda: end(desk, desk.cast.second_agent),
            lambda: switch(desk),
        ):
            with pytest.raises(CannotAct, match="Amelia Okafor has closed this"):
                act()
        desk.hear(CARD_OFFER)
        with activate(desk.organization):
            assert list(Escalation.objects.order_by("id").values_list("state", flat=True)) == ["closed", "open"]

    def test_without_another_channel_it_takes_a_reason_and_a_right_of_its_own(self, desk, offered):
        with activate(desk.organization):
            found = escalation(desk)
            with pytest.raises(MissingPermission):
                closing.waive(member=desk.cast.agent, escalation=found, reason="A joke")
            with pytest.raises(CannotAct):
                closing.waive(member=desk.cast.supervisor, escalation=found, reason=" ")
            assert escalation(desk).state == "open"
            closing.waive(member=desk.cast.supervisor, escalation=found, reason="A joke of theirs")
        with activate(desk.organization):
            assert AuditEvent.objects.filter(event="escalation:waived").exists()
        assert (escalation(desk).outcome_channel, escalation(desk).outcome) == ("", "A joke of theirs")

    def test_an_auditor_does_nothing(self, desk, offered):
        auditor = desk.cast.auditor
        with activate(desk.organization):
            found = escalation(desk)
            for act in (
                lambda: acting.take(member=auditor, escalation=found),
                lambda: acting.offer(member=auditor, escalation=found, channel="email"),
                lambda: acting.note_contact(member=auditor, escalation=found, channel="email", at=timezone.now()),
                lambda: end(desk, auditor),
            ):
                with pytest.raises(MissingPermission):
                    act()
        assert events(desk) == ["opened"]


@pytest.mark.django_db(transaction=True)
def test_two_agents_who_press_at_once_send_one_text(desk):
    desk.hear("START")
    desk.hear(CARD_OFFER)
    sent = at_once(*[partial(switch, desk, one) for one in (desk.cast.agent, desk.cast.second_agent)])
    assert errors_of(sent) == []
    assert sorted(one is None for one in sent) == [False, True]
    with activate(desk.organization):
        assert Message.objects.filter(purpose=Purpose.REPLY, direction="out").count() == 1
        assert EscalationEvent.objects.filter(kind="switch_sent").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_text_that_comes_while_somebody_sends_the_switch_waits_for_nothing_that_waits_for_it(desk):
    desk.hear("START")
    conversation, errors = desk.hear(CARD_OFFER), []

    def press():
        try:
            switch(desk)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    pressing = threading.Thread(target=press)
    with activate(desk.organization):  # what a text on its way in does, held up in between
        Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        pressing.start()
        wait_until_a_transaction_waits()
        opening.open_or_add(desk.fresh(conversation), [Signal("card_offer")], at=timezone.now())
    pressing.join(timeout=60)
    assert errors == []
    assert events(desk) == ["opened", "triggered", "switch_sent"]


def test_who_leaves_hands_theirs_back(desk, offered):
    from accounts import deactivation

    with activate(desk.organization):
        acting.take(member=desk.cast.agent, escalation=escalation(desk))
        opening.escalate(member=desk.cast.agent, conversation=desk.fresh(offered), reason="Again")
        deactivation.deactivate(actor=desk.cast.owner, member=desk.cast.agent)
    assert escalation(desk).owner is None
    assert events(desk)[-1] == "returned"
