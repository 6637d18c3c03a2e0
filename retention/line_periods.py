"""A line's texts have the periods of its team, so a line goes to no team in which any of them would end sooner.

A shorter period is chosen, shown, confirmed and waits (`changing`); giving a line away is none of that, and whoever may
do it need not have a say in how long things are kept. So the team gets the longer period first, and then a shorter one.
"""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from retention.changing import can_have_own
from retention.choices import GRACE, Choices
from retention.kinds import Kind
from retention.periods import longer
from retention.spans import said
from retention.words import title
from texting.models import Conversation, Line


def why_kept(line_id: UUID, team_id: UUID) -> str:
    """For `TEXTING_LINE_GUARDS`: why the line must not go to this team; "" when it may."""
    now, choices, line = timezone.now(), Choices.load(), Line.objects.get(pk=line_id)
    for kind in filter(can_have_own, Kind):
        for at in (now, now + GRACE):  # also what waits there
            here, there = choices.periods(at, line.team_id)[kind], choices.periods(at, team_id)[kind]
            if longer(here.days, there.days) and Conversation.objects.filter(line=line).exists():
                return _(
                    "In that team this line's data would end sooner. %(kind)s: after %(there)s, here after %(here)s."
                    " Give that team the longer period in Settings > Retention first."
                ) % {"kind": title(kind), "there": said(there.days), "here": said(here.days)}
    return ""
