"""Settings > Quiet hours: what an organization decides itself, and the table of the law's hours."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.forms.hours_forms import HoursForm, initial_of
from compliance.hours import changing_hours, hours_table, own_hours, quiet_hours
from compliance.hours.changing_hours import NotPossible
from compliance.hours.hours_history import history
from compliance.models import HoursRules
from tenancy import audit
from tenancy.audit import AuditKind

LONGEST_SEARCH = 60
_COLUMNS = ("code", "name", "weekday", "saturday", "sunday", "holiday", "cap", "source", "followed")


@requires(Permission.HOURS_MANAGE)
@require_safe
def own(request: MemberRequest) -> HttpResponse:
    """What the organization decides, with the history of it."""
    return _own(request, HoursForm(initial=initial_of(HoursRules.objects.first() or HoursRules())))


@requires(Permission.HOURS_MANAGE)
@fresh
@require_POST
def save(request: MemberRequest) -> HttpResponse:
    """Change it. 422 with what is wrong."""
    form = HoursForm(request.POST)
    if not form.is_valid():
        return _own(request, form)
    try:
        changed = changing_hours.change(member=request.member, wanted=form.wanted)
    except NotPossible as error:
        form.add_error(None, str(error))
        return _own(request, form)
    messages.success(
        request, _("Saved. Texts that wait are judged by it when they leave.") if changed else _("As before.")
    )
    return redirect("hours")


@requires(Permission.HOURS_MANAGE)
@require_safe
def table(request: MemberRequest) -> HttpResponse:
    """The rows as they stand, each with its source; a search."""
    words = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH]
    context: dict[str, object] = {
        "rows": hours_table.found(own_hours.decided().hours, words),
        "words": words,
        "version": quiet_hours.rules_version(),
    }
    if request.htmx and request.htmx.target == "rows":
        return render(request, "compliance/hours/_rows.html", context)
    return _page(request, "table", context)


@requires(Permission.HOURS_MANAGE)
@require_safe
def table_csv(request: MemberRequest) -> HttpResponse:
    """The same table as a file, with its version in its name."""
    audit.record(event=AuditKind.HOURS_EXPORTED, actor=request.member, version=quiet_hours.rules_version())
    rows = hours_table.rows(own_hours.decided().hours)
    cells = ([getattr(row, column) for column in _COLUMNS] for row in rows)
    return short_csv_file(f"quiet-hours-{quiet_hours.rules_version()}", _COLUMNS, cells)


def _own(request: MemberRequest, form: HoursForm) -> HttpResponse:
    return _page(request, "own", {"form": form, "history": history()}, status=422 if form.errors else 200)


def _page(request: MemberRequest, tab: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    names = {"own": (_("Your hours"), "hours"), "table": (_("Table of rules"), "hours_table")}
    tabs = [(name, reverse(route), one == tab, "") for one, (name, route) in names.items()]
    return render(request, f"compliance/hours/{tab}.html", {"tabs": tabs, **context}, status=status)
