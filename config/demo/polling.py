"""A poll of the demo that is over: who was asked, and what they answered. History: nothing is sent."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from compliance.models import Poll, PollAnswer
from compliance.polls.writing import Question, text_of
from tenancy.encryption import readable
from tenancy.ids import new_id
from texting.models import Announcement, AnnouncementRecipient, Contact, Line
from texting.purposes import Purpose

_AGO = timedelta(days=6)


def poll(maker: Membership, lines: dict[str, Line], story: dict[str, Any]) -> None:
    """`question`, `answers`, `line`, and `chosen`: by customer the place of the answer (from 1), 0 for unclear."""
    asked = Question(story["question"], tuple(story["answers"]), remind_hours=24)
    began = timezone.now() - _AGO
    row = Announcement.objects.create(
        name=story["name"],
        line=lines[story["line"]],
        purpose=Purpose.POLL,
        body=text_of(asked),
        state=Announcement.State.FINISHED,
        made_by=maker,
        made_at=began,
        is_gathered=True,
        checked_at=began,
        started_by=maker,
        started_at=began,
        judged_from=began,
        ended_at=began + timedelta(minutes=2),
    )
    made = Poll.objects.create(
        announcement=row,
        question=asked.words,
        answers=list(asked.answers),
        remind_hours=asked.remind_hours,
        reminded_at=began + timedelta(days=1),
    )
    for at, contact in enumerate(Contact.objects.filter(only_codes=False).order_by("created_at", "id")):
        AnnouncementRecipient.objects.create(
            announcement=row,
            contact=contact,
            state=AnnouncementRecipient.State.SENT,
            message_id=new_id(),
            moved_at=began,
        )
        place = story["chosen"].get(readable(contact, "name", "") or "")
        if place is not None:
            PollAnswer.objects.create(
                poll=made,
                contact=contact,
                choice=place - 1 if place else None,
                unclear=0 if place else 1,
                at=began + timedelta(minutes=5 + 7 * at),
                message_id=new_id(),
            )
