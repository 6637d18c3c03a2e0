"""Opinion polls: the list, writing one, one with its answers, and their files."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.csv_cells import csv_file, short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page
from compliance.content_types.rules import Action
from compliance.forms.poll_forms import PollForm
from compliance.models import Poll
from compliance.polls import reading, thanking, writing
from tenancy import audit
from tenancy.audit import AuditKind
from texting import queries
from texting.announcement_forms import audience_choices
from texting.announcements import running
from texting.announcements.lists import CannotUse
from texting.announcements.reading import BADGES
from texting.announcements.writing import OPEN, CannotAnnounce
from texting.models import Announcement

_WAITS = gettext_lazy(
    "The thanks read like a text that a colleague has to see first, so each of them waits for one. Word them"
    " differently if that is not what you want."
)
_MAY = (Permission.ANNOUNCEMENTS_PREPARE, Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START)
State = Announcement.State


@requires(Permission.ANNOUNCEMENTS_PREPARE)
@require_safe
def polls(request: MemberRequest) -> HttpResponse:
    """All of them, the newest first."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    page, rows = reading.listed(request.member, number)
    shown = [(row, *_state(row), results) for row, results in rows]
    return render(request, "compliance/polls/list.html", {"rows": shown, "page": page})


@requires(*_MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_poll(request: MemberRequest) -> HttpResponse:
    """Write one; nothing is sent by that."""
    return _write(request, None)


@requires(*_MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_poll(request: MemberRequest, poll_id: UUID) -> HttpResponse:
    """Change one that has not begun."""
    row = reading.access(request.member, poll_id)
    if row.announcement.state not in OPEN:
        messages.error(request, _("It has begun, so it cannot be changed any more."))
        return redirect("poll", poll_id=row.pk)
    return _write(request, row)


def _write(request: MemberRequest, before: Poll | None) -> HttpResponse:
    form = _form(request, before)
    if form.is_valid():
        try:
            row = writing.write(member=request.member, written=form.written(), asked=form.asked(), before=before)
            if "check" in request.POST:
                running.check(member=request.member, row=row.announcement)
        except CannotUse as error:
            form.add_error("numbers", str(error))
        except CannotAnnounce as error:
            form.add_error(None, str(error))
        else:
            if thanking.action_on(row.thanks, row.language) is Action.REVIEW:
                messages.warning(request, _WAITS)
            return redirect("announcement", announcement_id=row.announcement_id)
    sees = queries.sees_everybody(request.member)
    return form_page(request, "compliance/polls/write.html", form, before=before, may_list=sees)


def _form(request: MemberRequest, before: Poll | None) -> PollForm:
    posted = request.method == "POST"
    return PollForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        **audience_choices(request.member),
        poll=before,
    )


@requires(Permission.ANNOUNCEMENTS_PREPARE)
@require_safe
def poll(request: MemberRequest, poll_id: UUID) -> HttpResponse:
    """The answers so far; while it is open the page asks again by itself."""
    row = reading.access(request.member, poll_id)
    found = reading.results(row)
    label, tone, icon = _state(row)
    context = {
        "row": row,
        "text": writing.text_of(writing.question_of(row)),
        "label": label,
        "badge": (tone, icon),
        "results": found,
        "closes_at": reading.closes_at(row),
        "is_open": reading.is_open(row),
        "thanks_wait": _WAITS if thanking.action_on(row.thanks, row.language) is Action.REVIEW else "",
        "has_begun": row.announcement.started_at is not None,
        "labels": [f"{one.key} {one.words}" for one in found.rows],
        "series": [(_("People"), [one.people for one in found.rows])],
        "may_export": request.member.may(Permission.CONTACTS_EXPORT),
    }
    return render(request, "compliance/polls/one.html", context)


@requires(*_MAY)
@require_POST
def close_poll(request: MemberRequest, poll_id: UUID) -> HttpResponse:
    """Count no more replies."""
    row = reading.access(request.member, poll_id)
    try:
        writing.close(member=request.member, poll=row)
    except CannotAnnounce as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The poll is closed. Replies from now on are ordinary texts."))
    return redirect("poll", poll_id=row.pk)


@requires(Permission.ANNOUNCEMENTS_PREPARE)
@require_safe
def poll_counts(request: MemberRequest, poll_id: UUID) -> HttpResponse:
    """How many chose which answer, as CSV; nobody stands in it."""
    row = reading.access(request.member, poll_id)
    found = reading.results(row)
    lines: list[tuple[object, ...]] = [(one.key, one.words, one.people, one.share) for one in found.rows]
    lines += [("", _("Unclear"), found.unclear, ""), ("", _("No reply"), found.silent, "")]
    columns = (_("Key"), _("Answer"), _("People"), _("Per cent of those who answered"))
    audit.record(event=AuditKind.POLL_EXPORTED, actor=request.member, object=row, people=False)
    return short_csv_file(f"poll-{row.announcement.made_at:%Y-%m-%d}", columns, lines)


@requires(Permission.ANNOUNCEMENTS_PREPARE, Permission.CONTACTS_EXPORT)
@fresh
@require_safe
def poll_people(request: MemberRequest, poll_id: UUID) -> StreamingHttpResponse:
    """Who replied what, as CSV; numbers as the member may see them. Itself in the log."""
    row = reading.access(request.member, poll_id)
    audit.record(event=AuditKind.POLL_EXPORTED, actor=request.member, object=row, people=True)
    columns = (_("Number"), _("Name"), _("Key"), _("Answer"), _("Replied"), _("Changes"), _("Unclear replies"))
    name = f"poll-people-{row.announcement.made_at:%Y-%m-%d}"
    return csv_file(name, columns, reading.people(request.member, row))


def _state(row: Poll) -> tuple[str, str, str]:
    """Label, tone and icon: of the announcement while it has not begun, then whether it takes answers."""
    state = State(row.announcement.state)
    if row.announcement.started_at is None:
        return (row.announcement.get_state_display(), *BADGES[state])
    if reading.is_open(row):
        return (_("Takes answers"), "accent", "loader-circle")
    return (_("Closed"), "success", "check")
