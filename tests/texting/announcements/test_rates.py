"""When an announcement stops by itself: of those who got it, from its beginning, whoever held it in between."""

import pytest

from tenancy.isolation import activate
from tests.texting.announcements.many import act, checked, customers, fresh, hand_over, states, work
from tests.texting.desk import desk
from texting.announcements import running, stopping, working
from texting.models import Announcement, AnnouncementRecipient, Message

__all__ = ["desk"]

State = Announcement.State


@pytest.fixture
def begun(desk, monkeypatch) -> Announcement:
    """Eight are told, four at a time, and it is judged from the fourth."""
    monkeypatch.setattr(stopping, "FEWEST_JUDGED", 4)
    monkeypatch.setattr(stopping, "TOO_MANY", 0.2)
    monkeypatch.setattr(working, "LEAST_AHEAD", 4)
    with activate(desk.organization):
        type(desk.line).objects.update(texts_per_second=0.01)
    customers(desk, *range(8))
    row = checked(desk)
    act(desk, running.start, row)
    work(desk, row)
    hand_over(desk)
    return row


def one_who_got_it_says_stop(desk, row) -> None:
    with activate(desk.organization):
        got = Message.objects.filter(announcement=row, status="delivered").select_related("contact").first()
    desk.hear("STOP", number=got.contact.number)


def test_whom_it_did_not_reach_is_not_among_those_who_might_have_opted_out(desk, begun):
    work(desk, begun)
    hand_over(desk)
    with activate(desk.organization):
        lost = Message.objects.filter(announcement=begun).order_by("-pk").values_list("pk", flat=True)[:4]
        Message.objects.filter(pk__in=list(lost)).update(status="undelivered", error_kind="unreachable")
        AnnouncementRecipient.objects.filter(announcement=begun).first()
    one_who_got_it_says_stop(desk, begun)
    work(desk, begun)
    assert states(desk, begun) == {"sent": 4, "failed": 4}
    with activate(desk.organization):
        assert stopping.reason_to_stop(fresh(desk, begun)) == "opt_outs", "a quarter of those who got it"


def test_who_holds_it_and_goes_on_does_not_begin_the_count_anew(desk, begun):
    work(desk, begun)
    act(desk, running.pause, begun)
    act(desk, running.resume, begun)
    one_who_got_it_says_stop(desk, begun)
    work(desk, begun)
    assert (fresh(desk, begun).state, fresh(desk, begun).why) == (State.PAUSED, "opt_outs")
    act(desk, running.resume, begun)
    work(desk, begun)
    assert fresh(desk, begun).state == State.RUNNING, "whoever goes on now has read that"
