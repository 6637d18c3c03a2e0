"""Texts that might ask us to stop, and wrong numbers: what is paused at once, and how a person ends it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from accounts.permissions import MissingPermission
from compliance.hours.business_days import after_business_days
from compliance.hours.quiet_hours import holidays_of
from compliance.ledger import consent
from compliance.models import ConsentEvent, OptOutQuestion, Suppression
from compliance.opt_out import detaching, opt_out_questions
from compliance.opt_out.opt_out_questions import CannotDecide
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from tests.texting.desk import desk
from texting import gate, sending
from texting.fields import defining, kinds
from texting.fields.reading import written
from texting.fields.writing import set_values
from texting.gate import Draft, Verdict
from texting.models import Contact, Decision, Message, OutboxEntry
from texting.purposes import Purpose
from texting.statuses import MessageStatus

__all__ = ["desk"]

UNSURE = "how do I unsubscribe"
Kind, State = OptOutQuestion.Kind, OptOutQuestion.State


def question(desk):
    with activate(desk.organization):
        return OptOutQuestion.objects.select_related("decided_by").latest("asked_at")


def asks(desk, conversation, purpose, stage=Decision.Stage.QUEUE):
    with activate(desk.organization):
        return gate.ask(Draft(conversation, "We have news", purpose, desk.cast.agent, stage))


def subscribed(desk, **whom):
    conversation = desk.hear("START", **whom)
    with activate(conversation.organization):
        agree_to_everything(conversation.contact)
    return conversation


def rules(outcome):
    return {reason.rule for reason in outcome.objections}


def bulk(desk, conversation):
    with activate(desk.organization):
        return sending.send_text(
            conversation=conversation, body="Our news", author=desk.cast.agent, purpose=Purpose.BULK
        )


class TestAsking:
    def test_an_unclear_text_pauses_bulk_at_once_and_answers_still_leave(self, desk):
        conversation = subscribed(desk)
        assert asks(desk, conversation, Purpose.BULK).verdict is Verdict.ALLOW
        desk.hear(UNSURE)
        assert rules(asks(desk, conversation, Purpose.BULK)) == {"consent.perhaps_stop"}
        assert asks(desk, conversation, Purpose.REPLY).verdict is Verdict.ALLOW
        assert asks(desk, conversation, Purpose.APPOINTMENT).verdict is Verdict.ALLOW
        asked = question(desk)
        assert (asked.kind, asked.state, asked.matched) == (Kind.STOP, State.OPEN, "unsubscribe")
        with activate(desk.organization):
            assert Message.objects.get(pk=asked.message_id).body == UNSURE
            assert not Suppression.objects.exists()
            assert AuditEvent.objects.filter(event="opt_out:asked").exists()

    def test_bulk_that_waits_is_kept_back_and_passes_when_somebody_decides_so(self, desk):
        conversation = subscribed(desk)
        waiting = bulk(desk, conversation)
        desk.hear(UNSURE)
        asked = question(desk)
        assert OutboxEntry.objects.get(message_id=waiting.pk).due_at == asked.due_at
        late = asks(desk, conversation, Purpose.BULK, Decision.Stage.HAND_OVER)
        assert late.again_at >= asked.due_at, "it waits in the outbox and is not lost"
        with activate(desk.organization):
            opt_out_questions.keep(member=desk.cast.agent, question=asked, reason="They asked about our e-mails")
        assert OutboxEntry.objects.get(message_id=waiting.pk).due_at < asked.due_at
        assert asks(desk, conversation, Purpose.BULK, Decision.Stage.HAND_OVER).verdict is Verdict.ALLOW

    def test_bulk_that_is_kept_back_over_a_weekend_still_leaves_when_somebody_decides_on_monday(self, desk):
        friday, monday = (datetime(2026, 7, day, 18, 0, tzinfo=UTC) for day in (17, 20))
        with time_machine.travel(friday, tick=False):
            waiting = bulk(desk, subscribed(desk))
            OutboxEntry.objects.update(due_at=friday, expires_at=friday + timedelta(hours=30))
            desk.hear(UNSURE)
        kept = OutboxEntry.objects.get(message_id=waiting.pk)
        assert (kept.due_at, kept.expires_at) == (monday, monday + timedelta(hours=30))
        with activate(desk.organization):
            opt_out_questions.keep(member=desk.cast.agent, question=question(desk), reason="They asked about e-mail")
        released = OutboxEntry.objects.get(message_id=waiting.pk)
        assert released.expires_at - released.due_at == timedelta(hours=30)

    def test_time_alone_never_lets_bulk_pass(self, desk):
        conversation = subscribed(desk)
        desk.hear(UNSURE)
        with activate(desk.organization):
            long_ago = datetime(2026, 1, 5, tzinfo=UTC)
            OptOutQuestion.objects.update(asked_at=long_ago, due_at=long_ago)
        late = asks(desk, conversation, Purpose.BULK, Decision.Stage.HAND_OVER)
        assert late.verdict is Verdict.REFUSE
        assert late.again_at > datetime.now(UTC)

    def test_a_second_unclear_text_asks_nothing_new(self, desk):
        subscribed(desk)
        desk.hear(UNSURE)
        desk.hear("is there a way to opt out")
        with activate(desk.organization):
            assert OptOutQuestion.objects.count() == 1

    def test_another_organization_and_another_number_are_not_paused(self, desk):
        subscribed(desk)
        elsewhere = subscribed(desk, line=desk.other_line)
        neighbour = subscribed(desk, number="+12125550182")
        desk.hear(UNSURE)
        assert asks(desk, neighbour, Purpose.BULK).verdict is Verdict.ALLOW
        with activate(desk.cast.other_organization):
            assert not OptOutQuestion.objects.exists()
            draft = Draft(elsewhere, "News", Purpose.BULK, desk.cast.outsider)
            assert gate.ask(draft).verdict is Verdict.ALLOW

    def test_whoever_has_opted_out_is_asked_nothing(self, desk):
        desk.hear("STOP")
        desk.hear(UNSURE)
        with activate(desk.organization):
            assert not OptOutQuestion.objects.exists()


class TestTheCustomerAnswers:
    def test_a_clear_stop_closes_it(self, desk):
        subscribed(desk)
        desk.hear(UNSURE)
        desk.hear("STOP")
        answered = question(desk)
        assert (answered.state, answered.decided_by) == (State.STOP, None)
        with activate(desk.organization):
            assert Suppression.objects.count() == 1

    def test_help_is_answered_and_leaves_it_open(self, desk):
        subscribed(desk)
        desk.hear(UNSURE)
        desk.hear("HELP")
        assert question(desk).state == State.OPEN
        with activate(desk.organization):
            assert Message.objects.filter(purpose=Purpose.HELP_ANSWER).count() == 1

    def test_start_says_that_they_want_texts(self, desk):
        conversation = subscribed(desk)
        desk.hear(UNSURE)
        desk.hear("START")
        assert question(desk).state == State.KEEP
        assert asks(desk, conversation, Purpose.BULK).verdict is Verdict.ALLOW

    def test_an_ordinary_text_leaves_it_open(self, desk):
        subscribed(desk)
        desk.hear(UNSURE)
        desk.hear("ok thanks")
        assert question(desk).state == State.OPEN


class TestAMemberDecides:
    def test_they_asked_to_stop_ends_every_text_with_one_confirmation(self, desk):
        conversation = subscribed(desk)
        waiting = bulk(desk, conversation)
        desk.hear(UNSURE)
        with activate(desk.organization):
            sent = opt_out_questions.stop(member=desk.cast.agent, question=question(desk))
            assert (sent.purpose, "unsubscribed" in sent.body) == (Purpose.OPT_OUT_ANSWER, True)
            event = consent.state_of(conversation.contact).event
            assert (event.source, event.channel, event.words) == ("agent", "text", UNSURE)
            assert Message.objects.get(pk=waiting.pk).status == MessageStatus.CANCELED
        answered = question(desk)
        assert (answered.state, answered.decided_by) == (State.STOP, desk.cast.agent)
        with activate(desk.organization):
            assert AuditEvent.objects.filter(event="opt_out:decided", actor_id=desk.cast.agent.pk).exists()

    def test_the_second_of_two_is_told_who_was_faster_and_nothing_happens(self, desk):
        subscribed(desk)
        desk.hear(UNSURE)
        seen_by_both = question(desk)
        with activate(desk.organization):
            opt_out_questions.keep(member=desk.cast.second_agent, question=seen_by_both, reason="Meant the e-mails")
            with pytest.raises(CannotDecide, match="Bo Castellanos has answered this already"):
                opt_out_questions.stop(member=desk.cast.agent, question=seen_by_both)
            assert not Suppression.objects.exists()

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
    def test_keeping_needs_a_reason(self, desk, reason):
        subscribed(desk)
        desk.hear(UNSURE)
        with activate(desk.organization), pytest.raises(CannotDecide):
            opt_out_questions.keep(member=desk.cast.agent, question=question(desk), reason=reason)
        assert question(desk).state == State.OPEN

    def test_whoever_may_not_decide_changes_nothing(self, desk):
        subscribed(desk)
        desk.hear(UNSURE)
        with activate(desk.organization):
            for act in (
                lambda: opt_out_questions.stop(member=desk.cast.auditor, question=question(desk)),
                lambda: opt_out_questions.keep(member=desk.cast.auditor, question=question(desk), reason="No"),
            ):
                with pytest.raises(MissingPermission):
                    act()
        assert question(desk).state == State.OPEN


class TestAWrongNumber:
    def test_it_stops_everything_but_no_permission_and_is_answered_once_by_the_name_of_the_company(self, desk):
        conversation = subscribed(desk, name="Maria Ruiz")
        desk.hear("wrong number")
        desk.hear("I said wrong number")
        for purpose in (Purpose.REPLY, Purpose.APPOINTMENT, Purpose.ALERT, Purpose.BULK):
            assert "consent.wrong_number" in rules(asks(desk, conversation, purpose)), purpose
        with activate(desk.organization):
            [answer] = Message.objects.filter(purpose=Purpose.WRONG_NUMBER_ANSWER)
            assert answer.body.startswith("Harbor Dental: thank you")
            assert "Maria" not in answer.body
            assert not Suppression.objects.exists()
        assert question(desk).kind == Kind.WRONG_NUMBER

    def test_a_mistake_lets_texts_go_on(self, desk):
        conversation = subscribed(desk, name="Maria Ruiz")
        desk.hear("this isnt maria")
        with activate(desk.organization):
            opt_out_questions.keep(member=desk.cast.agent, question=question(desk), reason="Her son answered")
        assert asks(desk, conversation, Purpose.REPLY).verdict is Verdict.ALLOW

    def test_a_strangers_number_gets_no_texts_any_more_and_no_second_answer(self, desk):
        conversation = subscribed(desk, name="Maria Ruiz")
        desk.hear("wrong number")
        with activate(desk.organization):
            assert opt_out_questions.stop(member=desk.cast.agent, question=question(desk)) is None
            assert consent.state_of(conversation.contact).suppressed_since is not None
            assert ConsentEvent.objects.latest("recorded_at").words == "wrong number"

    def test_a_strangers_number_loses_our_customers_name_and_whoever_has_it_later_starts_fresh(self, desk):
        before = subscribed(desk, name="Maria Ruiz")
        with activate(desk.organization):
            contact = Contact.objects.get(pk=before.contact_id)
            contact.state, contact.zip_code = "NY", "10001"
            contact.save()
        desk.hear("wrong number")
        with activate(desk.organization):
            opt_out_questions.stop(member=desk.cast.agent, question=question(desk))
            contact.refresh_from_db()
            assert (contact.name, contact.state, contact.zip_code) == ("", "", "")
        with activate(desk.organization):
            assert "Maria" not in AuditEvent.objects.get(event="contact:detached").details
        assert desk.fresh(before).status == "resolved"
        after = desk.hear("START")
        assert (after.contact.name, after.pk == before.pk) == ("", False)
        with activate(desk.organization):
            assert consent.state_of(after.contact).permits("marketing") is None, "what Maria had agreed to is over"
            with pytest.raises(CannotDecide, match="agreed to texts since"):
                detaching.put_back(member=desk.cast.agent, question=OptOutQuestion.objects.get())
            contact.refresh_from_db()
            assert contact.name == ""

    def test_what_was_taken_off_can_be_put_back_once_and_by_those_who_decide(self, desk):
        conversation = subscribed(desk, name="Maria Ruiz")
        with activate(desk.organization):
            field = defining.add_field(member=desk.cast.admin, name="Policy number", kind=kinds.Kind.TEXT)
            set_values(member=desk.cast.agent, contact=conversation.contact, typed={field.pk: "A-17"})
        desk.hear("wrong number")
        with activate(desk.organization):
            opt_out_questions.stop(member=desk.cast.agent, question=question(desk))
            assert written(field) == {}
        asked = question(desk)
        address = reverse("question_put_back", args=[asked.pk])
        decided = desk.as_(desk.cast.agent).get(reverse("questions"), {"state": "decided"}).content.decode()
        assert address in decided
        assert "Maria" not in decided
        assert desk.as_(desk.cast.outsider).post(address).status_code == 404
        assert desk.as_(desk.cast.auditor).post(address).status_code in {403, 404}
        assert desk.contact().name == ""
        for _ in range(2):
            assert desk.as_(desk.cast.agent).post(address).status_code == 302
        assert desk.contact().name == "Maria Ruiz"
        with activate(desk.organization):
            assert written(field) == {conversation.contact_id: "A-17"}
            assert consent.state_of(conversation.contact).suppressed_since is not None, "the opt-out stays"
            assert AuditEvent.objects.filter(event="contact:put_back").count() == 1
            assert OptOutQuestion.objects.get().detached == ""

    def test_a_stop_takes_no_name_off(self, desk):
        subscribed(desk, name="Maria Ruiz")
        desk.hear(UNSURE)
        with activate(desk.organization):
            opt_out_questions.stop(member=desk.cast.agent, question=question(desk))
        assert desk.contact().name == "Maria Ruiz"

    def test_start_of_whoever_has_the_number_now_does_not_say_whose_it_is(self, desk):
        subscribed(desk)
        desk.hear("wrong number")
        desk.hear("START")
        assert question(desk).state == State.OPEN

    def test_a_stop_beside_it_is_a_stop(self, desk):
        desk.hear("START")
        desk.hear("wrong number, stop texting me")
        with activate(desk.organization):
            assert Suppression.objects.exists()
            assert not OptOutQuestion.objects.exists()


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-24 15:00", "2026-11-25 15:00"),
        ("2026-11-25 15:00", "2026-11-27 15:00"),  # Thanksgiving between
        ("2026-11-27 15:00", "2026-11-30 15:00"),  # a weekend between
        ("2026-11-28 15:00", "2026-12-01 00:00"),  # on a Saturday: Monday is the one business day
        ("2026-12-24 18:30", "2026-12-28 18:30"),
        ("2026-03-06 02:30", "2026-03-09 02:30"),  # the clocks change between
    ],
)
def test_it_is_due_one_business_day_later_by_the_organizations_clock(asked, due):
    zone = ZoneInfo("America/New_York")
    moment = datetime.fromisoformat(asked).replace(tzinfo=zone)
    found = after_business_days(moment.astimezone(UTC), 1, zone=zone.key, holidays=holidays_of("US"))
    assert found.strftime("%Y-%m-%d %H:%M") == due
    assert found - moment >= timedelta(hours=23)
