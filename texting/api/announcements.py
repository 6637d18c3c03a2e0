"""Announcements: list, write and have checked, read, start, hold, go on, end, and what became of each recipient.

Nothing here is easier than on the page: the same check, the same number above which a second person approves (on the
page; no key can), the same gate for each text.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import bad_cursor, page_answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import checked, read_parameters
from accounts.models import Membership
from accounts.permissions import Permission
from texting import origins, queries
from texting.announcements import planning, reading, running, writing
from texting.announcements.audiences import Audience
from texting.announcements.writing import CannotAnnounce, Written
from texting.api import announcement_examples as examples
from texting.api.announcement_shapes import (
    AnnouncementPage,
    AnnouncementParameters,
    Beginning,
    NewAnnouncement,
    RecipientPage,
    RecipientParameters,
    ShownAnnouncement,
    show_announcement,
    show_recipient,
)
from texting.api.pages import cursor_of
from texting.api.shapes import Nothing
from texting.models import Announcement, Line
from texting.purposes import Purpose
from texting.queries.cursors import Cursor, older_than

_READ = (Permission.ANNOUNCEMENTS_PREPARE,)
_SEND = (*_READ, Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START)
_MISSING = (Kind.PERMISSION_MISSING, Kind.NOT_FOUND)


class Announcements(Endpoint):
    """The list, and a new one."""

    needs = {"get": _READ, "post": _SEND}

    @describe(
        "List announcements",
        answer=AnnouncementPage,
        example={"data": [examples.RUNNING], "next": None},
        parameters=[AnnouncementParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Announcements",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Announcements of the key's lines, the newest first."""
        wanted = read_parameters(request, AnnouncementParameters)
        cursor, size = cursor_of(wanted), wanted["limit"]
        rows = reading.visible(self.member).order_by("-made_at", "-id")
        if "state" in wanted:
            rows = rows.filter(state=wanted["state"])
        if cursor is not None:
            rows = rows.filter(older_than(cursor, "made_at"))
        found = list(rows[: size + 1])
        last = found[size - 1] if len(found) > size else None
        counted = reading.counted(found[:size])
        shown = [show_announcement(row, counted[row.pk]) for row in found[:size]]
        return page_answer(request, shown, str(Cursor(last.made_at, last.pk)) if last else "")

    @describe(
        "Write an announcement",
        status=201,
        answer=ShownAnnouncement,
        example=examples.CHECKING,
        request=NewAnnouncement,
        request_example=examples.NEW,
        problems=[Kind.PERMISSION_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Announcements",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Write one, and have everybody looked at by the rules. Nothing is sent: read it until its state is `checked`,
        then start it.
        """
        wanted = checked(self.body, NewAnnouncement)
        line = line_of(self.member, wanted["line_id"])
        template = wanted.get("template")
        if template is not None and all(one.id != template for one in origins.origins().offered(self.member)):
            raise Problem(Kind.INVALID, errors=[Flaw("There is no such template.", pointer="/template")])
        written = Written(
            name=wanted["name"],
            line=line,
            purpose=Purpose(wanted["purpose"]),
            audience=Audience(**wanted["audience"]),
            body=wanted.get("body", ""),
            template_id=template,
            values=wanted.get("values", {}),
        )
        try:
            row = writing.write(member=self.member, written=written)
            running.check(member=self.member, row=row)
        except CannotAnnounce as error:
            raise Problem(Kind.CONFLICT, str(error)) from None
        return _shown(self, row.pk, status=201, location=f"{request.path}/{row.pk}")


class OneAnnouncement(Endpoint):
    """An announcement by its id."""

    needs = {"get": _READ}

    @describe(
        "Read an announcement",
        answer=ShownAnnouncement,
        example=examples.CHECKED,
        problems=_MISSING,
        tag="Announcements",
    )
    def get(self, request: HttpRequest, announcement_id: UUID) -> HttpResponse:
        """What it says, how far it is, and until it starts what its check found."""
        return _shown(self, announcement_id)


class AnnouncementRecipients(Endpoint):
    """What became of each recipient."""

    needs = {"get": (*_READ, Permission.CONTACTS_READ)}

    @describe(
        "List an announcement's recipients",
        answer=RecipientPage,
        example={"data": [examples.RECIPIENT], "next": None},
        parameters=[RecipientParameters],
        problems=_MISSING,
        tag="Announcements",
    )
    def get(self, request: HttpRequest, announcement_id: UUID) -> HttpResponse:
        """Everybody with their state and why, without names and numbers."""
        wanted = read_parameters(request, RecipientParameters)
        row, size = reading.access(self.member, announcement_id), wanted["limit"]
        rows = reading.recipients(row, wanted.get("state", "")).select_related(None)
        if "cursor" in wanted:
            rows = rows.filter(pk__gt=_place(wanted["cursor"]))
        found = list(rows[: size + 1])
        following = found[size - 1].pk.hex if len(found) > size else ""
        return page_answer(request, [show_recipient(row, one) for one in found[:size]], following)


class AnnouncementStart(Endpoint):
    """Letting one begin, now or later."""

    needs = {"post": _SEND}

    @describe(
        "Start an announcement",
        answer=ShownAnnouncement,
        example=examples.RUNNING,
        request=Beginning,
        request_example={"begins_theirs": "2026-12-01T09:00"},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Announcements",
    )
    def post(self, request: HttpRequest, announcement_id: UUID) -> HttpResponse:
        """Of one that is `checked`; with a time also of one that is `planned` already. To more customers than one
        person may tell alone its state is `asked` then: it waits for a person who approves it in Parley. At its time
        everybody is looked at again.
        """
        return _act(self, announcement_id, beginning(self.body))


def beginning(body: dict[str, Any]) -> Callable[..., None]:
    """What lets an announcement begin as a body of `Beginning` says. Raises Problem."""
    wanted = checked(body, Beginning)
    theirs = wanted.get("begins_theirs")
    try:
        wall = datetime.fromisoformat(theirs) if theirs else None
    except ValueError:
        said = "There is no such day or time."
        raise Problem(Kind.INVALID, errors=[Flaw(said, pointer="/begins_theirs")]) from None

    def begin(*, member: Membership, row: Announcement) -> None:
        if wanted:
            planning.plan(member=member, row=row, at=wanted.get("begins_at"), wall=wall)
        else:
            running.start(member=member, row=row)

    return begin


class _Act(Endpoint):
    needs = {"post": _SEND}
    act: "staticmethod[..., None]"

    def done(self, announcement_id: UUID) -> HttpResponse:
        """Do it; the announcement as it is then."""
        checked(self.body, Nothing)
        return _act(self, announcement_id, self.act)


class AnnouncementPause(_Act):
    """Holding one."""

    act = staticmethod(running.pause)

    @describe(
        "Pause an announcement",
        answer=ShownAnnouncement,
        example=examples.RUNNING | {"state": "paused"},
        request=Nothing,
        request_example={},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Announcements",
    )
    def post(self, request: HttpRequest, announcement_id: UUID) -> HttpResponse:
        """Nothing more leaves until it goes on, but what is being handed over that second."""
        return self.done(announcement_id)


class AnnouncementResumption(_Act):
    """Going on with one."""

    act = staticmethod(running.resume)

    @describe(
        "Go on with an announcement",
        answer=ShownAnnouncement,
        example=examples.RUNNING,
        request=Nothing,
        request_example={},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Announcements",
    )
    def post(self, request: HttpRequest, announcement_id: UUID) -> HttpResponse:
        """Of one that is `paused`, as this key's. Where it stopped by itself, a person should have read why."""
        return self.done(announcement_id)


class AnnouncementCancellation(_Act):
    """Ending one."""

    act = staticmethod(running.cancel)

    @describe(
        "Cancel an announcement",
        answer=ShownAnnouncement,
        example=examples.RUNNING | {"state": "canceled"},
        request=Nothing,
        request_example={},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Announcements",
    )
    def post(self, request: HttpRequest, announcement_id: UUID) -> HttpResponse:
        """What waits is taken back, for good; one that is `planned` does not begin, and is `checked` again.
        So is one whose time has come and that is `checking`, at the end of that.
        """
        return self.done(announcement_id)


def line_of(member: Membership, line_id: UUID) -> Line:
    """The line that a body names. Raises Problem."""
    line = queries.visible_lines(member).filter(pk=line_id).first()
    if line is None:
        raise Problem(Kind.INVALID, errors=[Flaw("There is no such line for this key.", pointer="/line_id")])
    return line


def act_on(member: Membership, row: Announcement, act: Callable[..., None]) -> None:
    """Do it, or say why not. Raises Problem."""
    try:
        with transaction.atomic():
            act(member=member, row=row)
    except CannotAnnounce as error:
        raise Problem(Kind.CONFLICT, str(error)) from None


def _act(endpoint: Endpoint, announcement_id: UUID, act: Callable[..., None]) -> HttpResponse:
    row = reading.access(endpoint.member, announcement_id)
    if act is running.cancel and row.state in {Announcement.State.PLANNED, Announcement.State.CHECKING}:
        act = planning.unplan
    act_on(endpoint.member, row, act)
    return _shown(endpoint, announcement_id)


def _shown(endpoint: Endpoint, announcement_id: UUID, *, status: int = 200, location: str = "") -> HttpResponse:
    row = reading.access(endpoint.member, announcement_id)
    headers = {"Location": location} if location else None
    shown = show_announcement(row, reading.numbers_of(row), check=True)
    return answer(shown, status=status, headers=headers)


def _place(cursor: str) -> UUID:
    try:
        return UUID(hex=cursor)
    except ValueError:
        raise Problem(Kind.INVALID, errors=[Flaw(bad_cursor(), parameter="cursor")]) from None
