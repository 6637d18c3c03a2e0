"""Who may have an escalation, and to whom the clock gives one that nobody acts on."""

from uuid import UUID

from django.db.models import Count

from accounts.models import Membership, TeamMember
from accounts.permissions import Permission
from compliance.models import Escalation
from texting.models import Line
from texting.queries import colleagues_on


def able_to_handle(line_id: UUID) -> list[Membership]:
    """The active members who read and answer on this line and handle escalations, by name."""
    line = Line.objects.select_related("team").filter(pk=line_id).first()
    if line is None:
        return []
    ids = [one.id for one in colleagues_on(line)]
    found = Membership.objects.select_related("user", "organization").filter(pk__in=ids, is_machine=False)
    able = [member for member in found if member.may(Permission.ESCALATIONS_HANDLE)]
    return sorted(able, key=lambda one: one.user.name.casefold())


def supervisor_for(escalation: Escalation) -> Membership | None:
    """Whoever of the line's team may close without another channel, before those of other teams and the owners; of
    several, who has the fewest open escalations. None when nobody may, or only whoever has it.
    """
    able = [one for one in able_to_handle(escalation.line_id) if one.may(Permission.ESCALATIONS_WAIVE)]
    able = [one for one in able if one.pk != escalation.owner_id]
    if not able:
        return None
    team = Line.objects.filter(pk=escalation.line_id).values("team_id")
    inside = set(TeamMember.objects.filter(team_id__in=team).values_list("membership_id", flat=True))
    counts = Escalation.objects.filter(state=Escalation.State.OPEN, owner__in=able).order_by()
    has = dict(counts.values_list("owner").annotate(number=Count("pk")))
    return min(able, key=lambda one: (one.pk not in inside, one.is_owner, has.get(one.pk, 0), one.user.name.casefold()))
