"""An announcement with a time to begin at: everybody is looked at again then, and what people agreed to holds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.leaving.steps import Leaving
from accounts.models import Membership, OutgoingMail
from accounts.permissions import MissingPermission
from compliance.message_templates import writing
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tests.callers import make_caller
from tests.compliance.templates_of import published, wish
from tests.permitting import agree_to_everything
from tests.texting.announcements.many import act, checked, customers, fresh, hand_over, states, work
from tests.texting.desk import desk
from texting import blocking
from texting.announcements import planning, rules, running, working
from texting.announcements.audiences import Audience
from texting.announcements.leaving_step import Announcements
from texting.announcements.planning import BadBeginning
from texting.announcements.their_time import first_moment, their_moment
from texting.announcements.writing import CannotAnnounce
from texting.filtering import saving
from texting.filtering.conditions import TAG, Ask, Condition, Filter
from texting.models import Announcement, AnnouncementRecipient, Contact, ContactTag, Line, Message, Tag

__all__ = ["desk"]

State, Why = Announcement.State, Announcement.Why
NOW = datetime(2037, 7, 2, 14, tzinfo=UTC)  # ten in New York
LATER = NOW + timedelta(days=3)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def plan(desk, row, member=None, **when) -> Announcement:
    with activate(desk.organization):
        planning.plan(member=member or desk.cast.owner, row=row, **(when or {"at": LATER}))
    return fresh(desk, row)


def come(desk, row, now, at=LATER) -> Announcement:
    """The time has come, and the clock finds it."""
    now.move_to(at + timedelta(seconds=3), tick=False)
    with activate(desk.organization):
        found = working.unfinished()
    if row.pk in found:
        work(desk, row)
    return fresh(desk, row)


def dismiss(member) -> None:
    """As if the steps that end what a leaver had begun were still to come."""
    with activate(member.organization):
        Membership.objects.filter(pk=member.pk).update(is_active=False)


def told(member) -> list[str]:
    """The kinds of the mails to a member."""
    return [mail.kind for mail in OutgoingMail.objects.order_by("pk") if mail.address == member.user.email]


def rewrite(desk, template, body: str) -> None:
    """Another version is published."""
    with activate(desk.organization):
        writing.save(actor=desk.cast.owner, template=template, wish=wish("Closed", body))
        writing.publish(actor=desk.cast.owner, template=template)


def test_who_opted_out_meanwhile_gets_nothing_and_who_agreed_meanwhile_gets_it(desk, now):
    leaves, stays = customers(desk, 1, 2)
    agrees, _never = customers(desk, 3, 4, agree=False)
    row = plan(desk, checked(desk))
    assert (row.state, states(desk, row)) == (State.PLANNED, {"ready": 2, "left_out": 2})
    assert come(desk, row, now, LATER - timedelta(minutes=1)).state == State.PLANNED, "not before its time"
    with activate(desk.organization):
        agree_to_everything(agrees)
        blocking.block(member=desk.cast.owner, contact=leaves, why=Contact.Block.SPAM)
    row = come(desk, row, now)
    assert (row.state, row.started_at) == (State.RUNNING, LATER + timedelta(seconds=3))
    assert hand_over(desk) == 2
    row = come(desk, row, now)
    with activate(desk.organization):
        sent = AnnouncementRecipient.objects.filter(announcement=row, state="sent").values_list("contact_id", flat=True)
        assert set(sent) == {stays.pk, agrees.pk}
    assert (row.state, states(desk, row)) == (State.FINISHED, {"sent": 2, "left_out": 2})
    assert told(desk.cast.owner) == ["announcement_finished"]


def test_at_each_customers_hour_nobody_gets_it_before(desk, now):
    for at, zone in ((1, "America/New_York"), (2, "America/Los_Angeles"), (3, "America/Chicago")):
        [contact] = customers(desk, at)
        with activate(desk.organization):
            contact.time_zone = zone
            contact.save(update_fields=["time_zone"])
    wall = datetime(2037, 7, 4, 10, 30)
    row = plan(desk, checked(desk), wall=wall)
    first = wall.replace(tzinfo=ZoneInfo("America/New_York"))
    assert (row.begins_at, row.begins_theirs) == (first, "2037-07-04T10:30")
    page = desk.as_(desk.cast.owner).get(reverse("announcement", args=[row.pk])).content.decode()
    assert page.count("Sat, Jul 4, 10:30 am") == 4, "in the banner, and where each of them is"
    got = []
    for hours in (0, 1, 3):
        come(desk, row, now, first + timedelta(hours=hours))
        got.append(hand_over(desk))
    assert got == [1, 1, 1]


def test_an_hour_of_theirs_that_passed_by_hours_waits_for_a_person_who_lets_it_go_on(desk, now):
    [one] = customers(desk, 1)
    west = customers(desk, 2, 3)
    with activate(desk.organization):
        for contact, zone in ((one, "America/New_York"), *((each, "America/Los_Angeles") for each in west)):
            contact.time_zone = zone
            contact.save(update_fields=["time_zone"])
    wall = datetime(2037, 7, 4, 9)
    row = plan(desk, checked(desk), wall=wall)
    first = wall.replace(tzinfo=ZoneInfo("America/New_York"))
    come(desk, row, now, first)
    assert hand_over(desk) == 1
    row = come(desk, row, now, first + timedelta(hours=7))  # workers were down: noon has come in Los Angeles, and 1 pm
    assert (row.state, row.why, hand_over(desk)) == (State.PAUSED, Why.LATE, 0)
    assert told(desk.cast.owner) == ["announcement_stopped"]
    page = desk.as_(desk.cast.owner).get(reverse("announcement", args=[row.pk])).content.decode()
    assert "For some customers its time had passed" in page
    act(desk, running.resume, row)
    working.work(desk.organization.pk, row.pk, seconds=0, batch=1)
    assert states(desk, row) == {"queued": 1, "ready": 1, "sent": 1}
    now.move_to(first + timedelta(hours=8, minutes=59), tick=False)
    work(desk, row)
    assert (hand_over(desk), states(desk, row)) == (2, {"queued": 2, "sent": 1})


def test_a_slow_line_that_began_in_time_is_not_late(desk, now, monkeypatch):
    customers(desk, 1, 2, 3)
    row = plan(desk, checked(desk), wall=datetime(2037, 7, 4, 9))
    monkeypatch.setattr(working, "LEAST_AHEAD", 1)
    monkeypatch.setattr(working, "_ahead", lambda row: 1)
    for hours in (0, 1.5, 3):
        come(desk, row, now, row.begins_at + timedelta(hours=hours))
        assert hand_over(desk) == 1


@pytest.mark.parametrize("others", [0, 1])
def test_one_erased_between_their_key_and_their_rows_breaks_nothing(desk, now, others):
    gone, *_stay = customers(desk, *range(1, 2 + others))
    row = plan(desk, checked(desk), wall=datetime(2037, 7, 5, 10))
    with activate(desk.organization):
        destroy_keys(CONTACT, str(gone.pk), reason="asked to be forgotten")
    come(desk, row, now, row.begins_at)
    row = come(desk, row, now, row.begins_at + timedelta(minutes=1))
    assert (row.why, row.tries, hand_over(desk)) == ("", 0, others)
    with activate(desk.organization):
        refused = AnnouncementRecipient.objects.get(announcement=row, contact=gone)
    assert (refused.state, refused.reason) == ("refused", "destination.ended")


def test_clocks_that_skip_or_repeat_an_hour_and_customers_between_two(desk):
    new_york, both = "America/New_York", "America/Chicago,America/New_York"
    wall = datetime(2026, 3, 8, 2, 30)  # skipped in both
    assert their_moment(new_york, wall, "UTC") == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert their_moment(both, datetime(2026, 7, 1, 9), "UTC") == datetime(2026, 7, 1, 14, tzinfo=UTC), "nowhere before"
    twice = datetime(2026, 11, 1, 1, 30)
    assert their_moment(new_york, twice, "UTC") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert first_moment(["", new_york], twice, "Europe/Berlin")[1] == ""
    assert first_moment([], twice, "UTC")[0] == twice.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"at": NOW}, "has passed"),
        ({"at": NOW + timedelta(days=400)}, "more than a year"),
        ({"wall": datetime(2037, 7, 2, 9)}, "In New York it is later"),
        ({"wall": None, "at": None}, "Choose a date"),
        ({"wall": datetime(9999, 12, 31, 23, 59)}, "more than a year"),
        ({"at": datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo"))}, "has passed"),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_changes_nothing(desk, when, said):
    customers(desk, 1)
    row = plan(desk, checked(desk))
    with pytest.raises(BadBeginning, match=said):
        plan(desk, row, **when)
    assert (fresh(desk, row).state, fresh(desk, row).begins_at) == (State.PLANNED, LATER)


def test_a_second_person_agrees_to_a_time_and_to_so_many(desk, now):
    cast = desk.cast
    customers(desk, *range(1, 11), tag="VIP")
    with activate(desk.organization):
        rules.set_most_alone(member=cast.admin, people=5)
    row = plan(desk, checked(desk), cast.supervisor)
    assert (row.state, told(cast.admin), told(cast.agent)) == (State.ASKED, ["announcement_waits"], [])
    assert told(cast.owner) == told(cast.supervisor) == [], "who wrote it, and who asks"
    now.move_to(NOW + timedelta(hours=30), tick=False)  # an old check is no matter: all is looked at again
    act(desk, running.approve, row, cast.admin)
    assert (fresh(desk, row).state, fresh(desk, row).approved_for) == (State.PLANNED, 10)
    row = plan(desk, fresh(desk, row), cast.supervisor, at=LATER + timedelta(hours=1))
    assert (row.state, row.approved_by) == (State.ASKED, None), "another time is asked for anew"
    act(desk, running.approve, row, cast.admin)
    customers(desk, 11, 12)
    row = come(desk, row, now, LATER + timedelta(hours=1))
    assert (row.state, row.why, hand_over(desk)) == (State.ASKED, Why.MORE, 0), "a fifth more than was agreed to"
    act(desk, running.approve, row, cast.admin)
    work(desk, row)
    assert (fresh(desk, row).state, hand_over(desk)) == (State.RUNNING, 12)


@pytest.mark.parametrize("more", [0, 1])
def test_a_tenth_more_than_a_second_person_saw_begins_but_not_in_the_name_of_one_who_may_no_more(desk, now, more):
    customers(desk, *range(1, 11))
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.admin, people=5)
    row = plan(desk, checked(desk))
    act(desk, running.approve, row, desk.cast.admin)
    customers(desk, *range(11, 11 + more))
    if not more:
        dismiss(desk.cast.admin)
    row = come(desk, row, now)
    assert (row.state, row.why) == ((State.RUNNING, "") if more else (State.ASKED, Why.UNAPPROVED))


def test_approved_for_some_it_does_not_begin_for_others(desk, now):
    cast = desk.cast
    customers(desk, *range(1, 11), tag="VIP")
    customers(desk, *range(11, 21), tag="Others")
    with activate(desk.organization):
        rules.set_most_alone(member=cast.admin, people=5)
        vip, others = (Condition(TAG, Ask.HAS, str(Tag.objects.get(name=name).pk)) for name in ("VIP", "Others"))
        saved = saving.save(member=cast.owner, name="Dear ones", wish=Filter((vip,)))
    row = plan(desk, checked(desk, Audience(saved=saved.pk)), cast.supervisor)
    act(desk, running.approve, row, cast.admin)
    with activate(desk.organization):
        saving.save(member=cast.owner, name="Dear ones", wish=Filter((others,)), before=saved)
    row = come(desk, row, now)
    assert (row.state, row.why, states(desk, row)) == (State.ASKED, Why.OTHERS, {"ready": 10})
    act(desk, running.approve, row, cast.admin)
    work(desk, row)
    assert hand_over(desk) == 10, "a second look at those it goes to now lets it begin"


def test_approved_with_some_words_it_does_not_begin_with_others(desk, now):
    cast = desk.cast
    customers(desk, 1, 2)
    with activate(desk.organization):
        template = published(cast.owner, "Closed", "We are closed on Friday.").template
        rules.set_most_alone(member=cast.admin, people=1)
    row = plan(desk, checked(desk, template_id=template.pk), cast.supervisor)
    act(desk, running.approve, row, cast.admin)
    rewrite(desk, template, "We are closed for good.")
    row = come(desk, row, now)
    assert (row.state, row.why, states(desk, row)) == (State.ASKED, Why.WORDS, {"ready": 2})
    act(desk, running.approve, row, cast.admin)
    work(desk, row)
    assert (fresh(desk, row).state, words_of(desk, row)) == (State.RUNNING, {"We are closed for good."})


def words_of(desk, row) -> set[str]:
    """What its texts say, without the clauses."""
    with activate(desk.organization):
        texts = [message.body for message in Message.objects.filter(announcement=row)]
        return {f"We are closed {text.partition('We are closed ')[2].partition('.')[0]}." for text in texts}


def test_everybody_gets_the_words_that_were_checked_whatever_is_published_meanwhile(desk, now):
    customers(desk, 1, 2, 3)
    with activate(desk.organization):
        template = published(desk.cast.owner, "Closed", "We are closed on Friday.").template
    row = checked(desk, template_id=template.pk)
    rewrite(desk, template, "We are closed on Monday.")
    for begin in (running.start, planning.plan):
        with pytest.raises(CannotAnnounce, match="changed after it was checked"), activate(desk.organization):
            begin(member=desk.cast.owner, row=row, **({"at": LATER} if begin is planning.plan else {}))
    act(desk, running.check, row)
    work(desk, row)
    act(desk, running.start, row)
    working.work(desk.organization.pk, row.pk, seconds=0, batch=1)
    rewrite(desk, template, "We are closed for good.")
    working.work(desk.organization.pk, row.pk, seconds=0, batch=1)
    page = desk.as_(desk.cast.owner).get(reverse("announcement", args=[row.pk])).content.decode()
    assert "newer words" in page
    assert "on Monday" in page
    assert "closed for good" not in page
    act(desk, running.pause, row)
    act(desk, running.resume, row)
    work(desk, row)
    assert (states(desk, row), words_of(desk, row)) == ({"queued": 3}, {"We are closed on Monday."})


def test_approved_too_late_it_does_not_begin_with_an_old_check(desk, now):
    customers(desk, 1, 2)
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.admin, people=1)
    row = plan(desk, checked(desk), wall=datetime(2037, 7, 5, 10))
    now.move_to(row.begins_at + timedelta(hours=1), tick=False)
    act(desk, running.approve, row, desk.cast.admin)
    assert fresh(desk, row).state == State.PLANNED, "it is looked at again first"
    act(desk, planning.unplan, row)
    now.move_to(NOW, tick=False)
    row = plan(desk, checked(desk), wall=datetime(2037, 7, 5, 10))
    now.move_to(row.begins_at + timedelta(hours=3), tick=False)
    with pytest.raises(CannotAnnounce, match="time has passed"):
        act(desk, running.approve, row, desk.cast.admin)


def test_what_nobody_went_on_looking_at_for_hours_does_not_begin(desk, now):
    customers(desk, 1, 2)
    row = plan(desk, checked(desk))
    now.move_to(LATER + timedelta(minutes=1), tick=False)
    working.work(desk.organization.pk, row.pk, seconds=0, batch=1)
    assert fresh(desk, row).state == State.CHECKING
    row = come(desk, row, now, LATER + running.TOO_LATE)
    assert (row.state, row.why, hand_over(desk)) == (State.CHECKED, Why.LATE, 0)


@pytest.mark.parametrize("why", [Why.LATE, Why.NOBODY, Why.LINE_OFF])
def test_what_cannot_begin_says_so_to_whoever_planned_it(desk, now, why):
    customers(desk, 1, tag="VIP")
    with activate(desk.organization):
        tag = Tag.objects.get().pk
    row = plan(desk, checked(desk, Audience(tag=tag)), desk.cast.supervisor)
    with activate(desk.organization):
        if why == Why.NOBODY:
            ContactTag.objects.all().delete()
        if why == Why.LINE_OFF:
            Line.objects.filter(pk=desk.line.pk).update(is_active=False)
    row = come(desk, row, now, LATER + (running.TOO_LATE if why == Why.LATE else timedelta()))
    assert (row.state, row.why, row.begins_at, row.started_by) == (State.CHECKED, why, None, None)
    assert told(desk.cast.supervisor) == ["announcement_stopped"]
    assert hand_over(desk) == 0


def test_it_is_taken_back_changed_and_left_by_who_planned_it(desk, now):
    customers(desk, 1)
    row = plan(desk, checked(desk))
    with pytest.raises(MissingPermission):
        plan(desk, row, desk.cast.agent)
    act(desk, planning.unplan, row)
    assert (fresh(desk, row).state, fresh(desk, row).begins_at) == (State.CHECKED, None)
    row = plan(desk, row, desk.cast.supervisor)
    with activate(desk.organization):
        leaving = Leaving(desk.cast.supervisor, desk.cast.owner, NOW, None)
        assert len(Announcements().end(leaving)) == 1
    assert fresh(desk, row).state == State.CHECKED
    row = plan(desk, row, desk.cast.supervisor)
    dismiss(desk.cast.supervisor)
    row = come(desk, row, now)
    assert (row.state, row.why, hand_over(desk)) == (State.PAUSED, Why.AUTHOR, 0)


def test_while_all_are_looked_at_anew_it_can_still_be_taken_back(desk, now):
    customers(desk, 1)
    row = plan(desk, checked(desk))
    now.move_to(LATER + timedelta(seconds=3), tick=False)
    working.work(desk.organization.pk, row.pk, seconds=0)
    page, there = desk.as_(desk.cast.owner), reverse("unplan_announcement", args=[row.pk])
    assert fresh(desk, row).state == State.CHECKING
    assert there in page.get(reverse("announcement", args=[row.pk])).content.decode()
    assert make_caller(desk.cast.owner).post(f"announcements/{row.pk}/cancel", {}).json()["state"] == "checking"
    work(desk, row)
    row = fresh(desk, row)
    assert (row.state, row.begins_at, row.started_by, states(desk, row)) == (State.CHECKED, None, None, {"ready": 1})
    act(desk, running.check, row)
    with pytest.raises(CannotAnnounce, match="not possible any more"):
        act(desk, planning.unplan, row)


def test_the_page_asks_when_keeps_what_was_typed_and_lists_it(desk):
    customers(desk, 1)
    row = checked(desk)
    page, there = desk.as_(desk.cast.owner), reverse("plan_announcement", args=[row.pk])
    assert b"Begin later" in page.get(reverse("announcement", args=[row.pk])).content
    for wall, said in (("", "required"), ("soon", "as the field shows"), ("2037-07-02T09:00", "has passed")):
        answer = page.post(there, {"wall": wall, "clock": "ours"})
        assert (answer.status_code, said in answer.content.decode()) == (422, True), wall
    assert 'value="2037-07-02T09:00"' in answer.content.decode()
    twice = page.post(there, {"wall": "2037-11-01T01:30", "clock": "ours"})
    assert b"Say which one" in twice.content
    assert page.post(there, {"wall": "2037-07-03T09:00", "clock": "ours"}).status_code == 302
    assert fresh(desk, row).begins_at == datetime(2037, 7, 3, 13, tzinfo=UTC)
    listed = page.get(reverse("announcements") + "?state=planned").content.decode()
    assert "Fri, Jul 3, 9:00 am in New York" in listed
    assert 'value="2037-07-03T09:00"' in page.get(there).content.decode()
    assert page.post(reverse("unplan_announcement", args=[row.pk])).status_code == 302
    assert fresh(desk, row).state == State.CHECKED
    act(desk, running.start, row)
    assert page.get(there).status_code == 302
