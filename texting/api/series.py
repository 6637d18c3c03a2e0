"""Texts that repeat: begin one in a conversation, list, read, hold, let go on, and end.

A series sends nothing by itself: each of its texts is a scheduled text, judged again when it leaves.
"""

from collections.abc import Callable
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import page_answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import checked, read_parameters
from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.ids import new_id
from texting import queries
from texting.api import examples
from texting.api.messages import problem_of
from texting.api.pages import cursor_of
from texting.api.series_shapes import DAYS, NewSeries, SeriesPage, SeriesParameters, ShownSeries
from texting.api.shapes import Nothing
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Conversation, TextSeries
from texting.queries.cursors import Cursor, older_than
from texting.scheduled import repeating, series_reading
from texting.scheduled.checking import BadTime, OutsideThen
from texting.scheduled.recurring import LAST_DAY, Every, Pattern
from texting.scheduled.repeating import Repeats
from texting.scheduled.series import next_times
from texting.scheduled.their_clock import Zone, zones_for
from texting.sending import BadText, Refused

_READ = (Permission.CONVERSATIONS_READ,)
_SEND = (*_READ, Permission.MESSAGES_SEND)
_ONE = (Kind.PERMISSION_MISSING, Kind.NOT_FOUND, Kind.CONFLICT)
NEXT = 3


class ManySeries(Endpoint):
    """The list, and a new one."""

    needs = {"get": _READ, "post": _SEND}

    @describe(
        "List texts that repeat",
        answer=SeriesPage,
        example={"data": [examples.SERIES], "next": None},
        parameters=[SeriesParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Series",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Those of conversations that this key may read, the newest first."""
        wanted = read_parameters(request, SeriesParameters)
        cursor, size = cursor_of(wanted), wanted["limit"]
        rows = series_reading.visible(self.member).order_by("-made_at", "-id")
        rows = rows.filter(**{name: wanted[name] for name in ("state", "conversation_id") if name in wanted})
        if cursor is not None:
            rows = rows.filter(older_than(cursor, "made_at"))
        found = list(rows[: size + 1])
        last = found[size - 1] if len(found) > size else None
        return page_answer(
            request, _show(self.member, found[:size]), str(Cursor(last.made_at, last.pk)) if last else ""
        )

    @describe(
        "Begin a text that repeats",
        status=201,
        answer=ShownSeries,
        example=examples.SERIES,
        request=NewSeries,
        request_example=examples.NEW_SERIES,
        problems=[*_ONE, Kind.TEXT_REFUSED],
        repeatable=True,
        tag="Series",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """In a conversation that is there. What never passes the rules is refused at once; each text is judged again
        when it leaves. What is in the past is passed over. Its texts carry no files.
        """
        wanted = checked(self.body, NewSeries)
        conversation = queries.access_conversation(self.member, wanted["conversation_id"])
        zone = _zone(self.member, conversation, wanted.get("time_zone"))
        try:
            made = self._begun(wanted, conversation, zone)
        except (BadTime, OutsideThen) as error:
            raise Problem(Kind.INVALID, errors=[Flaw(str(error), pointer="/at")]) from None
        except NotPossible as error:
            raise Problem(Kind.CONFLICT, str(error)) from None
        except BadText as refused:
            return problem_of(self.member, refused).response()
        if isinstance(made, Refused):
            return problem_of(self.member, made).response()
        return _shown(self, made.pk, status=201, location=f"{request.path}/{made.pk}")

    def _begun(self, wanted: dict[str, Any], conversation: Conversation, zone: Zone) -> TextSeries | Refused:
        """What else is raised undoes what was done; a refusal is written down, so it is given back."""
        with transaction.atomic():
            try:
                return repeating.begin(
                    member=self.member,
                    conversation=conversation,
                    body=wanted["body"],
                    repeats=Repeats(_pattern(wanted, zone), wanted.get("times")),
                    zone=zone,
                    message_id=new_id(),
                    outside_hours=OutsideHours(wanted["outside_hours"]),
                )
            except Refused as refused:
                return refused


class OneSeries(Endpoint):
    """A series by its id."""

    needs = {"get": _READ}

    @describe(
        "Read a text that repeats",
        answer=ShownSeries,
        example=examples.SERIES,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Series",
    )
    def get(self, request: HttpRequest, series_id: UUID) -> HttpResponse:
        """What it says, how often, and when it leaves next."""
        return _shown(self, series_id)


class _Act(Endpoint):
    needs = {"post": _SEND}
    act: "staticmethod[..., None]"

    def done(self, series_id: UUID) -> HttpResponse:
        """Do it; the series as it is then."""
        checked(self.body, Nothing)
        act: Callable[..., None] = self.act
        try:
            with transaction.atomic():
                act(member=self.member, series=series_reading.access_series(self.member, series_id))
        except (BadTime, NotPossible) as error:
            raise Problem(Kind.CONFLICT, str(error)) from None
        return _shown(self, series_id)


class SeriesPause(_Act):
    """Holding one."""

    act = staticmethod(repeating.pause)

    @describe(
        "Pause a text that repeats",
        answer=ShownSeries,
        example=examples.SERIES | {"state": "paused"},
        request=Nothing,
        request_example={},
        problems=[*_ONE],
        repeatable=True,
        tag="Series",
    )
    def post(self, request: HttpRequest, series_id: UUID) -> HttpResponse:
        """Nothing of it leaves until it goes on. Twice is once."""
        return self.done(series_id)


class SeriesResumption(_Act):
    """Going on with one."""

    act = staticmethod(repeating.resume)

    @describe(
        "Go on with a text that repeats",
        answer=ShownSeries,
        example=examples.SERIES,
        request=Nothing,
        request_example={},
        problems=[*_ONE],
        repeatable=True,
        tag="Series",
    )
    def post(self, request: HttpRequest, series_id: UUID) -> HttpResponse:
        """It goes on with its next day; what was in between is not made up for. Where it paused by itself, a person
        should have read why.
        """
        return self.done(series_id)


class SeriesCancellation(_Act):
    """Ending one."""

    act = staticmethod(repeating.cancel)

    @describe(
        "Cancel a text that repeats",
        answer=ShownSeries,
        example=examples.SERIES | {"state": "canceled", "next_at": [], "ended_at": "2026-11-26T09:00:00Z"},
        request=Nothing,
        request_example={},
        problems=[*_ONE],
        repeatable=True,
        tag="Series",
    )
    def post(self, request: HttpRequest, series_id: UUID) -> HttpResponse:
        """Nothing more of it leaves. Twice is once; a person can take it back in Parley."""
        return self.done(series_id)


def _pattern(wanted: dict[str, Any], zone: Zone) -> Pattern:
    starts: date = wanted.get("starts") or timezone.now().astimezone(zone.info).date()
    days = tuple(DAYS.index(one) for one in wanted.get("weekdays") or ()) or (starts.weekday(),)
    is_monthly = wanted["every"] == Every.MONTH
    day = wanted.get("month_day", starts.day) if is_monthly else LAST_DAY
    at = time.fromisoformat(wanted["at"])
    return Pattern(Every(wanted["every"]), at, starts, wanted["gap"], days, day, wanted.get("until"))


def _zone(member: Membership, conversation: Conversation, name: str | None) -> Zone:
    """One in which this member may choose. Raises Problem."""
    offered = zones_for(member, conversation.contact)
    found = next((zone for zone in offered if name in {None, zone.name}), None)
    if found is None:
        said = f"Choose one of these: {', '.join(zone.name for zone in offered)}."
        raise Problem(Kind.INVALID, errors=[Flaw(said, pointer="/time_zone")])
    return found


def _shown(endpoint: Endpoint, series_id: UUID, *, status: int = 200, location: str = "") -> HttpResponse:
    row = series_reading.access_series(endpoint.member, series_id)
    headers = {"Location": location} if location else None
    return answer(_show(endpoint.member, [row])[0], status=status, headers=headers)


def _show(member: Membership, rows: list[TextSeries]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "conversation_id": row.conversation_id,
            "contact_id": row.contact_id,
            "line_id": row.line_id,
            "body": shown.text,
            "state": row.state,
            "why": shown.why,
            "pattern": shown.pattern,
            "place": shown.where,
            "next_at": [one.at for one in next_times(row, NEXT)],
            "made": row.made,
            "created_at": row.made_at,
            "ended_at": row.ended_at,
        }
        for row, shown in zip(rows, series_reading.shown_all(member, rows), strict=True)
    ]
