"""Sharing conversations out: to whoever of a team has least to do, is there, and may."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Membership, TeamMember
from tenancy.isolation import current_organization_id
from texting.models import Conversation, Line, Turn
from texting.queries import colleagues_on

THERE = timedelta(minutes=15)
"""Who did anything here within this time is there."""
A_DAY = timedelta(days=1)
"""So far back is looked who got a conversation when."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def least_busy(line: Line) -> UUID | None:
    """Of the line's team, who is there and may answer: whoever has the fewest open conversations; of those the one
    who took or was given one the longest ago. None when nobody is there.

    Two at once are one after the other until the transaction ends, so that they do not give to the same person.
    """
    with connection.cursor() as cursor:
        key = f"share {current_organization_id()} {line.team_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    team = TeamMember.objects.filter(team=line.team_id).values("membership")
    able = {one.id for one in colleagues_on(line)}
    there = Membership.objects.filter(
        pk__in=team, organization_id=current_organization_id(), is_active=True, is_machine=False
    ).filter(last_seen_at__gte=timezone.now() - THERE)
    ids = [pk for pk in there.order_by("pk").values_list("pk", flat=True) if pk in able]
    if not ids:
        return None
    rows = Conversation.objects.filter(assignee__in=ids, status=Conversation.Status.OPEN).order_by()
    load = dict(rows.values_list("assignee").annotate(number=Count("pk")))
    last = _last_got()
    return min(ids, key=lambda pk: (load.get(pk, 0), last.get(pk, _NEVER), pk))


def _last_got() -> dict[UUID, datetime]:
    """When each member last got a conversation, within a day.

    Whoever takes one is the actor of that, and not the assignee.
    """
    since = timezone.now() - A_DAY
    turns = Turn.objects.filter(kind__in=[Turn.Kind.TAKEN, Turn.Kind.ASSIGNED], created_at__gte=since).order_by()
    by_whom = turns.annotate(who=Coalesce("assignee_id", "actor_id")).values_list("who")
    return dict(by_whom.annotate(at=Max("created_at")))
