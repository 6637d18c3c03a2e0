"""Reviews > Actions: the list of improvements, one of them, a new one, editing."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.actions import opening, origins, places, reading
from compliance.actions.cannot_act import CannotAct
from compliance.actions.counting import Estimate, estimate
from compliance.actions.moving import may_move
from compliance.actions.reading import ShownAction
from compliance.actions.states import MOVES, State
from compliance.actions.windows import today
from compliance.forms.action_forms import ActionForm, ActionsForm, AddForm, BecauseForm, DoneForm
from compliance.models import Action
from compliance.views.review_tabs import tabs
from tenancy import audit
from tenancy.audit import AuditKind

PAGE = 50
_FORM = ["GET", "HEAD", "POST"]
COLUMNS = (
    *("action", "title", "state", "owner", "about", "what changes", "opened (UTC)", "due", "in effect since", "rate"),
    *("target", "unit", "before events", "before of", "before", "before low", "before high"),
    *("after events", "after of", "after", "after low", "after high", "p"),
)


@requires(Permission.ACTIONS_READ)
@require_safe
def actions(request: MemberRequest) -> HttpResponse:
    """What is to do first; `tab`, `owner`, `change` and `team` narrow it."""
    member, form = request.member, ActionsForm(request.GET, member=request.member)
    wanted = form.wanted()
    page = Paginator(reading.shown_actions(member, wanted), PAGE).get_page(request.GET.get("page"))
    names = {"todo": _("To do"), "measuring": _("Measuring"), "over": _("Over"), "all": _("All")}
    address = reverse("actions")
    kept = {name: str(value) for name, value in vars(wanted).items() if value and name != "tab"}
    context = {
        "tabs": tabs(member, "actions"),
        "states": [
            (names[one], f"{address}?{urlencode({'tab': one, **kept})}", one == wanted.tab) for one in reading.TABS
        ],
        "form": form,
        "page": page,
        "rows": reading.rows_of(member, list(page.object_list)),
        "wanted": wanted,
        "may_manage": member.may(Permission.ACTIONS_MANAGE),
    }
    return render(request, "compliance/actions/list.html", context)


@requires(Permission.ACTIONS_READ)
@fresh
@require_safe
def export_actions(request: MemberRequest) -> HttpResponse:
    """The same rows as a file, with their figures. Itself in the log."""
    wanted = ActionsForm(request.GET, member=request.member).wanted()
    rows = reading.rows_of(request.member, list(reading.shown_actions(request.member, wanted)))
    audit.record(event=AuditKind.ACTIONS_EXPORTED, actor=request.member, tab=wanted.tab, number=len(rows))
    name = f"actions-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return short_csv_file(name, COLUMNS, map(action_cells, rows))


@requires(Permission.ACTIONS_READ, Permission.ACTIONS_MANAGE)
@require_http_methods(_FORM)
def new_action(request: MemberRequest) -> HttpResponse:
    """A new one, of what `?from=` names; or (`act=add`) the same as an open one."""
    member, said = request.member, request.GET.get("from", "")
    origin = origins.origin_of(member, said) if said else None
    posted = request.POST if request.method == "POST" else None
    adding = posted is not None and posted.get("act") == "add"
    add_form = AddForm(posted if adding else None, member=member)
    form = ActionForm(None if adding else posted, member=member, initial=_begins_with(request, origin))
    if adding and origin is not None and add_form.is_valid():
        found = places.access_action(member, add_form.cleaned_data["action"])
        if tried(add_form, lambda: opening.add_origin(member=member, action=found, origin=origin)):
            messages.success(request, _("Added to this action."))
            return redirect("action", found.pk)
    elif not adding and posted is not None and form.is_valid():
        made: list[Action] = []
        wanted, pk = form.wanted, form.cleaned_data["press"]
        if tried(
            form,
            lambda: made.append(opening.open_action(member=member, action_id=pk, wanted=wanted, origin=origin)),
        ):
            messages.success(request, _("Opened."))
            return redirect("action", made[0].pk)
    context = {
        "tabs": tabs(member, "actions"),
        "form": form,
        "origin": origin,
        "add_form": add_form if origin and add_form.is_offered else None,
    }
    return render(request, "compliance/actions/new.html", context, status=_status(form, add_form))


@requires(Permission.ACTIONS_READ)
@require_safe
def action(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """One of them: its figures, what opened it, its history."""
    return action_page(request, places.access_action(request.member, action_id))


@requires(Permission.ACTIONS_READ, Permission.ACTIONS_MANAGE)
@require_http_methods(_FORM)
def edit_action(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """Say something else of it."""
    member, found = request.member, places.access_action(request.member, action_id)
    form = ActionForm(request.POST if request.method == "POST" else None, member=member, action=found)
    if form.is_valid() and tried(form, lambda: opening.edit(member=member, action=found, wanted=form.wanted)):
        messages.success(request, _("Saved."))
        return redirect("action", found.pk)
    context = {"tabs": tabs(member, "actions"), "form": form, "action": found}
    return render(request, "compliance/actions/edit.html", context, status=_status(form))


def action_page(request: MemberRequest, found: Action, **bound: forms.Form) -> HttpResponse:
    """Its page with the forms that its state allows; `bound`: those that came back with errors."""
    member, state = request.member, State(found.state)
    [shown] = reading.rows_of(member, [found])
    zone, manages = member.organization.time_zone, member.may(Permission.ACTIONS_MANAGE)
    moves, may = MOVES[state], may_move(member, found.owner_id)
    running = reading.so_far(found, shown.rate, zone)
    kept = reading.measurements(found)
    unit = shown.rate.unit if shown.rate else None
    context: dict[str, Any] = {
        "tabs": tabs(member, "actions"),
        "shown": shown,
        "effects": [(one, _side(one.before), _side(one.after), one.verdict) for one in shown.effects],
        "running": (running[0], _side(running[1])) if running else None,
        "kept": [(row, *_side(estimate(row, unit))) for row in kept] if unit else [],
        "plot": _plot(shown, kept),
        "target": shown.target,
        "origins": reading.origins(member, found),
        "history": reading.history(found, shown.rate),
        "may_manage": manages,
        "may_begin": may and State.DOING in moves,
        "done_form": bound.get("done") or DoneForm(initial={"changed_on": today(zone)}),
        "may_finish": may and bool({State.DONE, State.MEASURING} & moves),
        "because_form": bound.get("because") or BecauseForm(),
        "may_drop": manages and State.DROPPED in moves,
        "may_reopen": manages and State.OPEN in moves,
    }
    return render(request, "compliance/actions/one.html", context, status=_status(*bound.values()))


def tried(form: forms.Form, act: Any) -> bool:
    """Whether it was done; what stood in the way stands on the form."""
    try:
        act()
    except CannotAct as why:
        form.add_error(None, str(why))
        return False
    return True


def action_cells(row: ShownAction) -> tuple[object, ...]:
    """One action as a row of a file."""
    one, effect = row.action, row.effect
    sides = [*_numbers(effect.before), *_numbers(effect.after), f"{effect.chance:.4f}"] if effect else []
    if effect and effect.chance is None:
        sides[-1] = ""
    return (
        *(one.pk, one.title, row.label, one.owner.user.name, row.place, one.get_change_display()),
        *(one.opened_at.isoformat(timespec="seconds"), one.due_on, one.changed_on or "", row.rate_title),
        *("" if one.target is None else one.target, row.rate.unit.sign if row.rate else "", *sides),
        *[""] * (11 - len(sides)),
    )


def _numbers(found: Estimate) -> list[object]:
    low, high = found.bounds or (None, None)
    values = ["" if one is None else round(one, 3) for one in (found.value, low, high)]
    return [found.count.events, found.count.base, *values]


def _side(found: Estimate) -> tuple[str, str, str]:
    return reading.figure(found.value, found.unit), reading.counted(found), reading.between(found)


def _plot(shown: ShownAction, kept: list[Any]) -> dict[str, Any] | None:
    """What was counted as a line, with the target; None until there are two windows."""
    if shown.rate is None or len(kept) < 2:
        return None
    values = [estimate(row, shown.rate.unit).value for row in kept]
    labels = [f"{date_format(row.since, 'j M')} – {date_format(row.until, 'j M')}" for row in kept]
    lines = [(_("Counted"), values), (_("Target"), [row.target for row in kept])]
    return {"labels": labels, "lines": lines, "unit": shown.rate.unit.sign}


def _begins_with(request: MemberRequest, origin: origins.Origin | None) -> dict[str, Any]:
    initial: dict[str, Any] = {"owner": str(request.member.pk)}
    if origin is not None:
        offered = {key for key, _name in places.choices(request.member)}
        place = origins.place_in(origin, offered)
        initial |= {"title": origin.title[:120], "rate": origin.rate, "place": place.key, "press": None}
        if origin.rate.startswith("evidence:"):
            initial["place"] = ""
        del initial["press"]
    return initial


def _status(*some: forms.Form) -> int:
    return 422 if any(form.is_bound and form.errors for form in some) else 200
