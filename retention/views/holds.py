"""Settings > Records > Legal holds: the list, one hold, a new one with what it would cover, and changes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention.forms.hold_forms import HoldForm, ScopeForms
from retention.holds import placing, reading
from retention.holds.cannot_hold import CannotHold
from retention.holds.counting import Covers, covers
from retention.models import Hold
from tenancy import audit
from tenancy.audit import AuditKind
from texting import queries

_FORM = ["GET", "HEAD", "POST"]
COLUMNS = ("hold", "matter", "state", "owner", "covers", "placed by", "placed (UTC)", "ask again on", "released (UTC)")


@requires(Permission.HOLDS_READ)
@require_safe
def holds(request: MemberRequest) -> HttpResponse:
    """The holds of a tab (`?tab=open`), searched by matter, owner and what they cover (`?q=`)."""
    tab, text = _asked(request)
    names = {"open": _("Open"), "waiting": _("Waiting for release"), "released": _("Released")}
    address = reverse("holds")
    context = {
        "tabs": [(names[one], f"{address}?tab={one}", one == tab) for one in reading.TABS],
        "tab": tab,
        "text": text,
        "rows": reading.shown_holds(request.member, tab, text),
        "query": urlencode({"tab": tab, "q": text}),
        "may_manage": request.member.may(Permission.HOLDS_MANAGE),
    }
    return render(request, "retention/holds/list.html", context)


@requires(Permission.HOLDS_READ)
@fresh
@require_safe
def export_holds(request: MemberRequest) -> HttpResponse:
    """The same rows as a file."""
    tab, text = _asked(request)
    rows = reading.shown_holds(request.member, tab, text)
    audit.record(event=AuditKind.HOLDS_EXPORTED, actor=request.member, tab=tab, number=len(rows))
    return short_csv_file(f"holds-{timezone.now():%Y-%m-%d}", COLUMNS, (_cells(row) for row in rows))


@requires(Permission.HOLDS_READ, Permission.HOLDS_MANAGE)
@require_http_methods(_FORM)
def new_hold(request: MemberRequest) -> HttpResponse:
    """The form; what such a hold would cover; placing it. `?about=` fills the first part in."""
    posted = request.POST if request.method == "POST" else None
    form = HoldForm(posted, initial={"owner": str(request.member.pk)})
    parts = ScopeForms(_with_one_more(posted), initial=[{"about": request.GET.get("about", "")[:200]}])
    context: dict[str, Any] = {"form": form, "parts": parts}
    if posted is not None and "more" not in posted and form.is_valid() and parts.is_valid():
        about = [one.wanted for one in parts.forms]
        if posted.get("act") == "place":
            placed: list[Hold] = []
            if _tried(
                form,
                lambda: placed.append(
                    placing.place(
                        member=request.member, hold_id=form.cleaned_data["press"], wanted=form.wanted, about=about
                    )
                ),
            ):
                messages.success(request, _("It is on hold. Nothing that it covers is deleted from now on."))
                return redirect("hold", placed[0].pk)
        else:
            _preview(form, context, lambda: placing.preview(request.member, about))
    return render(request, "retention/holds/new.html", context, status=_status(form, parts))


@requires(Permission.HOLDS_READ)
@require_safe
def hold(request: MemberRequest, hold_id: UUID) -> HttpResponse:
    """One hold: what it covers now, its release, its history."""
    found = reading.access_hold(request.member, hold_id)
    return render(request, "retention/holds/hold.html", hold_context(request, found))


@requires(Permission.HOLDS_READ, Permission.HOLDS_MANAGE)
@require_http_methods(_FORM)
def change_hold(request: MemberRequest, hold_id: UUID) -> HttpResponse:
    """Another name, reason, owner, day."""
    found = reading.access_hold(request.member, hold_id)
    form = HoldForm(request.POST if request.method == "POST" else None, hold=found)
    del form.fields["press"]
    if form.is_valid() and _tried(form, lambda: placing.change(member=request.member, hold=found, wanted=form.wanted)):
        messages.success(request, _("Saved."))
        return redirect("hold", found.pk)
    context = {"form": form, "hold": found}
    return render(request, "retention/holds/change.html", context, status=422 if form.errors else 200)


@requires(Permission.HOLDS_READ, Permission.HOLDS_MANAGE)
@require_http_methods(_FORM)
def widen_hold(request: MemberRequest, hold_id: UUID) -> HttpResponse:
    """Let it cover more; never less."""
    found = reading.access_hold(request.member, hold_id)
    posted = request.POST if request.method == "POST" else None
    form, parts = forms.Form(posted), ScopeForms(_with_one_more(posted))
    context: dict[str, Any] = {"form": form, "parts": parts, "hold": found}
    if posted is not None and "more" not in posted and form.is_valid() and parts.is_valid():
        about = [one.wanted for one in parts.forms]
        if posted.get("act") == "place":
            if _tried(form, lambda: placing.widen(member=request.member, hold=found, about=about)):
                messages.success(request, _("It covers this too from now on."))
                return redirect("hold", found.pk)
        else:
            _preview(form, context, lambda: placing.preview(request.member, about))
    return render(request, "retention/holds/widen.html", context, status=_status(form, parts))


@requires(Permission.HOLDS_READ, Permission.CONVERSATIONS_READ)
@require_safe
def conversation_holds(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The part of the side panel: the matters for which this conversation is kept."""
    found = queries.access_conversation(request.member, conversation_id)
    context = {
        "holds": reading.matters_on(request.member, found),
        "conversation": found,
        "may_manage": request.member.may(Permission.HOLDS_MANAGE),
    }
    return render(request, "retention/holds/_panel.html", context)


@requires(Permission.HOLDS_READ, Permission.CONTACTS_READ)
@require_safe
def contact_holds(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The line on a contact's page: the matters for which they and all that is theirs are kept; nothing without."""
    found = queries.access_contact(request.member, contact_id)
    matters = reading.matters_on(request.member, found)
    return render(request, "retention/holds/_thread.html", {"names": {"holds": matters}}) if matters else HttpResponse()


def hold_context(request: MemberRequest, found: Hold) -> dict[str, Any]:
    """What the page of one hold shows."""
    live = found.state != Hold.State.RELEASED
    return {
        "shown": reading.shown_hold(request.member, found),
        "covers": covers(list(found.scopes.all())) if live else None,
        "history": reading.history(found),
        "asked_because": reading.reason_asked(found) if found.state == Hold.State.RELEASING else "",
        "is_mine": found.state == Hold.State.RELEASING and found.release_asked_by_id == request.member.pk,
        "may_manage": live and request.member.may(Permission.HOLDS_MANAGE),
        "may_release": live and request.member.may(Permission.HOLDS_RELEASE),
    }


def _asked(request: MemberRequest) -> tuple[str, str]:
    tab = request.GET.get("tab", "")
    return (tab if tab in reading.TABS else "open"), request.GET.get("q", "")[:100]


def _cells(row: reading.ShownHold) -> tuple[object, ...]:
    hold = row.hold
    return (
        hold.pk,
        hold.matter,
        row.label,
        hold.owner.user.name,
        "; ".join(row.scopes),
        hold.placed_by.user.name,
        hold.placed_at.isoformat(timespec="seconds"),
        hold.expires_on or "",
        hold.released_at.isoformat(timespec="seconds") if hold.released_at else "",
    )


def _with_one_more(posted: Any) -> Any:
    """What was posted, with one empty part more when that was asked for."""
    if posted is None or "more" not in posted:
        return posted
    wider = posted.copy()
    number = wider.get("form-TOTAL_FORMS", "1")
    wider["form-TOTAL_FORMS"] = str(min(int(number) + 1, 20)) if number.isdecimal() and len(number) < 3 else "1"
    return wider


def _preview(form: forms.Form, context: dict[str, Any], count: Callable[[], Covers]) -> None:
    def put() -> None:
        context["covers"] = count()

    _tried(form, put)


def _tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether it was done; what stood in the way stands on the form."""
    try:
        act()
    except CannotHold as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _status(form: forms.Form, parts: Any) -> int:
    return 422 if form.is_bound and (form.errors or parts.total_error_count()) else 200
