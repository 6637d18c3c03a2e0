"""Asking many contacts for permission: choose and count first, then watch the answers come in."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.csv_cells import csv_file
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page
from compliance.forms.request_forms import RequestForm
from compliance.models import ConsentImport, PermissionRequest, PermissionRequestRow, Program
from compliance.opt_in import opt_in_texts
from compliance.requesting import choosing, results, running
from compliance.requesting.choosing import Why
from compliance.requesting.running import CannotRequest
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from texting import queries
from texting.models import Line

NEWEST = 50
State = PermissionRequest.State
BADGES = {
    State.RUNNING: ("accent", "loader-circle"),
    State.PAUSED: ("warning", "clock"),
    State.DONE: ("success", "check"),
    State.CANCELED: ("neutral", "ban"),
    State.STOPPED: ("danger", "octagon-alert"),
}


@requires(Permission.CONSENT_REQUEST)
@require_safe
def permission_requests(request: MemberRequest) -> HttpResponse:
    """The runs so far."""
    found = PermissionRequest.objects.select_related("made_by__user", "program").order_by("-made_at")[:NEWEST]
    rows = [(row, BADGES[State(row.state)], results.results_of(row)) for row in found]
    return render(request, "compliance/permission_requests.html", {"rows": rows})


@requires(Permission.CONSENT_REQUEST)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def new_request(request: MemberRequest) -> HttpResponse:
    """First how many would be asked and why the others are not; then, with `send`, that."""
    form = _form(request)
    if not form.is_valid():
        return form_page(request, "compliance/new_request.html", form)
    chosen = form.cleaned_data
    what = {name: chosen[name] for name in ("audience", "program", "of_import")}
    try:
        if "send" in request.POST:
            how = {"line": chosen["line"], "an_hour": chosen["an_hour"]}
            made = running.begin(member=request.member, **what, **how)
            return redirect("permission_request", run_id=made.pk)
        choice = running.preview(member=request.member, **what)
    except CannotRequest as error:
        form.add_error(None, str(error))
        return form_page(request, "compliance/new_request.html", form)
    shown = {
        "people": len(choice.contacts),
        "left_out": _sentences(dict(choice.left_out)),
        "chosen": chosen,
        "hours": -(-len(choice.contacts) // chosen["an_hour"]),
        "text": opt_in_texts.question(request.member.organization, chosen["program"]),
    }
    return form_page(request, "compliance/request_preview.html", form, **shown)


def _form(request: MemberRequest) -> RequestForm:
    fastest = running.fastest_pace()
    return RequestForm(
        request.POST if request.method == "POST" else None,
        programs=Program.objects.filter(is_active=True).order_by("name"),
        lines=Line.objects.filter(is_active=True, sends_codes=False).order_by("name"),
        imports=ConsentImport.objects.filter(state=ConsentImport.State.DONE).order_by("-made_at"),
        fastest=fastest,
        initial={
            "an_hour": min(running.USUAL_PACE, fastest),
            "of_import": request.GET.get("import"),
            "audience": "weak" if "import" in request.GET else "reply",
        },
    )


@requires(Permission.CONSENT_REQUEST)
@require_safe
def permission_request(request: MemberRequest, run_id: UUID) -> HttpResponse:
    """How far it is and what was answered; while it runs, the page asks again by itself."""
    run = _run(run_id)
    found = results.results_of(run)
    context: dict[str, Any] = {
        "run": run,
        "badge": BADGES[State(run.state)],
        "results": found,
        "left_out": _sentences(run.left_out),
        "answers": [(_words(answer), getattr(found, answer)) for answer in results.ANSWERS],
        "labels": [_words(answer) for answer in results.ANSWERS],
        "series": [(_("People"), [getattr(found, answer) for answer in results.ANSWERS])],
    }
    return render(request, "compliance/permission_request.html", context)


@requires(Permission.CONSENT_REQUEST)
@require_POST
def pause_request(request: MemberRequest, run_id: UUID) -> HttpResponse:
    """Ask nobody for now."""
    return _act(request, run_id, lambda member, run: running.pause(member=member, request=run))


@requires(Permission.CONSENT_REQUEST)
@fresh
@require_POST
def resume_request(request: MemberRequest, run_id: UUID) -> HttpResponse:
    """Go on."""
    return _act(request, run_id, lambda member, run: running.resume(member=member, request=run))


@requires(Permission.CONSENT_REQUEST)
@require_POST
def cancel_request(request: MemberRequest, run_id: UUID) -> HttpResponse:
    """End it."""
    return _act(request, run_id, lambda member, run: running.cancel(member=member, request=run))


@requires(Permission.CONSENT_REQUEST)
@require_safe
def request_answers(request: MemberRequest, run_id: UUID) -> StreamingHttpResponse:
    """Each person of a run and what they answered, as CSV; numbers as the member may see them."""
    run = _run(run_id)
    audit.record(event=AuditKind.PERMISSION_REQUEST_EXPORTED, actor=request.member, object=run)
    columns = (_("Number"), _("Name"), _("State"), _("Asked at"), _("Answer"), _("Reason"))
    return csv_file(f"permission-request-{run.made_at:%Y-%m-%d}", columns, _pieces(request.member, run))


def _pieces(member: Membership, run: PermissionRequest) -> Iterator[list[tuple[object, ...]]]:
    """A thousand people at a time, each read in a transaction of its own."""
    last = None
    while True:
        with activate(member.organization):
            found = results.rows_of(run).select_related("contact", "opt_in").order_by("id")
            rows = list((found.filter(pk__gt=last) if last else found)[:1_000])
            cells = [_cells(member, row) for row in rows]
        if not rows:
            return
        last = rows[-1].pk
        yield cells


def _cells(member: Membership, row: PermissionRequestRow) -> tuple[object, ...]:
    customer = queries.customer(member, row.contact, in_list=True)
    asked_at = row.asked_at.isoformat(timespec="seconds") if row.asked_at else ""
    answer = results.answer_of(row)
    why = choosing.sentence(row.reason) if row.reason in set(Why) else row.reason
    state = PermissionRequestRow.State(row.state).label
    return (customer.number, customer.name, state, asked_at, _words(answer) if answer else "", why)


def _act(request: MemberRequest, run_id: UUID, act: Callable[[Membership, PermissionRequest], None]) -> HttpResponse:
    run = _run(run_id)
    try:
        act(request.member, run)
    except CannotRequest as error:
        messages.error(request, str(error))
    return redirect("permission_request", run_id=run_id)


def _run(run_id: UUID) -> PermissionRequest:
    found = PermissionRequest.objects.select_related("made_by__user", "program", "line", "of_import")
    run = found.filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run


def _sentences(left_out: dict[str, int]) -> list[tuple[str, int]]:
    return [(choosing.sentence(why), count) for why, count in sorted(left_out.items(), key=lambda pair: -pair[1])]


def _words(answer: str) -> str:
    return {
        "yes": _("Said yes"),
        "no": _("Said no"),
        "stopped": _("Opted out"),
        "failed": _("Did not arrive"),
        "no_answer": _("No answer"),
        "open": _("No answer yet"),
    }[answer]
