"""What a leaver had announced: it pauses until a colleague goes on with it, as theirs, or cancels it."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import Membership
from tenancy import audit
from tenancy.audit import AuditKind
from texting.announcements.running import ask_no_more, hold
from texting.models import Announcement

State, Why = Announcement.State, Announcement.Why


class Announcements(LeavingStep):
    """Nothing more leaves in the leaver's name. Rows are locked, so a worker is either before this or after it."""

    name = "announcements"
    title = _("Announcements in progress")
    closes = ("texting.Announcement",)
    why = _("They pause until a colleague goes on or cancels; what waits for approval or its time is asked for anew.")

    def preview(self, member: Membership) -> int:
        return _running(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = _running(leaving.member).select_for_update(of=("self",), no_key=True).order_by("pk")
        ended = []
        for row in rows:
            if row.state == State.CHECKING:
                ask_no_more(row)
                ended.append(Item(str(row.pk), _now("Not asked for any more"), clue=str(row.pk)))
                continue
            if row.state in {State.ASKED, State.PLANNED}:
                ask_no_more(row)
                audit.record(event=AuditKind.ANNOUNCEMENT_SENT_BACK, actor=leaving.actor, object=row, leaving=True)
                ended.append(Item(str(row.pk), _now("Not asked for any more"), clue=str(row.pk)))
                continue
            hold(row, Why.LEFT)
            audit.record(event=AuditKind.ANNOUNCEMENT_PAUSED, actor=leaving.actor, object=row, leaving=True)
            ended.append(Item(str(row.pk), _now("Paused"), clue=str(row.pk)))
        return ended

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Whether a worker would still go on with any in their name."""
        return Tried(len(items), _running(member).count())


def _running(member: Membership) -> QuerySet[Announcement]:
    again = Q(state=State.CHECKING, begins_at__isnull=False)  # its time has come, and everybody is looked at anew
    mine = Announcement.objects.filter(started_by=member)
    return mine.filter(Q(state__in=[State.ASKED, State.PLANNED, State.RUNNING]) | again)
