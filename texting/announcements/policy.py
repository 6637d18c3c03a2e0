"""The send policy that keeps back what a worker takes of an announcement that was paused or canceled meanwhile, and a
second text to a customer whose two numbers were merged meanwhile.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.utils import timezone

from tenancy.said import gettext as _
from texting.announcements.once import TWICE, twice_in_the_outbox
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Announcement, Decision

AGAIN = timedelta(hours=1)  # going on makes it due at once
PAUSED, CANCELED = "announced.paused", "announced.canceled"


class Announced:
    """Asked at the hand-over, once for all texts of a batch and not at all for those of no announcement."""

    name: ClassVar[str] = "announced"

    def judge(self, draft: Draft) -> Ruling:
        """Whether its announcement is running."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each, in two statements; two more where some have further numbers."""
        wanted = {
            one.announcement_id for one in drafts if one.announcement_id and one.stage == Decision.Stage.HAND_OVER
        }
        rows = Announcement.objects.filter(pk__in=wanted).values_list("pk", "state") if wanted else ()
        states: dict[UUID | None, str] = dict(rows)
        leaving = {
            one.message_id: one.conversation.contact
            for one in drafts
            if one.message_id and one.announcement_id in states
        }
        twice = twice_in_the_outbox(leaving) if leaving else set()
        return [
            _told_already() if one.message_id in twice else self._ruling(states.get(one.announcement_id))
            for one in drafts
        ]

    def _ruling(self, state: str | None) -> Ruling:
        if state == Announcement.State.PAUSED:
            reason = Reason(
                rule=PAUSED,
                verdict=Verdict.REFUSE,
                text=_("Its announcement is paused."),
                what_to_do=_("It leaves when somebody goes on with it."),
                again_at=timezone.now() + AGAIN,
                waits=True,
            )
            return Ruling((reason,))
        if state == Announcement.State.CANCELED:
            return Ruling((Reason(rule=CANCELED, verdict=Verdict.REFUSE, text=_("Its announcement was canceled.")),))
        return Ruling()


def _told_already() -> Ruling:
    return Ruling((Reason(rule=TWICE, verdict=Verdict.REFUSE, text=_("Another number of this customer gets it.")),))
