"""The send policy that keeps back what a worker takes of an announcement that was paused or canceled meanwhile."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from django.utils import timezone

from tenancy.said import gettext as _
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
        """`judge` for each, in one statement."""
        wanted = {
            one.announcement_id for one in drafts if one.announcement_id and one.stage == Decision.Stage.HAND_OVER
        }
        rows = Announcement.objects.filter(pk__in=wanted).values_list("pk", "state") if wanted else ()
        states = dict(rows)
        return [self._ruling(states.get(one.announcement_id) if one.announcement_id else None) for one in drafts]

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
