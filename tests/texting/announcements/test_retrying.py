"""Trying again reaches nobody twice: neither whom a colleague has helped, nor who got the first text after all."""

import pytest

from tenancy.isolation import activate
from tests.texting.announcements.many import act, customers, fresh, hand_over, number, reasons, started, states, work
from tests.texting.desk import desk
from texting.announcements import running
from texting.announcements.writing import CannotAnnounce
from texting.models import Announcement, Message

__all__ = ["desk"]


@pytest.fixture
def lost(desk) -> Announcement:
    """Finished; the phones of all three were off."""
    customers(desk, 1, 2, 3)
    row = started(desk)
    hand_over(desk)
    with activate(desk.organization):
        Message.objects.filter(announcement=row).update(status="undelivered", error_kind="unreachable")
    work(desk, row)
    assert states(desk, row) == {"failed": 3}
    return row


def texts(desk, row, at):
    return Message.objects.filter(announcement=row, contact=desk.contact(number(at)))


def test_whom_a_colleague_has_sent_it_by_hand_is_not_tried_again(desk, lost):
    with activate(desk.organization):
        for at, how in ((1, "sent_again"), (2, "called")):
            texts(desk, lost, at).update(settlement=how)
        assert running.passing(lost).count() == 1
        texts(desk, lost, 3).update(settlement="arrived")
    with pytest.raises(CannotAnnounce, match="nobody"):
        act(desk, running.retry, lost)


def test_whose_first_text_arrives_before_the_next_is_queued_gets_no_other(desk, lost):
    act(desk, running.retry, lost)
    desk.hear("STOP", number=number(3))
    with activate(desk.organization):
        texts(desk, lost, 1).update(status="delivered", error_kind="")
    work(desk, lost)
    assert states(desk, lost) == {"sent": 1, "queued": 1, "refused": 1}
    assert reasons(desk, lost) == {"1003": "consent.opted_out"}
    assert hand_over(desk) == 1
    work(desk, lost)
    with activate(desk.organization):
        assert [texts(desk, lost, at).count() for at in (1, 2, 3)] == [1, 2, 1]
    assert (fresh(desk, lost).state, states(desk, lost)) == ("finished", {"sent": 2, "refused": 1})


def test_whose_first_text_arrives_while_the_next_one_waits_does_not_get_that(desk, lost):
    act(desk, running.retry, lost)
    work(desk, lost)
    with activate(desk.organization):
        texts(desk, lost, 1).filter(status="undelivered").update(status="delivered", error_kind="")
    work(desk, lost)
    assert states(desk, lost) == {"sent": 1, "queued": 2}
    assert hand_over(desk) == 2
    work(desk, lost)
    with activate(desk.organization):
        assert sorted(texts(desk, lost, 1).values_list("status", flat=True)) == ["canceled", "delivered"]
    assert (fresh(desk, lost).state, states(desk, lost)) == ("finished", {"sent": 3})
