"""One text to many: who gets it, who does not and why, once each, whatever happens in between."""

import random
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.send_policies import here
from tenancy.isolation import activate
from tests.compliance.templates_of import published
from tests.texting.announcements.many import (
    act,
    checked,
    customers,
    due,
    fresh,
    hand_over,
    number,
    reasons,
    started,
    states,
    work,
    write,
)
from tests.texting.desk import desk
from texting.announcements import queueing, running, stopping, working
from texting.announcements.audiences import Audience
from texting.announcements.policy import Announced
from texting.announcements.writing import CannotAnnounce
from texting.models import Announcement, AnnouncementRecipient, Contact, Conversation, Message, OutboxEntry, Tag

__all__ = ["desk"]

State = Announcement.State


def night(monkeypatch) -> ZoneInfo:
    """It is three in the morning for everybody; returns their clock."""
    zone = ZoneInfo("America/New_York")
    monkeypatch.setattr(here, "now", lambda: datetime(2037, 7, 2, 3, tzinfo=zone))
    return zone


def rename(desk, contact: Contact, name: str) -> None:
    with activate(desk.organization):
        contact.name = name
        contact.save(update_fields=["name"])


class TestTheCheck:
    def test_everybody_left_out_has_a_reason_and_nothing_is_sent(self, desk):
        customers(desk, 1, 2, 3)
        customers(desk, 4, agree=False)
        desk.hear("STOP", number=number(2))
        with activate(desk.organization):
            Contact.objects.filter(number_masked__endswith="1003").update(mark="landline")
        row = checked(desk)
        assert row.state == State.CHECKED
        assert states(desk, row) == {"ready": 1, "left_out": 3}
        assert reasons(desk, row) == {
            "1002": "consent.opted_out",
            "1003": "number.landline",
            "1004": "consent.none",
        }
        with activate(desk.organization):
            assert not Message.objects.filter(direction="out", purpose="alert").exists()
            assert not Conversation.objects.exclude(contact__number_masked__endswith="1002").exists()

    def test_what_nobody_may_be_told_reaches_nobody_and_is_not_started(self, desk):
        customers(desk, 1, 2)
        row = checked(desk, body="Payday loans, no credit check. Get cash today!")
        assert states(desk, row) == {"left_out": 2}
        with pytest.raises(CannotAnnounce):
            act(desk, running.start, row)
        assert "loan" in next(iter(row.report["said"].values()))

    def test_a_change_or_a_day_makes_it_be_checked_again(self, desk):
        from datetime import timedelta

        customers(desk, 1)
        row = checked(desk)
        with activate(desk.organization):
            Announcement.objects.update(checked_at=row.checked_at - running.GOOD_FOR - timedelta(seconds=1))
        with pytest.raises(CannotAnnounce):
            act(desk, running.start, row)
        act(desk, running.check, row)
        customers(desk, 2)
        work(desk, row)
        assert states(desk, row) == {"ready": 2}, "who came since is seen"


class TestTheAudience:
    def test_conditions_hold_together_and_a_list_reaches_whom_we_know(self, desk):
        first, further = customers(desk, 1, 2, tag="VIP")
        customers(desk, 2, tag="Away")
        customers(desk, 3)
        with activate(desk.organization):
            tags = dict(Tag.objects.values_list("name", "pk"))
        row = checked(desk, Audience(tag=tags["VIP"], without_tag=tags["Away"], region="US"))
        assert states(desk, row) == {"ready": 1}
        assert not states(desk, checked(desk, Audience(tag=tags["VIP"], region="CA")))
        numbers = f"Phone;Name\n{number(1)};Ann\n{number(1)};Ann\n(212) 555-1003;Bob\n{number(9)};?\nnobody 12345;x\n"
        listed = checked(desk, Audience(listed=True), numbers=numbers.encode())
        assert states(desk, listed) == {"ready": 2}
        assert listed.report["list"] == {"twice": 1, "unknown": 1, "bad": 1}
        assert listed.report["rows"] == {"twice": [3], "unknown": [5], "bad": [6]}
        act(desk, running.check, listed)
        work(desk, listed)
        assert states(desk, listed) == {"ready": 2}, "the list is still there"
        with activate(desk.organization):
            Contact.objects.filter(pk=further.pk).update(merged_into=first)
        both = checked(desk, Audience(listed=True), numbers=f"{number(2)}\n{number(3)}\n{number(1)}\n".encode())
        assert (states(desk, both), both.report["rows"]) == ({"ready": 2}, {"twice": [3]}), "of one person"

    @pytest.mark.parametrize("raw", [b"", b"Name\nAnn\n", b"PK\x03\x04xx", b"%PDF-1", b"\xff\xfe\x00\xd8", b'"open'])
    def test_what_is_no_list_of_ours_says_so_and_keeps_nothing(self, desk, raw):
        customers(desk, 1)
        with pytest.raises(ValueError, match=r"[.]$"):
            write(desk, Audience(listed=True), numbers=raw)
        with activate(desk.organization):
            assert not Announcement.objects.exists()


class TestTheRun:
    def test_each_gets_it_once_after_replies_and_it_ends_when_all_have_an_outcome(self, desk):
        customers(desk, 1, 2, 3)
        thread = desk.hear("Hello", number=number(9))
        row = started(desk)
        assert states(desk, row) == {"queued": 3, "left_out": 1}
        reply = desk.answer(thread, "Hi")
        with activate(desk.organization):
            order = list(OutboxEntry.objects.order_by("priority").values_list("message_id", "priority"))
        assert order[0] == (reply.pk, 1)
        assert {priority for _, priority in order[1:]} == {9}
        work(desk, row)
        assert fresh(desk, row).state == State.RUNNING, "nothing has left"
        desk.hear("STOP", number=number(3))
        assert hand_over(desk) == 2
        work(desk, row)
        assert states(desk, row) == {"sent": 2, "refused": 1, "left_out": 1}
        assert reasons(desk, row)["1003"] == "opted_out"
        done = fresh(desk, row)
        assert (done.state, done.ended_at is not None) == (State.FINISHED, True)
        work(desk, row)
        with activate(desk.organization):
            assert Message.objects.filter(announcement=row).count() == 3

    def test_whoever_opts_out_between_check_and_start_is_refused_with_the_reason(self, desk):
        customers(desk, 1, 2)
        row = checked(desk)
        desk.hear("STOP", number=number(1))
        act(desk, running.start, row)
        work(desk, row)
        assert states(desk, row) == {"queued": 1, "refused": 1}
        assert reasons(desk, row) == {"1001": "consent.opted_out"}

    @pytest.mark.parametrize("when", ["before the check", "after it"])
    def test_what_one_recipients_name_holds_keeps_the_text_from_them_alone(self, desk, when):
        """A name came from a list or a program and holds what no announcement would."""
        ours = customers(desk, 1, 2, 3)[1]
        with activate(desk.organization):
            template = published(
                desk.cast.owner, "Closed", "Hello {first_name|there}, we are closed on Friday."
            ).template
        told = {"body": "", "template_id": template.pk}
        if when == "before the check":
            rename(desk, ours, "4111-1111-1111-1111 Ruiz")
        row = checked(desk, **told)
        if when == "after it":
            rename(desk, ours, "4111-1111-1111-1111 Ruiz")
        act(desk, running.start, row)
        work(desk, row)
        assert states(desk, row) == {"queued": 2, "left_out" if when == "before the check" else "refused": 1}
        assert reasons(desk, row) == {"1002": "content.payment_card"}
        with activate(desk.organization):
            bodies = [text.body for text in Message.objects.filter(announcement=row)]
        assert len(bodies) == 2
        assert not any("4111" in body for body in bodies)

    def test_what_was_counted_is_what_was_sent_and_refused(self, desk):
        """The property that matters, over random customers and what happens to them at random moments."""
        chance = random.Random(7)  # noqa: S311 - the same each time
        customers(desk, *range(11))
        customers(desk, 11, 12, agree=False)
        for at in chance.sample(range(13), 3):
            desk.hear("STOP", number=number(at))
        row = checked(desk)
        counted = states(desk, row)
        assert counted["ready"] + counted["left_out"] == 13
        act(desk, running.start, row)
        while fresh(desk, row).state != State.FINISHED:
            working.work(desk.organization.pk, row.pk, seconds=0, batch=chance.randint(1, 5))
            desk.hear(chance.choice(["STOP", "Thanks"]), number=number(chance.randrange(13)))
            if chance.random() < 0.5 and fresh(desk, row).state == State.RUNNING:
                act(desk, running.pause, row)
                assert hand_over(desk) == 0
                act(desk, running.resume, row)
            hand_over(desk)
        after = states(desk, row)
        assert after.get("sent", 0) + after.get("refused", 0) == counted["ready"]
        assert after["left_out"] == counted["left_out"]
        with activate(desk.organization):
            texts = list(Message.objects.filter(announcement=row).values_list("contact_id", flat=True))
        assert len(texts) == len(set(texts)), "nobody got it twice"

    def test_a_worker_that_dies_has_queued_nobody_and_the_next_goes_on(self, desk, monkeypatch):
        customers(desk, 1, 2, 3)
        row = checked(desk)
        act(desk, running.start, row)

        class Killed(BaseException):
            pass

        def die(*_args, **_kwargs):
            raise Killed

        monkeypatch.setattr(queueing, "_store", die)
        with pytest.raises(Killed):
            work(desk, row, batch=2)
        monkeypatch.undo()
        with activate(desk.organization):
            assert not Message.objects.filter(announcement=row).exists()
            rows = Announcement.objects.filter(pk=row.pk)
            rows.update(begun_at=timezone.now() - timedelta(minutes=1))  # so nobody can be at it any more
        work(desk, row, batch=2)
        assert (states(desk, row), fresh(desk, row).tries) == ({"ready": 3}, 1), "that it died is counted, with a pause"
        with activate(desk.organization):
            rows.update(again_at=None)
        work(desk, row, batch=2)
        assert states(desk, row) == {"queued": 3}

    def test_no_more_waits_in_the_outbox_than_soon_leaves(self, desk, monkeypatch):
        monkeypatch.setattr(working, "LEAST_AHEAD", 2)
        customers(desk, *range(5))
        with activate(desk.organization):
            type(desk.line).objects.update(texts_per_second=0.01)
        row = started(desk)
        assert states(desk, row) == {"queued": 2, "ready": 3}
        hand_over(desk)
        work(desk, row)
        assert states(desk, row) == {"sent": 2, "queued": 2, "ready": 1}

    def test_what_became_of_those_before_is_looked_at_the_more_rarely_the_longer_it_takes(self, desk, monkeypatch):
        looks, settle = [], working.settle

        def slow(row):
            looks.append(row.pk)
            time.sleep(0.5)
            settle(row)

        customers(desk, *range(8))
        row = checked(desk)
        act(desk, running.start, row)
        monkeypatch.setattr(working, "settle", slow)
        monkeypatch.setattr(working, "LOOK_EVERY", 0.0)
        while working.work(desk.organization.pk, row.pk, batch=1):
            pass
        assert states(desk, row) == {"queued": 8}
        assert 1 <= len(looks) < 5

    def test_whoever_is_refused_or_waits_for_the_morning_takes_no_room(self, desk, monkeypatch):
        monkeypatch.setattr(working, "LEAST_AHEAD", 2)
        customers(desk, *range(5))
        with activate(desk.organization):
            type(desk.line).objects.update(texts_per_second=0.01)
        row = checked(desk)
        for at in (0, 1):
            desk.hear("STOP", number=number(at))
        with activate(desk.organization):
            OutboxEntry.objects.all().delete()  # what answered them
        act(desk, running.start, row)
        working.work(desk.organization.pk, row.pk)
        assert states(desk, row) == {"refused": 2, "queued": 2, "ready": 1}
        night(monkeypatch)
        customers(desk, *range(5, 9), tag="Night")
        with activate(desk.organization):
            tag = Tag.objects.get(name="Night").pk
        row = checked(desk, Audience(tag=tag))
        act(desk, running.start, row)
        working.work(desk.organization.pk, row.pk)
        assert states(desk, row) == {"queued": 4}

    def test_at_night_it_waits_although_an_alert_to_one_would_not(self, desk, monkeypatch):
        customers(desk, 1)
        zone = night(monkeypatch)
        row = started(desk)
        assert states(desk, row) == {"queued": 1}
        assert due(desk) == 0
        [when] = row.report["when"]
        assert when.startswith("2037-07-02T")
        with activate(desk.organization):
            assert OutboxEntry.objects.get().held_until.astimezone(zone).hour == 8
        act(desk, running.pause, row)
        act(desk, running.resume, row)
        with activate(desk.organization):
            entry = OutboxEntry.objects.get()
        assert (due(desk), entry.held_until.astimezone(zone).hour, entry.due_at) == (0, 8, entry.held_until)
        assert entry.expires_at > entry.due_at


class TestHolding:
    def test_what_waits_is_held_what_a_worker_takes_is_kept_back_and_it_goes_on(self, desk):
        from texting import outbox

        customers(desk, 1, 2)
        row = started(desk)
        claims = outbox.claim(desk.line.pk)
        act(desk, running.pause, row)
        from texting.preparing import prepare

        assert prepare(desk.line, claims) == [], "the gate is asked again"
        assert (hand_over(desk), due(desk)) == (0, 0)
        work(desk, row)
        assert fresh(desk, row).state == State.PAUSED
        act(desk, running.resume, row)
        assert hand_over(desk) == 2
        work(desk, row)
        assert states(desk, row) == {"sent": 2}

    def test_what_a_worker_holds_while_somebody_goes_on_leaves_at_once(self, desk, monkeypatch):
        """It read "paused" before that was over, and writes it down afterwards."""
        from texting import outbox
        from texting.preparing import prepare

        customers(desk, 1, 2)
        row = started(desk)
        [held, _other] = claims = outbox.claim(desk.line.pk)
        act(desk, running.pause, row)
        act(desk, running.resume, row)
        with monkeypatch.context() as meanwhile:
            states_then = Announced._ruling
            meanwhile.setattr(Announced, "_ruling", lambda self, _state: states_then(self, "paused"))
            assert prepare(desk.line, claims) == []
        assert due(desk) == 0
        with activate(desk.organization):
            entry = OutboxEntry.objects.get(pk=held.message_id)
        work(desk, row)
        with activate(desk.organization):
            now = OutboxEntry.objects.get(pk=held.message_id)
        assert (due(desk), now.held_until, now.due_at < entry.due_at) == (2, None, True)
        assert now.expires_at > now.due_at
        assert hand_over(desk) == 2

    def test_canceling_takes_back_what_waits_and_says_so_only_when_it_is_done(self, desk, monkeypatch):
        monkeypatch.setattr(working, "LEAST_AHEAD", 2)
        with activate(desk.organization):
            type(desk.line).objects.update(texts_per_second=0.01)
        customers(desk, *range(4))
        row = started(desk)
        with activate(desk.organization):
            first = OutboxEntry.objects.order_by("entered_at").first()
            OutboxEntry.objects.filter(pk=first.pk).update(state="sending")
        act(desk, running.cancel, row)
        work(desk, row)
        assert states(desk, row) == {"taken_back": 3, "queued": 1}
        assert fresh(desk, row).ended_at is None, "a worker holds one, which may still leave"
        with activate(desk.organization):
            Message.objects.filter(pk=first.pk).update(status="delivered")
        work(desk, row)
        assert states(desk, row) == {"taken_back": 3, "sent": 1}
        assert fresh(desk, row).ended_at is not None
        page = desk.as_(desk.cast.owner).get(reverse("announcement", args=[row.pk])).content.decode()
        assert "Sent before it was canceled" in page
        assert 'max="100" value="25"' in page
        with pytest.raises(CannotAnnounce):
            act(desk, running.resume, row)
        with activate(desk.organization):
            assert not Message.objects.filter(announcement=row).exclude(attention="").exists()

    def test_whoever_lost_the_right_sends_nothing_more(self, desk):
        customers(desk, 1)
        row = checked(desk)
        act(desk, running.start, row)
        with activate(desk.organization):
            desk.cast.owner.__class__.objects.filter(pk=desk.cast.owner.pk).update(is_active=False)
        work(desk, row)
        assert (fresh(desk, row).state, fresh(desk, row).why) == (State.PAUSED, "author")
        assert states(desk, row) == {"ready": 1}


class TestStopping:
    @pytest.mark.parametrize("why", ["opt_outs", "filtered"])
    def test_too_many_opt_outs_or_refusals_of_carriers_stop_it_and_who_goes_on_has_read_that(
        self, desk, monkeypatch, why
    ):
        monkeypatch.setattr(stopping, "FEWEST_JUDGED", 3)
        monkeypatch.setattr(working, "LEAST_AHEAD", 3)
        with activate(desk.organization):
            type(desk.line).objects.update(texts_per_second=0.01)
        customers(desk, *range(6))
        row = started(desk)
        assert hand_over(desk) == 3
        with activate(desk.organization):
            got = Message.objects.filter(announcement=row).select_related("contact").first()
            if why == "filtered":
                Message.objects.filter(pk=got.pk).update(status="failed", error_kind="content_rejected")
        if why == "opt_outs":
            desk.hear("STOP", number=got.contact.number)
        work(desk, row)
        assert (fresh(desk, row).state, fresh(desk, row).why) == (State.PAUSED, why)
        assert states(desk, row)["ready"] == 3, "the rest is not told"
        act(desk, running.resume, row)
        work(desk, row)
        assert states(desk, row)["queued"] == 3

    def test_another_try_is_for_those_whose_reason_may_have_passed(self, desk):
        customers(desk, 1, 2, 3, 4)
        row = started(desk)
        hand_over(desk)
        with activate(desk.organization):
            texts = {one.contact.number[-4:]: one.pk for one in Message.objects.filter(announcement=row)}
            Message.objects.filter(pk=texts["1001"]).update(status="undelivered", error_kind="unreachable")
            Message.objects.filter(pk=texts["1002"]).update(status="failed", error_kind="absent")
            Message.objects.filter(pk=texts["1004"]).update(status="undelivered", error_kind="unreachable")
        work(desk, row)
        assert states(desk, row) == {"sent": 1, "failed": 3}
        with activate(desk.organization):  # the carrier says late that it came after all
            Message.objects.filter(pk=texts["1004"]).update(status="delivered", error_kind="")
        act(desk, running.retry, row)
        work(desk, row)
        assert states(desk, row) == {"sent": 2, "failed": 1, "queued": 1}
        assert hand_over(desk) == 1
        work(desk, row)
        assert (fresh(desk, row).state, states(desk, row)) == (State.FINISHED, {"sent": 3, "failed": 1})
        with pytest.raises(CannotAnnounce):
            act(desk, running.retry, row)
        with activate(desk.organization):
            lost = AnnouncementRecipient.objects.filter(announcement=row, state="failed")
            lost.update(state="refused", reason="template.values", message_id=None)
        act(desk, running.retry, row)
        work(desk, row)
        assert states(desk, row) == {"sent": 3, "queued": 1}, "whoever goes on may see what the other might not"
