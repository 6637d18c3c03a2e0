"""Computing the review checks anew over history: begin, watch, pause, go on, end."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.review_forms import RunForm
from compliance.models import CheckRun
from compliance.review_checks import running
from compliance.review_checks.computing import RULES_VERSION
from compliance.review_checks.judging import Check, Result
from compliance.review_checks.running import CannotRun
from compliance.review_checks.words import LABELS, TITLES

NEWEST = 50
State = CheckRun.State
BADGES = {
    State.RUNNING: ("accent", "loader-circle"),
    State.PAUSED: ("warning", "clock"),
    State.DONE: ("success", "check"),
    State.CANCELED: ("neutral", "ban"),
}


@requires(Permission.REPORTS_READ, Permission.FINDINGS_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def check_runs(request: MemberRequest) -> HttpResponse:
    """The runs so far, and beginning another."""
    form = RunForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = running.begin(member=request.member, days=form.cleaned_data["days"])
            return redirect("check_run", check_run_id=made.pk)
        except CannotRun as error:
            form.add_error(None, str(error))
    found = CheckRun.objects.select_related("made_by__user").order_by("-made_at")[:NEWEST]
    rows = [(row, BADGES[State(row.state)]) for row in found]
    context = {
        "form": form,
        "rows": rows,
        "rules_version": RULES_VERSION,
        "is_busy": any(row.state in (State.RUNNING, State.PAUSED) for row, _badge in rows),
    }
    return render(request, "compliance/review_checks/runs.html", context, status=422 if form.errors else 200)


@requires(Permission.REPORTS_READ, Permission.FINDINGS_DECIDE)
@require_safe
def check_run(request: MemberRequest, check_run_id: UUID) -> HttpResponse:
    """How far it is and what became another; while it runs, the page asks again by itself."""
    run = _run(check_run_id)
    context = {"run": run, "badge": BADGES[State(run.state)], "changes": _changes(run)}
    return render(request, "compliance/review_checks/run.html", context)


@requires(Permission.REPORTS_READ, Permission.FINDINGS_DECIDE)
@require_POST
def pause_check_run(request: MemberRequest, check_run_id: UUID) -> HttpResponse:
    """Look at no more for now."""
    return _act(request, check_run_id, lambda member, run: running.pause(member=member, run=run))


@requires(Permission.REPORTS_READ, Permission.FINDINGS_DECIDE)
@require_POST
def resume_check_run(request: MemberRequest, check_run_id: UUID) -> HttpResponse:
    """Go on."""
    return _act(request, check_run_id, lambda member, run: running.resume(member=member, run=run))


@requires(Permission.REPORTS_READ, Permission.FINDINGS_DECIDE)
@require_POST
def cancel_check_run(request: MemberRequest, check_run_id: UUID) -> HttpResponse:
    """End it."""
    return _act(request, check_run_id, lambda member, run: running.cancel(member=member, run=run))


def _changes(run: CheckRun) -> list[tuple[str, str, str, int]]:
    """(check, from, to, how many), in the order of the checks."""
    rows = []
    for check in Check:
        for move, number in sorted(run.changed.get(check, {}).items()):
            before, _arrow, after = move.partition(">")
            rows.append((str(TITLES[check]), str(LABELS[Result(before)]), str(LABELS[Result(after)]), number))
    return rows


def _act(request: MemberRequest, run_id: UUID, act: Callable[[Membership, CheckRun], None]) -> HttpResponse:
    run = _run(run_id)
    try:
        act(request.member, run)
    except CannotRun as error:
        messages.error(request, str(error))
    return redirect("check_run", check_run_id=run_id)


def _run(run_id: UUID) -> CheckRun:
    run = CheckRun.objects.select_related("made_by__user").filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run
