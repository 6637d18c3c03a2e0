"""The send policy of polls: no question when it is closed, no reminder to somebody who has answered."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from django.db.models import Q

from compliance.models import Poll, PollAnswer
from compliance.polls.reading import closes_at, is_open
from tenancy.said import gettext as say
from texting.gate import Draft, Reason, Ruling, Verdict

CLOSED, ANSWERED = "polls.closed", "polls.answered"


class Polls:
    """Asked of texts of announcements only, once for all of a group, when they are queued and when they leave."""

    name: ClassVar[str] = "polls"

    def judge(self, draft: Draft) -> Ruling:
        """Whether asking still makes sense."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each."""
        wanted = {one.announcement_id for one in drafts if one.announcement_id}
        if not wanted:
            return [Ruling() for _ in drafts]
        rows = Poll.objects.filter(Q(announcement__in=wanted) | Q(reminder__in=wanted)).select_related("announcement")
        polls = {pk: row for row in rows for pk in (row.announcement_id, row.reminder_id) if pk in wanted}
        again = {row.pk: row for pk, row in polls.items() if pk == row.reminder_id}
        contacts = [one.conversation.contact_id for one in drafts]
        given = PollAnswer.objects.filter(poll__in=again, contact__in=contacts, choice__isnull=False) if again else ()
        answered = {(one.poll_id, one.contact_id) for one in given}
        about = [polls.get(one.announcement_id) if one.announcement_id else None for one in drafts]
        return [self._ruling(one, poll, answered) for one, poll in zip(drafts, about, strict=True)]

    def _ruling(self, draft: Draft, poll: Poll | None, answered: set[tuple[UUID, UUID]]) -> Ruling:
        if poll is None:
            return Ruling()
        if closes_at(poll) is not None and not is_open(poll):
            return Ruling((Reason(rule=CLOSED, verdict=Verdict.REFUSE, text=say("The poll is closed.")),))
        if draft.announcement_id == poll.reminder_id and (poll.pk, draft.conversation.contact_id) in answered:
            return Ruling((Reason(rule=ANSWERED, verdict=Verdict.REFUSE, text=say("They have answered.")),))
        return Ruling()
