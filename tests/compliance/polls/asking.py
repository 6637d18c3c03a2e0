"""Polls of tests: written, begun, and asked of customers."""

from compliance.models import Poll, PollAnswer
from compliance.polls import writing
from compliance.polls.writing import Question
from tenancy.isolation import activate
from tests.texting.announcements.many import act, fresh, hand_over, work
from tests.texting.desk import Desk
from texting.announcements import running
from texting.announcements.audiences import Audience
from texting.announcements.writing import Written
from texting.models import Announcement
from texting.purposes import Purpose

ASKED = Question("When suits you best?", ("In the morning", "Evening", "Neither suits me"))


def write(desk: Desk, asked: Question = ASKED, before: Poll | None = None, **given: object) -> Poll:
    """A draft."""
    said = {"name": "Times", "line": desk.line, "purpose": Purpose.POLL, "audience": Audience(), **given}
    with activate(desk.organization):
        return writing.write(member=desk.cast.owner, written=Written(**said), asked=asked, before=before)


def begun(desk: Desk, asked: Question = ASKED, **given: object) -> Poll:
    """Every customer has the question on their phone."""
    poll = write(desk, asked, **given)
    row = poll.announcement
    act(desk, running.check, row)
    work(desk, row)
    act(desk, running.start, row)
    work(desk, row)
    hand_over(desk)
    work(desk, row)
    assert fresh(desk, row).state == Announcement.State.FINISHED
    return again(desk, poll)


def again(desk: Desk, poll: Poll) -> Poll:
    """As it is now."""
    with activate(desk.organization):
        return Poll.objects.select_related("announcement", "reminder").get(pk=poll.pk)


def answers(desk: Desk) -> dict[str, tuple[int | None, int, int]]:
    """(choice, changes, unclear) by the last four digits."""
    with activate(desk.organization):
        rows = PollAnswer.objects.select_related("contact")
        return {one.contact.number[-4:]: (one.choice, one.changes, one.unclear) for one in rows}
