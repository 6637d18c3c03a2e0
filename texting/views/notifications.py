"""What a member is told of: the list, marking, how they want to be told, and whom a note can mention."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from texting import queries
from texting.models import Notification
from texting.notification_forms import NotificationForm
from texting.notifications import choosing, mentioning, reading
from texting.views import pushing
from texting.views.frames import cursor_in, find

CHANGED = "live:notification"  # what the page hears from the live stream too, so it fetches list and number anew
UNREAD = "unread"
_KIND = Notification.Kind
_VIEWS: dict[str, tuple[str, ...]] = {kind: (kind,) for kind in _KIND.values} | {
    _KIND.APPROVAL: (_KIND.APPROVAL, _KIND.DECISION),
    _KIND.PAID: (_KIND.PAID, _KIND.REFUNDED),
}
"""The kinds that a view of the list shows."""


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def notifications(request: MemberRequest) -> HttpResponse:
    """The list, the newest first: all, the unread ones, or those of one kind. The page fetches it anew by itself."""
    view = request.GET.get("view", "")
    view = view if view == UNREAD or view in _VIEWS else ""
    kinds, cursor = _VIEWS.get(view, ()), cursor_in(request, "after")
    page = reading.page_of(request.member, kinds=kinds, only_unread=view == UNREAD, cursor=cursor)
    words = {
        "": _("All"),
        UNREAD: _("Unread"),
        Notification.Kind.MENTIONED: _("Mentions"),
        Notification.Kind.ASSIGNED: _("Assigned"),
        Notification.Kind.TEXT: _("Texts"),
        Notification.Kind.ESCALATION: _("Escalations"),
        Notification.Kind.AUTOMATION: _("Automations"),
        Notification.Kind.APPROVAL: _("Approvals"),
        Notification.Kind.PAID: _("Payments"),
    }
    here = reverse("notifications")
    context = {
        "page": page,
        "view": view,
        "tabs": [(word, f"{here}?view={name}" if name else here, name == view) for name, word in words.items()],
        "unread": reading.unread_count(request.member),
    }
    return render(request, "texting/notifications/list.html", context)


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def read_one(request: MemberRequest, notification_id: UUID) -> HttpResponse:
    """One is read, or was."""
    reading.mark(request.member, notification_id, read=True)
    return _changed()


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def unread_one(request: MemberRequest, notification_id: UUID) -> HttpResponse:
    """One is to stand out again."""
    reading.mark(request.member, notification_id, read=False)
    return _changed()


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def read_all(request: MemberRequest) -> HttpResponse:
    """All are read, with a way back."""
    at = reading.mark_all_read(request.member)
    if at is None:
        return _changed(_("All were read already."))
    undo = reverse("undo_read_notifications") + "?" + urlencode({"at": at.isoformat()})
    return _changed(_("All are read."), undo=undo)


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def undo_read_all(request: MemberRequest) -> HttpResponse:
    """Those that were marked in that moment are unread again."""
    at = _moment(request.GET.get("at", ""))
    if at is not None:
        reading.undo_all_read(request.member, at)
    return _changed()


@requires(Permission.CONVERSATIONS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: MemberRequest) -> HttpResponse:
    """How the member wants to be told."""
    teams = [(team.pk, team.name) for team in queries.visible_teams(request.member)]
    chosen = choosing.choices_of(request.member)
    form = NotificationForm(request.POST if request.method == "POST" else None, chosen=chosen, teams=teams)
    if form.is_valid():
        choosing.choose(
            member=request.member, ways=form.ways, muted=form.muted, quiet=form.quiet, sound=form.cleaned_data["sound"]
        )
        messages.success(request, _("Saved."))
        return redirect("notification_settings")
    shown = {"form": form, **pushing.on_page(request)}
    return render(request, "texting/notifications/settings.html", shown, status=422 if form.is_bound else 200)


@requires(Permission.CONVERSATIONS_READ, Permission.NOTES_WRITE)
@require_safe
def colleagues(request: MemberRequest, conversation_id: UUID) -> JsonResponse:
    """Whom a note in this conversation can mention: `[{id, name}]`, by name, without the one who asks."""
    found = find(request, conversation_id)
    people = [one for one in mentioning.mentionable(found) if one.id != request.member.pk]
    return JsonResponse({"colleagues": [{"id": str(one.id), "name": one.name} for one in people]})


def _changed(toast: str = "", *, undo: str = "") -> HttpResponse:
    response = trigger_client_event(HttpResponse(status=204), CHANGED)
    if toast:
        response = trigger_client_event(response, "toast", {"text": toast, "tone": "success", "undo": undo})
    return response


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
