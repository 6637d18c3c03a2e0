"""The call list: planning a call about an escalation, changing it, ending it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from compliance.escalations import people, reading
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.own_hours import hours_now
from compliance.forms.call_forms import CallTaskForm
from compliance.models import CallTask, Escalation
from compliance.other_channels.phone import call_list, call_reading
from compliance.views.escalation_acts import done

_ACT = (Permission.CONVERSATIONS_READ, Permission.ESCALATIONS_HANDLE)
_DIALOG = ["GET", "HEAD", "POST"]


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def listed(request: MemberRequest) -> HttpResponse:
    """What is due first at the top; the page fetches itself anew."""
    view = request.GET.get("view", "")
    view = view if view in call_reading.VIEWS else "open"
    page, rows = call_reading.page(request.member, view, request.GET.get("page", "1"))
    names = (_("Open"), _("Mine"), _("Nobody's"), _("Overdue"), _("Done"), _("Canceled"))
    address = reverse("call_list")
    tabs = [(n, f"{address}?view={v}", v == view, "") for v, n in zip(call_reading.VIEWS, names, strict=True)]
    may_act = request.member.may(Permission.ESCALATIONS_HANDLE)
    context = {"page": page, "rows": rows, "view": view, "tabs": tabs, "may_act": may_act}
    return render(request, "compliance/escalations/call_list.html", context)


@requires(*_ACT)
@require_http_methods(_DIALOG)
def schedule(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The dialog that asks when and who, and putting the call on the list."""
    return _planned(request, reading.access_escalation(request.member, escalation_id), None)


@requires(*_ACT)
@require_http_methods(_DIALOG)
def change(request: MemberRequest, task_id: UUID) -> HttpResponse:
    """Another time, owner or note."""
    task = call_reading.access_task(request.member, task_id)
    return _planned(request, task.escalation, task)


@requires(*_ACT)
@require_POST
def end(request: MemberRequest, task_id: UUID) -> HttpResponse:
    """Done or cancelled, as the button says."""
    task = call_reading.access_task(request.member, task_id)
    try:
        call_list.end(member=request.member, task=task, state=request.POST.get("state", ""))
    except CannotAct as reason:
        return done(request, task.escalation, str(reason), tone="warning")
    return done(request, task.escalation, _("Noted."))


def _planned(request: MemberRequest, found: Escalation, task: CallTask | None) -> HttpResponse:
    zone = hours_now().zone
    initial: dict[str, Any] = {"owner": str(request.member.pk)}
    if task is not None:
        row = call_reading.task_rows(request.member, [task])[0]
        initial = {
            "owner": str(task.owner_id or ""),
            "due": task.due_at,
            "words": row.words,
            "they_asked": task.asked_for,
        }
    posted = request.POST if request.method == "POST" else None
    form = CallTaskForm(posted, zone=zone, able=people.able_to_handle(found.line_id), initial=initial)
    if form.is_valid():
        try:
            if task is None:
                call_list.schedule(member=request.member, escalation=found, plan=form.plan)
            else:
                kept = form.plan.words.strip() == initial["words"].strip()  # masked words are not what was written
                plan = replace(form.plan, words=task.words) if kept else form.plan
                call_list.change(member=request.member, task=task, plan=plan)
        except CannotAct as reason:
            form.add_error(None, str(reason))
        else:
            return done(request, found, _("It is on the call list."))
    context = {"form": form, "escalation": found, "task": task, "zone": zone}
    return render(request, "compliance/escalations/_plan_call.html", context, status=422 if form.is_bound else 200)
