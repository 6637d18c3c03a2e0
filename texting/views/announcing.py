"""What is done with an announcement: write, check, start, hold, go on, end."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page
from texting import origins, queries
from texting.announcement_forms import AnnouncementForm, audience_choices
from texting.announcement_plan_forms import BeginForm
from texting.announcements import planning, reading, rules, running, writing
from texting.announcements.lists import CannotUse
from texting.announcements.owners import owner_of
from texting.announcements.writing import OPEN, CannotAnnounce
from texting.models import Announcement

_MAY = (Permission.ANNOUNCEMENTS_PREPARE, Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START)


@requires(*_MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_announcement(request: MemberRequest) -> HttpResponse:
    """Write one; nothing is sent by that."""
    return _write(request, None)


@requires(*_MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Change one that has not begun."""
    row = reading.access(request.member, announcement_id)
    if row.state not in OPEN:
        messages.error(request, _("It has begun, so it cannot be changed any more."))
        return redirect("announcement", announcement_id=row.pk)
    if owner := owner_of(row):
        return redirect(owner.edit_url)
    return _write(request, row)


def _write(request: MemberRequest, before: Announcement | None) -> HttpResponse:
    form = _form(request, before)
    if form.is_valid():
        try:
            row = writing.write(member=request.member, written=form.written(), before=before)
            if "check" in request.POST:
                running.check(member=request.member, row=row)
        except CannotUse as error:
            form.add_error("numbers", str(error))
        except CannotAnnounce as error:
            form.add_error(None, str(error))
        else:
            return redirect("announcement", announcement_id=row.pk)
    sees = queries.sees_everybody(request.member)
    return form_page(request, "texting/announcements/write.html", form, before=before, may_list=sees)


def _form(request: MemberRequest, before: Announcement | None) -> AnnouncementForm:
    posted = request.method == "POST"
    return AnnouncementForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        templates=origins.origins().offered(request.member),
        **audience_choices(request.member),
        before=before,
    )


@requires(*_MAY)
@require_POST
def check_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Look at every recipient."""
    return _act(request, announcement_id, running.check)


@requires(*_MAY)
@fresh
@require_POST
def start_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Let it begin."""
    return _act(request, announcement_id, running.start, seen=request.POST.get("seen", ""))


@requires(*_MAY)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def plan_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Ask when it is to begin, or to begin instead."""
    row = reading.access(request.member, announcement_id)
    if row.state not in {Announcement.State.CHECKED, Announcement.State.ASKED, Announcement.State.PLANNED}:
        messages.error(request, _("That is not possible any more. Look at the announcement as it is now."))
        return redirect("announcement", announcement_id=row.pk)
    ours = request.member.organization.time_zone
    form = BeginForm(request.POST if request.method == "POST" else None, ours=ours, before=row)
    if form.is_valid():
        try:
            planning.plan(member=request.member, row=row, at=form.cleaned_data["at"], wall=form.cleaned_data["theirs"])
        except CannotAnnounce as error:
            form.add_error("wall", str(error))
        else:
            return redirect("announcement", announcement_id=row.pk)
    people = reading.numbers_of(row).ready
    return form_page(request, "texting/announcements/plan.html", form, row=row, people=people)


@requires(*_MAY)
@require_POST
def unplan_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """It does not begin then."""
    return _act(request, announcement_id, planning.unplan)


@requires(Permission.ANNOUNCEMENTS_PREPARE, Permission.ANNOUNCEMENTS_APPROVE)
@fresh
@require_POST
def approve_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Let what a colleague asked for begin."""
    return _act(request, announcement_id, running.approve, seen=request.POST.get("seen", ""))


@requires(Permission.ANNOUNCEMENTS_PREPARE)
@require_POST
def send_back_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Not like this, or not now."""
    return _act(request, announcement_id, running.send_back)


@requires(Permission.LIMITS_MANAGE)
@require_POST
def announced_alone(request: MemberRequest) -> HttpResponse:
    """How many customers one person may tell alone."""
    typed = request.POST.get("people", "").replace(",", "").strip()
    try:
        people = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
        rules.set_most_alone(member=request.member, people=people)
    except CannotAnnounce as error:
        messages.error(request, str(error))
    else:
        words = ngettext(
            "From now on one person tells at most %(people)s customer.",
            "From now on one person tells at most %(people)s customers.",
            people,
        )
        messages.success(request, words % {"people": f"{people:,}"})
    return redirect("announcements" if request.member.may(Permission.ANNOUNCEMENTS_PREPARE) else "home")


@requires(*_MAY)
@require_POST
def pause_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Nothing more leaves for now."""
    return _act(request, announcement_id, running.pause)


@requires(*_MAY)
@fresh
@require_POST
def resume_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Go on."""
    return _act(request, announcement_id, running.resume)


@requires(*_MAY)
@fresh
@require_POST
def retry_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Try those again whose reason may have passed."""
    return _act(request, announcement_id, running.retry)


@requires(*_MAY)
@require_POST
def cancel_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """End it for good."""
    return _act(request, announcement_id, running.cancel)


@requires(*_MAY)
@require_POST
def discard_announcement(request: MemberRequest, announcement_id: UUID) -> HttpResponse:
    """Put away what has not begun."""
    row = reading.access(request.member, announcement_id)
    try:
        writing.discard(member=request.member, row=row)
    except CannotAnnounce as error:
        messages.error(request, str(error))
        return redirect("announcement", announcement_id=announcement_id)
    messages.success(request, _("The draft is gone."))
    return redirect("announcements")


def _act(request: MemberRequest, announcement_id: UUID, act: Callable[..., None], **more: str) -> HttpResponse:
    row = reading.access(request.member, announcement_id)
    try:
        act(member=request.member, row=row, **more)
    except CannotAnnounce as error:
        messages.error(request, str(error))
    return redirect("announcement", announcement_id=announcement_id)
