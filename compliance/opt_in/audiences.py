"""Audiences by what contacts have agreed to: one for each program."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from compliance.models import ConsentEvent, Program
from texting.announcements.audiences import Agreement
from texting.models import Contact


class Agreed:
    """`texting.announcements.audiences.Audiences`. Whether it still holds says the gate, for each text."""

    def agreements(self) -> list[Agreement]:
        """Every program that is open."""
        rows = Program.objects.filter(is_active=True).order_by("name")
        return [Agreement(f"program:{pk}", name) for pk, name in rows.values_list("pk", "name")]

    def agreed(self, key: str) -> Q | None:
        """Numbers that have ever permitted it."""
        kind, _colon, value = key.partition(":")
        try:
            program_id = UUID(value)
        except ValueError:
            return None
        if kind != "program":
            return None
        given = ConsentEvent.objects.filter(
            number_index=OuterRef("number_index"), program_id=program_id, action=ConsentEvent.Action.GIVEN
        )
        return Q(Exists(given))

    def opted_out(self, contacts: QuerySet[Contact], since: datetime) -> int:
        """Each number once, however often it said STOP."""
        out = ConsentEvent.objects.filter(
            action=ConsentEvent.Action.WITHDRAWN,
            recorded_at__gte=since,
            number_index__in=contacts.order_by().values("number_index"),
        )
        return out.order_by().values("number_index").distinct().count()
