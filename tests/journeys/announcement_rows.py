"""Announcements before and after they began, for the pages that show them; made once for each organization."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import Membership
from compliance.models import Poll
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from texting import threads
from texting.announcements import planning, running, working, writing
from texting.announcements.audiences import Audience
from texting.announcements.writing import Written
from texting.models import Announcement, Line
from texting.phone_numbers import parse
from texting.purposes import Purpose

DRAFT = "Flu shots"
WORDS = "Harbor Dental: we are closed on Friday for staff training. Back on Monday at 8. Reply STOP to opt out."


def announcement_rows(owner: Membership, line: Line) -> None:
    """A draft, one that was looked at, one that begins in a year, one that is held and one that was ended. Nobody is
    sent anything.
    """
    with activate(owner.organization):
        if Announcement.objects.filter(name=DRAFT).exists():  # polls have announcements of their own
            return
        for at in range(12):
            agree_to_everything(threads.contact_for(parse(f"+1212555{1200 + at}")))
    _checked(owner, line, "New opening hours")
    row = _checked(owner, line, "Flu shots begin")
    with activate(owner.organization):
        planning.plan(member=owner, row=row, wall=datetime.now().replace(hour=10) + timedelta(days=300))
    for name, end in (("Closed on Friday", running.pause), ("Summer party", running.cancel)):
        row = _checked(owner, line, name)
        with activate(owner.organization):  # together, so that no worker has a moment
            running.start(member=owner, row=row)
            end(member=owner, row=row)
        _worked_on(row)
    with activate(owner.organization):
        _write(owner, line, DRAFT)


def _write(owner: Membership, line: Line, name: str) -> Announcement:
    written = Written(name=name, line=line, purpose=Purpose.ALERT, body=WORDS, audience=Audience())
    return writing.write(member=owner, written=written)


def _checked(owner: Membership, line: Line, name: str) -> Announcement:
    with activate(owner.organization):
        row = _write(owner, line, name)
        running.check(member=owner, row=row)
    end = time.monotonic() + 40
    while (row := _worked_on(row)).state == Announcement.State.CHECKING:  # the running system may be at it
        assert time.monotonic() < end, "nobody has checked it"
        time.sleep(0.05)
    return row


def _worked_on(row: Announcement) -> Announcement:
    working.work(row.organization_id, row.pk)
    with activate(row.organization_id):
        return Announcement.objects.get(pk=row.pk)


def announcement_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    yield "announcements", "/announcements/"
    yield "announcement-new", "/announcements/new/"
    with activate(member.organization):
        rows = list(Announcement.objects.order_by("made_at", "pk"))
    for row in rows:
        yield f"announcement-{row.state}", f"/announcements/{row.pk}/"
        if row.state == "canceled":
            yield "announcement-recipients", f"/announcements/{row.pk}/recipients/"
        if row.begins_at is not None:
            yield "announcement-begin", f"/announcements/{row.pk}/plan/"
    with activate(member.organization):
        polls = list(Poll.objects.order_by("pk"))
    yield from [("polls", "/polls/"), ("poll-new", "/polls/new/")]
    yield from [("satisfaction", "/settings/satisfaction/"), ("satisfaction-report", "/reports/satisfaction/")]
    for at, poll in enumerate(polls):
        yield f"poll-{at}", f"/polls/{poll.pk}/"
    drafts = [row for row in rows if row.name == DRAFT]
    yield from [("announcement-edit", f"/announcements/{row.pk}/edit/") for row in drafts]
