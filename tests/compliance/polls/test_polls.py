"""A question with answers: asked of those who permitted it, its replies counted, asked once more, closed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Poll, PollAnswer
from compliance.polls import reading, reminding, writing
from compliance.polls.writing import text_of
from tenancy.isolation import activate
from tests.compliance.automations.making import rule
from tests.compliance.opt_ins import make_program
from tests.compliance.polls.asking import ASKED, again, answers, begun, write
from tests.texting.announcements.many import act, customers, fresh, hand_over, number, reasons, states, work
from tests.texting.desk import desk
from texting import receiving
from texting.announcements import running
from texting.announcements import writing as announcing
from texting.announcements.writing import CannotAnnounce
from texting.models import Announcement, Conversation, Message
from texting.providers import base

__all__ = ["desk"]

Source = ConsentEvent.Source


class TestReplies:
    def test_they_are_counted_a_later_one_replaces_the_first_and_stop_is_stop(self, desk):
        customers(desk, 1, 2, 3, 4, 5)
        customers(desk, 6, agree=False)
        poll = begun(desk)
        desk.hear("2", number=number(1))
        desk.hear("in the morning please", number=number(2))
        desk.hear("what is this?", number=number(3))
        desk.hear("STOP", number=number(4))
        desk.hear("Help", number=number(5))
        desk.hear("1", number=number(6))
        desk.hear("dos", number=number(2))
        assert answers(desk) == {"1001": (1, 0, 0), "1002": (1, 1, 0), "1003": (None, 0, 1)}
        with activate(desk.organization):
            unread = {one.contact.number[-4:]: one.unread for one in Conversation.objects.select_related("contact")}
            found = reading.results(poll)
        assert unread == {"1001": 0, "1002": 0, "1003": 1, "1004": 1, "1005": 1, "1006": 1}, "clear ones are settled"
        assert (found.asked, found.answered, found.changed, found.unclear, found.silent) == (5, 2, 1, 1, 2)
        assert [(one.key, one.people, one.share) for one in found.rows] == [("1", 0, 0), ("2", 2, 100), ("3", 0, 0)]
        desk.hear("OK, 3 then", number=number(3))
        assert answers(desk)["1003"] == (None, 0, 2), "it could be told by a person only"
        desk.hear("3", number=number(3))
        assert answers(desk)["1003"] == (2, 0, 2)

    def test_a_reply_to_a_colleague_or_after_the_end_is_an_ordinary_text(self, desk):
        customers(desk, 1, 2)
        poll = begun(desk)
        thread = desk.hear("Which building?", number=number(1))
        desk.answer(thread, "The old one. How many of you come?")
        assert desk.hear("2", number=number(1)).unread == 2
        assert answers(desk) == {"1001": (None, 0, 1)}
        with activate(desk.organization):
            writing.close(member=desk.cast.owner, poll=poll)
            with pytest.raises(CannotAnnounce):
                writing.close(member=desk.cast.owner, poll=poll)
        assert desk.hear("2", number=number(2)).unread == 1
        assert "1002" not in answers(desk)

    def test_of_two_polls_the_one_that_was_asked_last_is_answered(self, desk):
        customers(desk, 1)
        begun(desk)
        second = begun(desk, replace(ASKED, words="And where?", answers=("Here", "There")))
        desk.hear("There", number=number(1))
        desk.hear("3", number=number(1))
        with activate(desk.organization):
            assert PollAnswer.objects.values_list("poll", "choice", "unclear").get() == (second.pk, 1, 1)

    def test_figures_outlive_the_texts(self, desk):
        customers(desk, 1)
        poll = begun(desk)
        desk.hear("1", number=number(1))
        with activate(desk.organization):
            Message.objects.filter(direction="in").update(body=None, ended_at=timezone.now(), ended_as="retention")
            assert reading.results(poll).answered == 1


class TestTheReminder:
    def test_it_goes_once_to_who_wrote_nothing_and_not_to_who_opted_out_or_answered_meanwhile(self, desk):
        customers(desk, 1, 2, 3, 4, 5)
        poll = begun(desk, replace(ASKED, remind_hours=5))
        desk.hear("2", number=number(1))
        desk.hear("hm?", number=number(2))

        def remind() -> int:
            with activate(desk.organization):
                return reminding.remind()

        assert remind() == 0, "not yet"
        with activate(desk.organization):
            Announcement.objects.update(ended_at=timezone.now() - timedelta(hours=6))
        assert remind() == 1
        assert remind() == 0
        reminder = again(desk, poll).reminder
        assert states(desk, reminder) == {"ready": 3}
        desk.hear("STOP", number=number(3))
        desk.hear("1", number=number(4))
        work(desk, reminder)
        assert states(desk, reminder) == {"queued": 1, "refused": 2}
        assert reasons(desk, reminder) == {"1003": "consent.opted_out", "1004": "polls.answered"}
        desk.hear("3", number=number(5))
        assert hand_over(desk) == 0, "answered between the queue and the hand-over"
        work(desk, reminder)
        assert fresh(desk, reminder).state == Announcement.State.FINISHED
        assert reminder.body.startswith("A reminder: When suits you best?")

    def test_it_is_the_question_that_was_asked_last(self, desk):
        customers(desk, 1, 2)
        first = begun(desk, replace(ASKED, remind_hours=5))
        begun(desk, replace(ASKED, words="And where?", answers=("Here", "There", "Elsewhere")))
        desk.hear("1", number=number(1))
        with activate(desk.organization):
            Announcement.objects.update(ended_at=timezone.now() - timedelta(hours=6))
            assert reminding.remind() == 1
        reminder = again(desk, first).reminder
        work(desk, reminder)
        assert hand_over(desk) == 2
        desk.hear("3", number=number(1))
        with activate(desk.organization):
            late = base.Inbound("late", number(2), desk.line.number, "2", "late")
            written = reminder.started_at - timedelta(minutes=1)
            Message.objects.filter(direction="out").exclude(announcement=reminder).update(
                created_at=written - timedelta(minutes=1)
            )
            receiving.receive(desk.line, replace(late, sent_at=written))
            given = PollAnswer.objects.filter(poll=first).order_by("choice").values_list("choice", flat=True)
            assert list(given) == [1, 2], "also what was written before the reminder came"

    def test_nobody_is_asked_or_reminded_when_it_is_closed(self, desk):
        customers(desk, 1)
        poll = write(desk, replace(ASKED, remind_hours=5))
        act(desk, running.check, poll.announcement)
        work(desk, poll.announcement)
        act(desk, running.start, poll.announcement)
        work(desk, poll.announcement)
        with activate(desk.organization):
            Announcement.objects.update(started_at=timezone.now() - timedelta(days=3, minutes=1))
        assert hand_over(desk) == 0
        work(desk, poll.announcement)
        assert reasons(desk, poll.announcement) == {"1001": "polls.closed"}
        with activate(desk.organization):
            assert reminding.remind() == 0


class TestWriting:
    @pytest.mark.parametrize(
        "answers",
        [
            *(("Fine", word) for word in ("STOP", "Help", "Start", "Yes", "no", "Sí", "Cancel", "quit!", "info")),
            *(("Fine", word) for word in ("fine", "1", "one", "!!", "x" * 61, "please stop texting me", "JOIN")),
            *((), ("Fine",), tuple("jklmnopqrs")),
        ],
    )
    def test_what_means_something_else_is_no_answer(self, desk, answers):
        rule(desk, when="keyword", facts={"words": ["join"]}, note="Hello")
        with pytest.raises(CannotAnnounce):
            write(desk, replace(ASKED, answers=answers))
        with activate(desk.organization):
            assert not Poll.objects.exists()
            assert not Announcement.objects.exists()

    def test_what_was_written_is_changed_until_it_begins_and_deleted_with_its_draft(self, desk):
        customers(desk, 1)
        poll = write(desk)
        assert poll.announcement.body == text_of(ASKED)
        assert poll.announcement.body.splitlines()[1:] == [
            *("1 In the morning", "2 Evening", "3 Neither suits me", "Reply with the number."),
        ]
        changed = write(desk, replace(ASKED, lettered=True, language="es"), before=poll)
        assert changed.pk == poll.pk
        assert changed.announcement.body.endswith("\nC Neither suits me\nResponda con la letra.")
        with activate(desk.organization):
            announcing.discard(member=desk.cast.owner, row=changed.announcement)
            assert not Poll.objects.exists()
        begun_one = begun(desk)
        with pytest.raises(CannotAnnounce):
            write(desk, before=begun_one)

    def test_it_needs_permission_for_polls(self, desk):
        for at, category in ((1, "poll"), (2, "announcement")):
            [contact] = customers(desk, at, agree=False)
            with activate(desk.organization):
                program = make_program(desk.cast.owner, category, scope="informational", category=category)
                evidence = Evidence(source=Source.API, quality=ConsentEvent.Quality.COMPLETE, program=program)
                consent.give(contact, kind=ConsentEvent.Kind.EXPRESS, evidence=evidence)
        poll = write(desk)
        act(desk, running.check, poll.announcement)
        work(desk, poll.announcement)
        assert reasons(desk, poll.announcement) == {"1002": "consent.scope"}


class TestPages:
    def test_they_show_the_answers_and_the_files_hold_them(self, desk):
        customers(desk, 1, 2)
        owner = desk.as_(desk.cast.owner)
        assert "Nobody was asked anything yet" in owner.get(reverse("polls")).content.decode()
        said = {"name": "Times", "line": desk.line.pk, "question": "When?", "answers": "Early\nLate"}
        said |= {"audience": "filter", "style": "numbers", "language": "en", "days_open": 3, "remind_hours": 0}
        assert owner.post(reverse("new_poll"), said | {"answers": "Early\nStop"}).status_code == 422
        response = owner.post(reverse("new_poll"), said)
        with activate(desk.organization):
            poll = Poll.objects.select_related("announcement").get()
        assert response.url == reverse("announcement", args=[poll.announcement_id])
        page = owner.get(response.url).content.decode()
        assert reverse("poll", args=[poll.pk]) in page
        edit = owner.get(reverse("edit_announcement", args=[poll.announcement_id]))
        assert edit.url == reverse("edit_poll", args=[poll.pk])
        act(desk, running.check, poll.announcement)
        work(desk, poll.announcement)
        act(desk, running.start, poll.announcement)
        work(desk, poll.announcement)
        hand_over(desk)
        work(desk, poll.announcement)
        desk.hear("late", number=number(1))
        page = owner.get(reverse("poll", args=[poll.pk])).content.decode()
        assert "Takes answers" in page
        counts = owner.get(reverse("poll_counts", args=[poll.pk])).content.decode()
        assert "2,Late,1,100" in counts
        people = b"".join(owner.get(reverse("poll_people", args=[poll.pk])).streaming_content).decode()
        assert "Late" in people
        assert "No reply" in people
        owner.post(reverse("close_poll", args=[poll.pk]))
        assert "Closed" in owner.get(reverse("polls")).content.decode()
        outsider = desk.as_(desk.cast.outsider)
        assert outsider.get(reverse("poll", args=[poll.pk])).status_code == 404
        assert desk.as_(desk.cast.agent).get(reverse("polls")).status_code == 403
