"""Announcements: the list, one with its check or its progress, and the file of who got it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import prefetch
from tenancy.isolation import activate
from texting import origins
from texting.announcements import audiences, reading, rules, running
from texting.announcements.lasting import time_left
from texting.announcements.owners import owner_of
from texting.announcements.planning import begins_words
from texting.announcements.running import GOOD_FOR
from texting.announcements.second_person import is_concerned
from texting.announcements.seen import mark_of
from texting.announcements.texts import has_newer_words, instead_words, unseen_words
from texting.announcements.working import LOOKED_AT
from texting.models import Announcement, AnnouncementRecipient

State, RowState = Announcement.State, AnnouncementRecipient.State
_BEFORE = (State.DRAFT, State.CHECKING, State.CHECKED, State.ASKED, State.PLANNED)
_TAKEN_ON = (State.DRAFT, State.CHECKED, State.PAUSED)
"""In these states it waits for somebody in whose name it goes on."""
_READS_INSTEAD = (State.CHECKED, State.ASKED, State.PLANNED, State.RUNNING, State.PAUSED)
_ON_THE_MOVE = frozenset({State.CHECKING, State.ASKED, State.PLANNED, State.RUNNING})
_A_PIECE = 1_000


@requires(Permission.ANNOUNCEMENTS_PREPARE)
@require_safe
def announcements(request: MemberRequest) -> HttpResponse:
    """All of them, or those in one state."""
    asked = request.GET.get("state", "")
    state = asked if asked in State.values else ""
    address = reverse("announcements")
    tabs = [(_("All"), address, not state, "")]
    tabs += [(str(one.label), f"{address}?state={one.value}", one.value == state, "") for one in State]
    page, rows = reading.listed(request.member, state, _number(request.GET.get("page")))
    ours = request.member.organization.time_zone
    shown = [(row, reading.BADGES[State(row.state)], numbers, _begins(row, ours), _why(row)) for row, numbers in rows]
    context = {"rows": shown, "page": page, "tabs": tabs, "narrowed": bool(state), "alone": rules.most_alone()}
    context["may_limit"] = request.member.may(Permission.LIMITS_MANAGE)
    moves = any(row.state in _ON_THE_MOVE for row, _numbers in rows)
    context["here"] = f"{address}?state={state}&page={page.number}" if moves else ""
    return render(request, "texting/announcements/list.html", context)


@requires(Permission.ANNOUNCEMENTS_PREPARE)
@require_safe
def announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """What it says, to whom, and how far it is; while a worker is at it, the page asks again by itself."""
    row = reading.access(request.member, announcement_id)
    numbers = reading.numbers_of(row)
    is_ending = row.state == State.CANCELED and row.ended_at is None
    context: dict[str, Any] = {
        "row": row,
        "badge": reading.BADGES[State(row.state)],
        "numbers": numbers,
        "audience": audiences.in_words(request.member, audiences.read(row.audience)),
        "words": _words(request.member, row),
        "is_before": row.state in _BEFORE,
        "again_in": _again_in(request.member, row, is_ending=is_ending),
        "is_ending": is_ending,
        "why": _why(row),
        "owner": owner_of(row),
        "has_newer": has_newer_words(row),
        "begins": _begins(row, request.member.organization.time_zone),
    }
    if row.state in {State.CHECKED, State.ASKED, State.PLANNED}:
        is_old = not running.is_looked_at_again(row) and (
            row.checked_at is None or timezone.now() - row.checked_at > GOOD_FOR
        )
        forecast, alone = reading.forecast(row), rules.most_alone()
        context |= {"forecast": forecast, "is_old": is_old, "alone": alone}
        context |= {
            "is_asker": row.started_by_id == request.member.pk,
            "may_approve": _may_approve(request.member, row),
            "together": forecast.people if forecast.people > alone else _together(request.member, row),
            "seen": mark_of(row),
        }
    elif row.state not in _BEFORE:
        outcomes = [(one, getattr(numbers, one.value)) for one in _OUTCOMES]
        context |= {
            "again": running.passing(row).count() if row.state == State.FINISHED else 0,
            "time_left": time_left(row),
            "outcomes": [(str(one.label), count, one.value) for one, count in outcomes],
            "reasons": reading.reasons_of(row, RowState.REFUSED, RowState.FAILED),
            "left_out": reading.reasons_of(row, RowState.LEFT_OUT),
        }
    if row.state in _READS_INSTEAD:
        context["instead"] = instead_words(row, row.started_by or request.member, request.member)
    if row.state in _TAKEN_ON or context.get("again"):
        context["unseen"] = unseen_words(row, request.member, newest=row.state == State.DRAFT)
    return render(request, "texting/announcements/one.html", context)


_OUTCOMES = (
    RowState.SENT,
    RowState.FAILED,
    RowState.REFUSED,
    RowState.TAKEN_BACK,
    RowState.QUEUED,
    RowState.READY,
)


@requires(Permission.ANNOUNCEMENTS_PREPARE, Permission.CONTACTS_READ)
@require_safe
def announcement_recipients(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Everybody with their state and why, a page at a time; names and numbers as in every list."""
    row = reading.access(request.member, announcement_id)
    asked = request.GET.get("state", "")
    state = asked if asked in RowState.values else ""
    address = reverse("announcement_recipients", args=[row.pk])
    numbers, tabs = reading.counted([row])[row.pk], [(_("All"), address, not state, "")]
    tabs += [
        (str(one.label), f"{address}?state={one.value}", one.value == state, str(count))
        for one in (*_OUTCOMES, RowState.LEFT_OUT)
        if (count := getattr(numbers, one.value))
    ]
    page, rows = reading.told(request.member, row, state, _number(request.GET.get("page")))
    context = {"row": row, "tabs": tabs, "page": page, "rows": rows}
    return render(request, "texting/announcements/recipients.html", context)


@requires(Permission.ANNOUNCEMENTS_PREPARE)
@require_safe
def announcement_file(request: MemberRequest, announcement_id: UUID) -> StreamingHttpResponse:
    """Every recipient with the state and why, as CSV. Itself in the log.

    Names and numbers are for whoever may see them in lists, and may export contacts.
    """
    row = reading.access(request.member, announcement_id)
    asked = request.GET.get("state", "")
    state = asked if asked in RowState.values else ""
    audit.record(event=AuditKind.ANNOUNCEMENT_EXPORTED, actor=request.member, object=row)
    columns = (_("Number"), _("Name"), _("State"), _("Why"), _("Segments"), _("Since"))
    name = f"announcement-{row.made_at:%Y-%m-%d}{'-' if state else ''}{state}"
    return csv_file(name, columns, _pieces(request.member, row, state))


def _together(member: Membership, row: Announcement) -> int:
    """How many customers it goes to with those that are counted with it; nobody asks of one that is planned."""
    if row.state == State.PLANNED:
        return 0
    return rules.told_alone(row, row.started_by or member, at=row.begins_at or timezone.now())


def _again_in(member: Membership, row: Announcement, *, is_ending: bool) -> int:
    """After how many seconds the page asks again by itself; 0 for what only this member will change.

    Whoever may approve it reads the same page until they have decided: what changes meanwhile is said when they press.
    """
    if is_ending or row.state in {State.CHECKING, State.RUNNING}:
        return 3
    if row.state in {State.PLANNED, State.PAUSED} or (row.state == State.ASKED and not _may_approve(member, row)):
        return 20
    return 20 if row.ended_at is not None and timezone.now() - row.ended_at < LOOKED_AT else 0


def _may_approve(member: Membership, row: Announcement) -> bool:
    """Neither who wrote it nor who asked for it, nor who made the key of a program that did."""
    if row.state != State.ASKED or not member.may(Permission.ANNOUNCEMENTS_APPROVE):
        return False
    return not is_concerned(row, member.pk)


def _pieces(member: Membership, row: Announcement, state: str) -> Iterator[list[tuple[object, ...]]]:
    """A thousand recipients at a time, each read in a transaction of its own."""
    last = None
    while True:
        with activate(member.organization):
            found = reading.recipients(row, state)
            rows = list((found.filter(pk__gt=last) if last else found)[:_A_PIECE])
            prefetch([one.contact for one in rows])
            cells = [reading.cells(member, row, one) for one in rows]
        if not rows:
            return
        last = rows[-1].pk
        yield cells


def _begins(row: Announcement, ours: str) -> str:
    """When it is to begin, for one that has not."""
    return begins_words(row, ours) if row.state in _BEFORE else ""


def _why(row: Announcement) -> str:
    """Why it is paused or did not begin, if no person did it; one that had begun is late for some only."""
    if row.state == State.PAUSED and row.why == Announcement.Why.LATE:
        return _("For some customers its time had passed by more than two hours")
    return row.get_why_display() if row.why else ""


def _words(member: Membership, row: Announcement) -> str:
    """What it says, or was checked with; a template with its placeholders, "" for one that is gone."""
    if row.template_id is None:
        return row.body
    if row.words_version:
        return origins.origins().words(row.words_version)
    return next((one.body for one in origins.origins().offered(member) if one.id == row.template_id), "")


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else 1
