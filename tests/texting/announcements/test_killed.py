"""What kills every worker that begins with it is given up like what breaks."""

from datetime import timedelta

from django.utils import timezone

from tenancy.isolation import activate
from tests.compliance.test_killed import die
from tests.texting.announcements.many import act, checked, customers, fresh, states, work
from tests.texting.desk import busy_desk
from texting.announcements import breaking, running, working
from texting.models import Announcement

__all__ = ["busy_desk"]

_WORK = "from texting.announcements import working; working.work(UUID('{}'), UUID('{}'))"


def long_ago(desk, row, **more) -> None:
    """Whoever has begun has done so a while ago, and no pause is left."""
    with activate(desk.organization):
        was = timezone.now() - timedelta(minutes=1)
        Announcement.objects.filter(pk=row.pk, begun_at__isnull=False).update(begun_at=was)
        Announcement.objects.filter(pk=row.pk).update(again_at=None, **more)


def test_a_killed_worker_is_counted_and_the_last_one_pauses_it(busy_desk):
    desk = busy_desk
    customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)
    code = _WORK.format(desk.organization.pk, row.pk)
    die("before_announced_commit", code)
    assert (fresh(desk, row).tries, states(desk, row)) == (0, {"ready": 2})

    long_ago(desk, row)
    assert working.work(desk.organization.pk, row.pk) is False
    counted = fresh(desk, row)
    assert (counted.tries, counted.again_at > timezone.now(), states(desk, row)) == (1, True, {"ready": 2})
    with activate(desk.organization):
        assert row.pk not in working.unfinished()

    long_ago(desk, row, tries=breaking.TRIES - 1)
    die("before_announced_commit", code)
    long_ago(desk, row)
    work(desk, row)
    stopped = fresh(desk, row)
    assert (stopped.state, stopped.why) == (Announcement.State.PAUSED, "broken")
    act(desk, running.resume, row)
    work(desk, row)
    done = fresh(desk, row)
    assert (states(desk, row), done.tries, done.begun_at) == ({"queued": 2}, 0, None)


def test_whom_another_worker_has_just_begun_with_is_left_to_that_one(busy_desk):
    desk = busy_desk
    customers(desk, 1)
    row = checked(desk)
    act(desk, running.start, row)
    assert breaking.begin(desk.organization.pk, row.pk)
    work(desk, row)
    assert (fresh(desk, row).tries, states(desk, row)) == (0, {"ready": 1}), "nobody died"
