"""What customers of the demo answered: a poll that is over, scores after conversations. History: nothing is sent."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from compliance.models import Poll, PollAnswer, SatisfactionAsk, SatisfactionRule
from compliance.polls.writing import Question, text_of
from tenancy.encryption import readable
from tenancy.ids import new_id
from texting.models import Announcement, AnnouncementRecipient, Contact, Conversation, Line
from texting.purposes import Purpose

_AGO = timedelta(days=6)


def poll(maker: Membership, lines: dict[str, Line], story: dict[str, Any]) -> None:
    """`question`, `answers`, `line`, `thanks`, and `chosen`: by customer the answer (from 1), 0 for unclear."""
    asked = Question(story["question"], tuple(story["answers"]))
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
        announcement=row, question=asked.words, answers=list(asked.answers), thanks=story.get("thanks", "")
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
                thanks_id=new_id() if place and made.thanks else None,
            )


def scores(maker: Membership, given: list[int]) -> None:
    """The scores of resolved conversations, in their order; 0 for who was asked and said nothing."""
    ended = Conversation.objects.filter(status=Conversation.Status.RESOLVED, last_inbound_at__isnull=False)
    rows = list(ended.select_related("line__team").order_by("resolved_at", "id"))
    for team in {row.line.team for row in rows}:
        SatisfactionRule.objects.create(team=team, is_on=True, changed_by=maker, changed_at=timezone.now() - _AGO)
    for row, score in zip(rows, given, strict=False):
        asked_at = (row.resolved_at or row.last_activity_at) + timedelta(minutes=5)
        SatisfactionAsk.objects.create(
            conversation=row,
            contact_id=row.contact_id,
            line_id=row.line_id,
            team_id=row.line.team_id,
            member_id=row.assignee_id or maker.pk,
            state=SatisfactionAsk.State.ASKED,
            due_at=asked_at,
            asked_at=asked_at,
            message_id=new_id(),
            score=score or None,
            answered_at=asked_at + timedelta(minutes=9) if score else None,
        )
