"""Above a number of customers a second person looks at an announcement before it begins."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import deactivation
from accounts.models import Membership, OutgoingMail, User
from accounts.permissions import MissingPermission
from compliance import tasks
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.announcements.many import act, checked, customers, fresh, hand_over, states, work, write
from tests.texting.desk import desk
from texting.announcements import breaking, planning, rules, running, writing
from texting.announcements.audiences import Audience
from texting.announcements.writing import CannotAnnounce
from texting.models import Announcement, Notification, Tag
from texting.notifications.choosing import Choices, Way

__all__ = ["desk"]

State = Announcement.State


@pytest.fixture
def asked(desk) -> Announcement:
    """Written by an owner for three, of whom one may be told alone; a supervisor asks for it."""
    customers(desk, 1, 2, 3)
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.admin, people=1)
    row = checked(desk)
    act(desk, running.start, row, desk.cast.supervisor)
    work(desk, row)
    return fresh(desk, row)


def test_it_waits_for_somebody_who_neither_wrote_it_nor_asked_for_it(desk, asked):
    assert (asked.state, states(desk, asked), hand_over(desk)) == (State.ASKED, {"ready": 3}, 0)
    for member in (desk.cast.owner, desk.cast.supervisor):
        with pytest.raises(CannotAnnounce, match="neither wrote it nor asked"):
            act(desk, running.approve, asked, member)
    with pytest.raises(MissingPermission):
        act(desk, running.approve, asked, desk.cast.agent)
    with activate(desk.organization):
        waits = {one: running.to_approve(getattr(desk.cast, one)) for one in ("owner", "supervisor", "admin", "agent")}
    assert waits == {"owner": 0, "supervisor": 0, "admin": 1, "agent": 0}
    act(desk, running.approve, asked, desk.cast.admin)
    work(desk, asked)
    running_now = fresh(desk, asked)
    assert (running_now.state, running_now.started_by_id) == (State.RUNNING, desk.cast.supervisor.pk)
    assert hand_over(desk) == 3
    with pytest.raises(CannotAnnounce):
        act(desk, running.approve, asked, desk.cast.admin)


def test_whoever_wrote_at_it_does_not_approve_it_whoever_had_it_checked(desk):
    cast = desk.cast
    customers(desk, 1, 2)
    with activate(desk.organization):
        rules.set_most_alone(member=cast.admin, people=1)
    row = write(desk, member=cast.admin)
    write(desk, member=cast.supervisor, before=row)
    act(desk, running.check, row, cast.supervisor)
    work(desk, row)
    act(desk, running.start, row, cast.supervisor)
    with pytest.raises(CannotAnnounce, match="neither wrote it"):
        act(desk, running.approve, row, cast.admin)
    page = desk.as_(cast.admin).get(reverse("announcement", args=[row.pk])).content.decode()
    assert reverse("approve_announcement", args=[row.pk]) not in page
    with activate(desk.organization):
        assert [running.to_approve(one) for one in (cast.admin, cast.owner)] == [0, 1]
        mails = OutgoingMail.objects.filter(kind="announcement_waits")
        assert [mail.address for mail in mails] == [cast.owner.user.email]


@pytest.mark.parametrize("who", ["admin", "supervisor"])
def test_it_goes_back_and_may_be_asked_for_again(desk, asked, who):
    with pytest.raises(MissingPermission):
        act(desk, running.send_back, asked, desk.cast.agent)
    act(desk, running.send_back, asked, getattr(desk.cast, who))
    assert (fresh(desk, asked).state, fresh(desk, asked).started_by_id) == (State.CHECKED, None)
    act(desk, running.start, asked, desk.cast.owner)
    assert fresh(desk, asked).state == State.ASKED


def test_what_was_changed_or_is_too_old_is_not_approved(desk, asked, time_machine):
    with activate(desk.organization):
        then = asked.checked_at + running.GOOD_FOR + timedelta(minutes=1)
    time_machine.move_to(then)
    with pytest.raises(CannotAnnounce, match="more than a day"):
        act(desk, running.approve, asked, desk.cast.admin)
    act(desk, running.check, asked, desk.cast.owner)
    assert fresh(desk, asked).state == State.CHECKING
    with pytest.raises(CannotAnnounce):
        act(desk, running.approve, asked, desk.cast.admin)


def seen_by(desk, member, row) -> str:
    page = desk.as_(member).get(reverse("announcement", args=[row.pk])).content.decode()
    [seen] = set(re.findall(r'name="seen" value="([^"]+)"', page))
    return seen


def test_only_what_somebody_has_read_is_approved_or_started(desk, asked):
    """The page was open while a colleague wrote something else, had it checked and asked for that."""
    admin, approve = desk.as_(desk.cast.admin), reverse("approve_announcement", args=[asked.pk])
    read = seen_by(desk, desk.cast.admin, asked)
    write(desk, member=desk.cast.supervisor, before=asked, body="Everything is free on Friday.")
    act(desk, running.check, asked, desk.cast.supervisor)
    work(desk, asked)
    first = seen_by(desk, desk.cast.owner, asked)
    act(desk, running.start, asked, desk.cast.supervisor)
    for seen in ({"seen": read}, {}):
        assert b"changed after you opened its page" in admin.post(approve, seen, follow=True).content
        assert fresh(desk, asked).state == State.ASKED
    with activate(desk.organization):
        planning.plan(member=desk.cast.supervisor, row=asked, at=timezone.now() + timedelta(hours=2))
    assert b"changed after you" in admin.post(approve, {"seen": first}, follow=True).content, "another time"
    act(desk, running.send_back, asked, desk.cast.admin)
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.admin, people=3)
    owner, start = desk.as_(desk.cast.owner), reverse("start_announcement", args=[asked.pk])
    owner.post(start, {"seen": read})
    assert fresh(desk, asked).state == State.CHECKED
    owner.post(start, {"seen": seen_by(desk, desk.cast.owner, asked)})
    assert fresh(desk, asked).state == State.RUNNING


@pytest.fixture
def halves(desk) -> list[Announcement]:
    """Two of the owner's, each to two of four customers, checked; one person may tell three alone."""
    customers(desk, 1, 2, tag="Red")
    customers(desk, 3, 4, tag="Blue")
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.admin, people=3)
        tags = list(Tag.objects.order_by("name").values_list("pk", flat=True))
    return [checked(desk, Audience(tag=tag)) for tag in tags]


def test_several_that_are_cut_small_are_counted_as_one(desk, halves, time_machine):
    first, second = halves
    act(desk, running.start, first)
    assert fresh(desk, first).state == State.RUNNING
    page = desk.as_(desk.cast.owner).get(reverse("announcement", args=[second.pk])).content.decode()
    assert "Ask for approval" in page
    act(desk, running.start, second, desk.cast.supervisor)
    assert fresh(desk, second).state == State.ASKED, "whoever starts it: the owner wrote both"
    pages = [desk.as_(one).get(reverse("announcement", args=[second.pk])) for one in (desk.cast.admin, desk.cast.owner)]
    assert b"goes to 4 customers together" in pages[0].content
    assert b"With what the same people begin within a day" in pages[1].content
    act(desk, running.approve, second, desk.cast.admin)
    assert fresh(desk, second).state == State.RUNNING
    again = checked(desk, Audience(tag=first.audience["tag"]))
    act(desk, running.start, again)
    assert fresh(desk, again).state == State.RUNNING, "the same customers once more, and the second was approved"
    act(desk, running.cancel, again)
    other = write(desk, Audience(tag=second.audience["tag"]), member=desk.cast.supervisor)
    act(desk, running.check, other, desk.cast.supervisor)
    work(desk, other)
    act(desk, running.start, other, desk.cast.supervisor)
    assert fresh(desk, other).state == State.RUNNING, "somebody else's"


def test_several_that_begin_later_are_counted_too(desk, halves):
    first, second = halves
    for row, days, state in ((first, 2, State.PLANNED), (second, 2.5, State.ASKED), (second, 4, State.PLANNED)):
        with activate(desk.organization):
            planning.plan(member=desk.cast.owner, row=row, at=timezone.now() + timedelta(days=days))
        assert fresh(desk, row).state == state
    act(desk, running.check, second)
    work(desk, second)
    with activate(desk.organization):
        Announcement.objects.filter(pk=first.pk).update(begins_at=timezone.now() + timedelta(hours=3))
    act(desk, running.start, second)
    assert fresh(desk, second).state == State.ASKED, "the other begins in three hours"
    act(desk, running.send_back, second)
    with activate(desk.organization):
        planning.unplan(member=desk.cast.owner, row=first)
    act(desk, running.start, second)
    with activate(desk.organization):
        planning.plan(member=desk.cast.owner, row=first, at=timezone.now() + timedelta(days=3))
        Announcement.objects.filter(pk=first.pk).update(begins_at=timezone.now())
    work(desk, first)
    assert (fresh(desk, first).state, fresh(desk, first).why) == (State.ASKED, "more"), "it met the other at its time"


def test_up_to_the_number_nobody_is_asked_and_the_number_has_bounds(desk):
    customers(desk, 1, 2)
    with activate(desk.organization):
        for wrong in (0, rules.MOST + 1):
            with pytest.raises(CannotAnnounce):
                rules.set_most_alone(member=desk.cast.admin, people=wrong)
        with pytest.raises(MissingPermission):
            rules.set_most_alone(member=desk.cast.supervisor, people=2)
        rules.set_most_alone(member=desk.cast.admin, people=2)
        rules.set_most_alone(member=desk.cast.admin, people=2)
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event=AuditKind.ANNOUNCEMENT_RULE_CHANGED).count() == 1
    row = checked(desk)
    act(desk, running.start, row)
    assert fresh(desk, row).state == State.RUNNING


def test_what_a_leaver_asked_for_is_asked_for_by_nobody(desk, asked):
    with activate(desk.organization):
        leaver = Membership.objects.get(pk=desk.cast.supervisor.pk)
        deactivation.deactivate(actor=desk.cast.owner, member=leaver)
    assert fresh(desk, asked).state == State.CHECKED
    with pytest.raises(CannotAnnounce):
        act(desk, running.approve, asked, desk.cast.admin)


def test_on_its_page_each_finds_what_is_theirs_to_do(desk, asked):
    at = reverse("announcement", args=[asked.pk])
    approve, back = (reverse(f"{name}_announcement", args=[asked.pk]) for name in ("approve", "send_back"))

    def offers(member):
        page = desk.as_(member).get(at).content.decode()
        return approve in page, back in page

    assert offers(desk.cast.supervisor) == (False, True)
    assert offers(desk.cast.owner) == (False, False)
    assert offers(desk.cast.admin) == (True, True)
    assert desk.as_(desk.cast.outsider).post(approve).status_code == 404
    page = desk.as_(desk.cast.admin)
    assert page.post(reverse("announced_alone"), {"people": "many"}).status_code == 302
    assert page.post(reverse("announced_alone"), {"people": "2,000"}).status_code == 302
    assert b'value="2000"' in page.get(reverse("announcements")).content
    assert page.post(approve, {"seen": seen_by(desk, desk.cast.admin, asked)}).status_code == 302
    assert fresh(desk, asked).state == State.RUNNING


def test_a_change_takes_it_back(desk, asked):
    with activate(desk.organization):
        writing.discard(member=desk.cast.owner, row=asked)
        assert not Announcement.objects.exists()


def mails() -> int:
    return OutgoingMail.objects.filter(kind="announcement_waits").count()


def test_who_asks_all_the_time_neither_floods_nor_silences(desk, asked):
    assert mails() == 1, "the admin"
    for _again in range(3):
        act(desk, running.send_back, asked, desk.cast.supervisor)
        act(desk, running.start, asked, desk.cast.supervisor)
    assert (mails(), tasks.mail_second_persons()) == (1, 0), "one in a quarter of an hour"
    OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(minutes=16))
    assert [tasks.mail_second_persons() for _twice in range(2)] == [1, 0], "of what was asked for meanwhile"
    act(desk, running.send_back, asked, desk.cast.admin)
    OutgoingMail.objects.update(queued_at=timezone.now() - timedelta(minutes=16))
    assert tasks.mail_second_persons() == 0


def test_an_address_that_gets_none_keeps_nobody_from_asking(desk, asked):
    User.objects.filter(pk=desk.cast.admin.user_id).update(email="no address")
    act(desk, running.send_back, asked, desk.cast.supervisor)
    act(desk, running.start, asked, desk.cast.supervisor)
    assert (fresh(desk, asked).state, mails()) == (State.ASKED, 1)


def test_of_a_muted_team_nobody_is_told(desk, asked):
    with activate(desk.organization):
        waits = Notification.objects.filter(member=desk.cast.admin, kind="approval")
        for muted, told in ((set(), 1), ({asked.pk}, 1), ({desk.line.team_id}, 0)):
            choices = Choices({Way.APP: frozenset({"approval"})}, frozenset(muted), None)
            assert waits.filter(choices.told(Way.APP)).count() == told


def test_what_broke_before_is_not_counted_once_it_is_asked_for_and_approved_anew(desk, asked):
    def breaks(**fields):
        with activate(desk.organization):
            Announcement.objects.filter(pk=asked.pk).update(tries=breaking.TRIES, again_at=timezone.now(), **fields)

    def counted():
        return fresh(desk, asked).tries, fresh(desk, asked).again_at

    breaks(state=State.CHECKED)
    at = timezone.now() + timedelta(days=1)
    with activate(desk.organization):
        planning.plan(member=desk.cast.supervisor, row=asked, at=at)
    assert (fresh(desk, asked).state, counted()) == (State.ASKED, (0, None))
    breaks()
    act(desk, running.approve, asked, desk.cast.admin)
    assert (fresh(desk, asked).state, counted()) == (State.PLANNED, (0, None))
