"""Programs with how many people are in them, for Settings > Opt-in."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import ConsentEvent, OptIn, Program
from texting.queries import NotYours

_GIVEN, _ASKED = OptIn.State.GIVEN, OptIn.State.ASKED


@dataclass(frozen=True)
class ProgramRow:
    """`subscribers`: numbers that opted in to it and have not opted out since; `waiting`: open questions."""

    program: Program
    subscribers: int
    waiting: int


def programs(member: Membership) -> list[ProgramRow]:
    """Every program, those that take opt-ins first."""
    require(member, Permission.FORMS_MANAGE)
    rows = list(Program.objects.select_related("team", "brand").order_by("-is_active", "name"))
    subscribers = subscribers_of()
    asked = OptIn.objects.filter(state=_ASKED).values_list("program_id").annotate(number=Count("id"))
    waiting = dict(asked)
    return [ProgramRow(each, subscribers.get(each.pk, 0), waiting.get(each.pk, 0)) for each in rows]


def access_program(member: Membership, program_id: UUID) -> Program:
    """Raises NotYours."""
    require(member, Permission.FORMS_MANAGE)
    found = Program.objects.select_related("team", "brand").filter(pk=program_id).first()
    if found is None:
        raise NotYours
    return found


def subscribers_of() -> dict[UUID, int]:
    """Numbers by program: those that opted in to it and have not opted out since."""
    withdrawn = ConsentEvent.objects.filter(
        number_index=OuterRef("number_index"),
        action=ConsentEvent.Action.WITHDRAWN,
        recorded_at__gte=OuterRef("ended_at"),
    )
    given = OptIn.objects.filter(~Exists(withdrawn), state=_GIVEN)
    return dict(given.values_list("program_id").annotate(number=Count("number_index", distinct=True)))
