"""After an answer: thanks, once and through the gate; and what nobody has to read is resolved by itself."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.content_types import deciding
from compliance.content_types.rules import USUAL, Action
from compliance.escalations.opening import open_or_add
from compliance.escalations.signals import Signal
from compliance.models import (
    AutomationTrigger,
    CheckedConversation,
    Escalation,
    HeldText,
    Poll,
    PollAnswer,
    SatisfactionAsk,
)
from compliance.polls import reading, thanking, writing
from compliance.satisfaction import rules as satisfaction
from compliance.send_policies import here
from tenancy.isolation import activate
from tests.compliance.automations.making import rule
from tests.compliance.content_types.test_rules import decide
from tests.compliance.polls.asking import ASKED, begun, write
from tests.texting.announcements.many import customers, hand_over, number
from tests.texting.desk import desk
from tests.texting.scheduled.planned import plan
from tests.texting.scheduled.test_repeating import begin as repeat
from texting import conversations, receiving, threads
from texting.announcements.writing import CannotAnnounce
from texting.limits import alarms, standing
from texting.models import Conversation, Message, ScheduledText, SendingStop, Turn
from texting.phone_numbers import parse
from texting.providers import base
from texting.queries import thread

__all__ = ["desk"]

THANKS = "Thank you, {first_name|there}. Yours, {company}"
THANKING = replace(ASKED, thanks=THANKS)


def place(desk, at=1):
    """The newest conversation of a customer."""
    with activate(desk.organization):
        contact = threads.contact_for(parse(number(at)))
        return Conversation.objects.select_related("contact", "line__team").filter(contact=contact).latest("opened_at")


def thanks(desk):
    """What was sent to whom, by the last four digits, that is no question."""
    with activate(desk.organization):
        rows = Message.objects.filter(direction="out", author=None).select_related("contact").order_by("id")
        return [(one.contact.number[-4:], one.body) for one in rows]


def late(desk, body, *, written, at=1):
    """A text that was written some time ago."""
    with activate(desk.organization):
        line = desk.line
        inbound = base.Inbound(f"late-{written}", number(at), line.number, body, f"late-{written}")
        return receiving.receive(line, replace(inbound, sent_at=written))


class TestThanks:
    def test_they_go_once_to_each_after_the_first_clear_answer(self, desk):
        customers(desk, 1, 2, 3)
        poll = begun(desk, THANKING)
        desk.hear("hm?", number=number(1))
        assert thanks(desk) == []
        desk.hear("2", number=number(1))
        desk.hear("3", number=number(1))
        desk.hear("3", number=number(1))
        with activate(desk.organization):
            named = threads.contact_for(parse(number(2)))
            named.name = "Grace Hopper"
            named.save(update_fields=["name"])
        desk.hear("1", number=number(2))
        sent = thanks(desk)
        assert [digits for digits, _body in sent] == ["1001", "1002"]
        assert sent[0][1] == f"Thank you, there. Yours, {desk.organization.name}", "no clauses: their thread has them"
        assert sent[1][1].startswith("Thank you, Grace. ")
        with activate(desk.organization):
            found = reading.results(poll)
        assert (found.answered, found.thanked, found.changed) == (2, 2, 1)
        hand_over(desk)
        assert len(thanks(desk)) == 2, "nothing answers itself"

    def test_a_stopped_block_of_numbers_keeps_nobody_who_answered_from_them(self, desk):
        first, _second = customers(desk, 1, 2)
        poll = begun(desk, THANKING)
        with activate(desk.organization):
            alarms.stop(first, SendingStop.Rule.SEQUENCE, {"in sequence": 8})
            standing.forget()
        for at in (1, 2):
            desk.hear("2", number=number(at))
        with activate(desk.organization):
            assert reading.results(poll).thanked == 2
        hand_over(desk)
        with activate(desk.organization):
            sent = Message.objects.filter(direction="out", author=None, announcement=None)
            assert {one.status for one in sent} == {"delivered"}

    def test_a_machine_that_answers_is_neither_counted_nor_thanked(self, desk):
        customers(desk, 1)
        begun(desk, THANKING)
        desk.hear("Thank you for your text. This mailbox is not monitored. 1", number=number(1))
        assert thanks(desk) == []

    def test_who_opts_out_before_it_leaves_gets_none(self, desk):
        customers(desk, 1)
        poll = begun(desk, THANKING)
        desk.hear("2", number=number(1))
        desk.hear("STOP", number=number(1))
        hand_over(desk)
        with activate(desk.organization):
            row = Message.objects.get(pk=PollAnswer.objects.get().thanks_id)
            assert row.status in {"failed", "canceled"}
            assert reading.results(poll).thanked == 0

    def test_at_night_it_waits_and_what_the_gate_refuses_undoes_no_answer(self, desk):
        customers(desk, 1, 2)
        zones = (
            "Pacific/Auckland",
            "Europe/London",
            "Asia/Kolkata",
            "America/New_York",
            "Asia/Tokyo",
            "Pacific/Honolulu",
        )
        night = next(zone for zone in zones if _hour(zone) < 6 or _hour(zone) >= 23)  # a text may be a little late
        poll = begun(desk, THANKING)
        with activate(desk.organization):
            contact = threads.contact_for(parse(number(1)))
            contact.time_zone = night
            contact.save(update_fields=["time_zone"])
            conversations_before = Conversation.objects.count()
        desk.hear("2", number=number(1))
        with activate(desk.organization):
            row = PollAnswer.objects.get()
            assert Message.objects.get(pk=row.thanks_id).held_until is not None
            assert Conversation.objects.count() == conversations_before
            assert reading.results(poll).answered == 1

    def test_a_late_answer_is_counted_and_no_longer_thanked_for(self, desk):
        customers(desk, 1, 2)
        poll = begun(desk, THANKING)
        now = timezone.now()
        with activate(desk.organization):
            Message.objects.filter(direction="out").update(created_at=now - timedelta(hours=9))
            writing.close(member=desk.cast.owner, poll=poll)
        late(desk, "2", written=now - timedelta(hours=8))
        late(desk, "2", written=now - timedelta(minutes=2), at=2)
        late(desk, "3", written=timezone.now() + timedelta(seconds=30), at=1)
        with activate(desk.organization):
            assert reading.results(poll).answered == 2
        assert [digits for digits, _body in thanks(desk)] == ["1002"], "written before the end, minutes ago"

    @pytest.mark.parametrize(
        "words",
        [
            *("x" * 301, "Hi {date}", "Hi {nobody}", "Hi {first_name}", "Hi {agent_name|us}", "Hi {field:size|M}", "{"),
            *("Your card 4111 1111 1111 1111", "Reply CANCEL to cancel your visit", "\ud800", "a\x00b"),
            *("See bit.ly/2abcde", "Thanks! Get 20% off today only, buy now at https://shop.example.com"),
        ],
    )
    def test_what_may_not_be_said_to_everybody_is_refused(self, desk, words):
        with pytest.raises(CannotAnnounce):
            write(desk, replace(ASKED, thanks=words))
        with activate(desk.organization):
            assert not Poll.objects.exists()


class TestThanksThatAColleagueHasToSee:
    def closing(self, desk, at=1):
        """A poll that thanks with words whose type waits for a second person by now, and an answer to it."""
        customers(desk, at)
        poll = begun(desk, replace(ASKED, thanks="Thank you. Our office will be closed on Monday due to snow."))
        decide(desk, actions=USUAL | {"announcement": Action.REVIEW})
        answered = desk.hear("2", number=number(at))
        with activate(desk.organization):
            return poll, answered, HeldText.objects.get()

    def test_they_wait_as_whoever_began_the_poll_and_leave_once_when_approved(self, desk):
        poll, answered, held = self.closing(desk)
        assert (held.author_id, held.purpose, held.state) == (desk.cast.owner.pk, "poll", "waiting")
        assert answered.status == "open", "somebody has to read it"
        with activate(desk.organization):
            assert (reading.results(poll).answered, reading.results(poll).thanked) == (1, 0)
        with activate(desk.organization):
            message = deciding.approve(member=desk.cast.supervisor, held=held)
        hand_over(desk)
        with activate(desk.organization):
            assert PollAnswer.objects.get().thanks_id == message.pk
            assert reading.results(poll).thanked == 1
        desk.hear("1", number=number(1))
        with activate(desk.organization):
            assert (reading.results(poll).changed, HeldText.objects.count()) == (1, 1), "it is no answer to a colleague"

    def test_refused_or_forgotten_ones_thank_nobody(self, desk):
        poll, _answered, held = self.closing(desk)
        with activate(desk.organization):
            deciding.refuse(member=desk.cast.supervisor, held=held, reason="Not now")
            assert reading.results(poll).thanked == 0
        assert thanks(desk) == []

    def settled(self, desk):
        with activate(desk.organization):
            return thanking.settle_decided()

    @pytest.mark.parametrize("decided", ["approved", "refused"])
    def test_when_it_is_decided_the_conversation_is_resolved_by_itself(self, desk, decided):
        _poll, answered, held = self.closing(desk)
        assert self.settled(desk) == 0, "nobody has decided"
        with activate(desk.organization):
            if decided == "approved":
                deciding.approve(member=desk.cast.supervisor, held=held)
            else:
                deciding.refuse(member=desk.cast.supervisor, held=held, reason="Not now")
        assert self.settled(desk) == 1
        assert desk.fresh(answered).status == "resolved"
        assert self.settled(desk) == 0
        with activate(desk.organization):
            assert Turn.objects.get().kind == "settled"

    def test_what_else_the_customer_wrote_or_a_colleague_did_keeps_it_open(self, desk):
        _poll, answered, held = self.closing(desk)
        desk.hear("And where do I park?", number=number(1))
        with activate(desk.organization):
            deciding.approve(member=desk.cast.supervisor, held=held)
            conversations.mark_read(member=desk.cast.agent, conversation=answered)
        assert self.settled(desk) == 0

    def test_of_a_conversation_that_was_resolved_meanwhile_no_new_one_opens(self, desk):
        _poll, answered, held = self.closing(desk)
        desk.resolve(answered)
        with activate(desk.organization):
            message = deciding.approve(member=desk.cast.supervisor, held=held)
            assert message.conversation_id == answered.pk
            assert Conversation.objects.filter(contact=answered.contact).count() == 1
        assert desk.fresh(answered).status == "resolved"

    def test_two_answers_at_once_keep_one(self, desk):
        self.closing(desk)
        desk.hear("2", number=number(1))
        desk.hear("3", number=number(1))
        with activate(desk.organization):
            assert HeldText.objects.count() == 1


def _hour(zone):
    return here.now().astimezone(ZoneInfo(zone)).hour  # which tests let be another hour


def test_whoever_writes_thanks_that_will_wait_is_told_and_what_never_leaves_is_refused(desk):
    customers(desk, 1)
    decide(desk, actions=USUAL | {"announcement": Action.REVIEW})
    owner = desk.as_(desk.cast.owner)
    said = {"name": "More", "line": desk.line.pk, "question": "When?", "answers": "Early\nLate", "audience": "filter"}
    said |= {"style": "numbers", "language": "en", "days_open": 3, "remind_hours": 0}
    waits = {"thanks": "Thank you. Our office will be closed on Monday due to snow."}
    for thanks, is_told in (({"thanks": "Thank you."}, False), (waits, True)):
        page = owner.post(reverse("new_poll"), said | thanks, follow=True).content.decode()
        assert ("a colleague has to see first" in page) is is_told
    with activate(desk.organization):
        poll = Poll.objects.exclude(thanks="Thank you.").get()
    assert "a colleague has to see first" in owner.get(reverse("poll", args=[poll.pk])).content.decode()
    decide(desk, actions=USUAL | {"announcement": Action.STOP})
    answer = owner.post(reverse("new_poll"), said | waits | {"name": "Even more"})
    assert answer.status_code == 422
    assert "lets no texts leave" in answer.content.decode()


class TestTheConversation:
    def test_with_nothing_but_the_answer_it_is_resolved_and_the_thread_says_why(self, desk):
        customers(desk, 1, 2, 3)
        rule(desk, when="resolved", facts={}, note="It is over")
        begun(desk, THANKING)
        with activate(desk.organization):
            satisfaction.change(member=desk.cast.owner, team=desk.line.team, is_on=True, days=30)
        first = desk.hear("2", number=number(1))
        assert first.status == "resolved"
        with activate(desk.organization):
            said = [one.sentence for one in thread(desk.cast.owner, first).items if hasattr(one, "sentence")]
            assert said == ["Resolved by itself: an answer to the poll “Times” and nothing else"]
            turn = Turn.objects.get()
            assert (turn.kind, turn.through) == ("settled", "Times")
            assert CheckedConversation.objects.filter(conversation_id=first.pk, resolved_at__isnull=False).exists()
            assert not SatisfactionAsk.objects.exists()
            assert not AutomationTrigger.objects.exists(), "no rule answers what nobody has to read"
        again = desk.hear("3", number=number(1))
        assert (again.status, again.pk == first.pk) == ("resolved", False), "a changed answer leaves none open either"
        assert desk.hear("Do you have parking?", number=number(2)).status == "open"
        assert desk.hear("2", number=number(2)).status == "open", "somebody has to read the question"
        with activate(desk.organization):
            conversations.mark_read(member=desk.cast.agent, conversation=place(desk, 2))
        assert desk.hear("1", number=number(2)).status == "open", "read, and not answered"
        assert desk.hear("2 but I am late", number=number(3)).status == "open"

    def test_what_a_person_has_touched_stays_open(self, desk):
        customers(desk, *range(1, 8))
        begun(desk)
        with activate(desk.organization):
            facts = {"rule": "Urgent", "rule_id": ""}
            signal = Signal(Escalation.Trigger.RULE, facts, message_id=None, words="Call")
            open_or_add(place(desk, 5), [signal], at=timezone.now())
        desk.take(place(desk, 1))
        with activate(desk.organization):
            conversations.add_note(member=desk.cast.agent, conversation=place(desk, 2), body="Call them")
            conversations.save_draft(member=desk.cast.agent, conversation=place(desk, 3), body="Dear")
            conversations.mark_unread(member=desk.cast.agent, conversation=place(desk, 4))
        plan(desk, place(desk, 6))
        series = repeat(desk, place(desk, 7))
        with activate(desk.organization):  # between two of its texts
            ScheduledText.objects.filter(series_id=series.pk).delete()
        for at in (1, 2, 3, 4, 5, 6, 7):
            assert desk.hear("1", number=number(at)).status == "open", at

    def test_what_was_reopened_is_not_closed_again(self, desk):
        customers(desk, 1)
        begun(desk)
        first = desk.hear("2", number=number(1))
        with activate(desk.organization):
            conversations.reopen(member=desk.cast.agent, conversation=first)
        assert desk.hear("3", number=number(1)).status == "open"

    def test_two_answers_at_once_are_read_as_one(self, desk):
        customers(desk, 1, 2)
        poll = begun(desk, THANKING)
        with activate(desk.organization):
            texts = [
                base.Inbound(f"two-{at}", number(who), desk.line.number, body, f"two-{at}")
                for at, (who, body) in enumerate([(1, "1"), (1, "2"), (2, "1"), (2, "STOP")])
            ]
            receiving.receive_all(desk.line, [*texts, texts[0]])
            found = reading.results(poll)
        assert (found.answered, place(desk, 1).status, place(desk, 2).status) == (2, "resolved", "open")
        assert [digits for digits, _body in thanks(desk)].count("1001") == 1

    def test_it_stays_open_where_that_was_chosen(self, desk):
        customers(desk, 1)
        begun(desk, replace(THANKING, settles=False))
        assert desk.hear("2", number=number(1)).status == "open"


def test_the_page_asks_for_both_and_shows_how_many_were_thanked(desk):
    customers(desk, 1)
    poll = begun(desk, THANKING)
    desk.hear("2", number=number(1))
    owner = desk.as_(desk.cast.owner)
    page = owner.get(reverse("poll", args=[poll.pk])).content.decode()
    assert "Thanked</dt><dd>1" in page
    assert "Thank you, {first_name|there}" in page
    said = {"name": "More", "line": desk.line.pk, "question": "When?", "answers": "Early\nLate", "audience": "filter"}
    said |= {"style": "numbers", "language": "en", "days_open": 3, "remind_hours": 0}
    assert owner.post(reverse("new_poll"), said | {"thanks": "Hi {date}"}).status_code == 422
    owner.post(reverse("new_poll"), said | {"thanks": " Thanks.\r\nBye ", "settles": "on"})
    with activate(desk.organization):
        made = Poll.objects.latest("announcement__made_at")
    assert (made.thanks, made.settles) == ("Thanks.\nBye", True)
    edit = owner.get(reverse("edit_poll", args=[made.pk])).content.decode()
    assert "Thanks.\nBye" in edit
    owner.post(reverse("edit_poll", args=[made.pk]), said)
    with activate(desk.organization):
        made.refresh_from_db()
    assert (made.thanks, made.settles) == ("", False)
    asked = owner.get(reverse("announcement", args=[poll.announcement_id])).content.decode()
    assert "Whoever answers gets this once" in asked
