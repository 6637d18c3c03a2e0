"""Asks those once more who got the question and wrote nothing: an announcement of its own, in the name of whoever
started the first.

Whoever let the poll begin has let the reminder begin, too: it goes to fewer, with the same words. Each of its texts
passes the gate, so nobody gets it who has opted out, or answered, meanwhile.
"""

from datetime import timedelta

from django.utils import timezone

from compliance.models import Poll, PollAnswer
from compliance.polls.reading import is_open
from compliance.polls.writing import MOST_DAYS, question_of, text_of
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.bulk_writes import insert_rows
from texting.announcements.audiences import Audience
from texting.announcements.doorbell import ring
from texting.models import Announcement, AnnouncementRecipient
from texting.models.announcement import LONGEST_NAME

State, RowState = Announcement.State, AnnouncementRecipient.State
_TOGETHER = 1_000


def remind() -> int:
    """Begin the reminders of the active organization that are due. Returns how many."""
    now = timezone.now()
    rows = Poll.objects.select_for_update(of=("self",), skip_locked=True).select_related("announcement__started_by")
    asked = rows.filter(
        remind_hours__gt=0,
        reminded_at=None,
        announcement__state=State.FINISHED,
        announcement__started_at__gt=now - timedelta(days=MOST_DAYS),
    )
    due = [
        poll
        for poll in asked.order_by("id")
        if is_open(poll, now)
        and poll.announcement.ended_at is not None
        and poll.announcement.ended_at + timedelta(hours=poll.remind_hours) <= now
    ]
    for poll in due:
        _begin(poll)
    return len(due)


def _begin(poll: Poll) -> None:
    first, now = poll.announcement, timezone.now()
    got = AnnouncementRecipient.objects.filter(announcement=first, state=RowState.SENT)
    wrote = PollAnswer.objects.filter(poll=poll).values("contact_id")
    contacts = list(got.exclude(contact__in=wrote).order_by("id").values_list("contact_id", flat=True))
    poll.reminded_at = now
    if contacts:
        poll.reminder = Announcement.objects.create(
            name=first.name[: LONGEST_NAME - 2] + " 2",
            line_id=first.line_id,
            purpose=first.purpose,
            body=text_of(question_of(poll), again=True),
            audience=Audience(listed=True).as_json(),
            state=State.RUNNING,
            made_by=first.started_by or first.made_by,
            started_by=first.started_by or first.made_by,
            started_at=now,
            judged_from=now,
            approved_by=first.approved_by,  # whoever let the question go to as many knew of the reminder
            approved_for=first.approved_for,
            checked_at=now,
            is_gathered=True,
        )
        for at in range(0, len(contacts), _TOGETHER):
            part = contacts[at : at + _TOGETHER]
            insert_rows(
                [AnnouncementRecipient(announcement=poll.reminder, contact_id=pk, state=RowState.READY) for pk in part]
            )
        ring(poll.reminder)
    poll.save(update_fields=["reminder", "reminded_at"])
    audit.record(event=AuditKind.POLL_REMINDED, object=poll, people=len(contacts))
