"""The clock's part: the next contacts of each run are asked, one transaction each, no faster than the run allows.

Two workers may be at one run: each takes a row that no other holds, and the pace is counted under the run's lock, which
lasts as long as one question. Who died in the middle has asked nobody: the row, the question and the ledger's entry
commit together.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.permissions import Permission
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, PermissionRequest, PermissionRequestRow
from compliance.opt_in import opting_in
from compliance.opt_in.opting_in import CannotOptIn, Opted, OptedOut
from compliance.requesting import choosing, results
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.background import each_organization
from tenancy.isolation import activate
from texting import sending, threads
from texting.purposes import Purpose
from texting.sending import Refused

AN_HOUR = timedelta(hours=1)
FEWEST_JUDGED = 20
TOO_MANY = 0.05  # of those asked; carriers take more opt-outs than that for a sign of texts that nobody wanted
A_TURN = 25  # questions for each run and round
State, RowState = PermissionRequest.State, PermissionRequestRow.State


class _NotNow(Exception):
    """The question may not leave at this hour; nothing of it is kept."""

    def __init__(self, rule: str, again_at: datetime | None) -> None:
        super().__init__(rule)
        self.rule, self.again_at = rule, again_at


def ask_next() -> int:
    """Ask the next contacts of every organization's runs. Returns how many were asked."""
    found: list[tuple[UUID, UUID]] = []

    def find() -> int:
        running = PermissionRequest.objects.filter(state=State.RUNNING).select_related(None)
        found.extend(running.values_list("organization_id", "pk"))
        return 0

    each_organization("find permission requests", find)
    return sum(work(organization, request_id) for organization, request_id in found)


def work(organization_id: UUID, request_id: UUID, *, most: int = A_TURN) -> int:
    """Ask at most so many of one run. Returns how many were asked."""
    asked = 0
    for _turn in range(most):
        with activate(organization_id):
            done = _ask_one(request_id)
        if done is None:
            break
        asked += done
    return asked


def _ask_one(request_id: UUID) -> int | None:
    """None when nobody is to be asked now."""
    held = PermissionRequest.objects.select_for_update(of=("self",)).select_related(
        "program__team", "line__team", "made_by__user"
    )
    request = held.filter(pk=request_id, state=State.RUNNING).first()
    if request is None or _stops(request):
        return None
    rows = PermissionRequestRow.objects.filter(request=request, state=RowState.WAITING)
    if not rows.exists():
        request.state, request.ended_at = State.DONE, timezone.now()
        request.save(update_fields=["state", "ended_at"])
        audit.record(event=AuditKind.PERMISSION_REQUEST_DONE, object=request)
        return None
    asked = PermissionRequestRow.objects.filter(request=request, asked_at__gt=timezone.now() - AN_HOUR)
    if asked.count() >= request.an_hour:
        return None
    due = rows.filter(due_at__lte=timezone.now()).select_related("contact")
    row = due.select_for_update(of=("self",), skip_locked=True).order_by("due_at", "id").first()
    return None if row is None else _ask(request, row)


def _ask(request: PermissionRequest, row: PermissionRequestRow) -> int | None:
    why = choosing.judge([row.contact], audience=request.audience, program=request.program)[row.contact_id]
    if why is not None:  # since the run began
        row.state, row.reason = RowState.LEFT_OUT, why.value
        row.save(update_fields=["state", "reason"])
        return 0
    try:
        with transaction.atomic():
            opted = _question(request, row)
    except OptedOut:
        row.state, row.reason = RowState.LEFT_OUT, choosing.Why.OPTED_OUT.value
    except CannotOptIn:
        row.state, row.reason = RowState.REFUSED, "opt_in.closed"
    except _NotNow as refused:
        if refused.again_at is not None:
            row.due_at = max(refused.again_at, timezone.now() + timedelta(minutes=1))
            row.save(update_fields=["due_at"])
            return None  # what holds for one mostly holds for the next: the clock comes again
        row.state, row.reason = RowState.REFUSED, refused.rule[:60]
    else:
        row.state, row.asked_at, row.opt_in = RowState.ASKED, timezone.now(), opted.opt_in
    row.save(update_fields=["state", "reason", "asked_at", "opt_in"])
    return int(row.state == RowState.ASKED)


def _question(request: PermissionRequest, row: PermissionRequestRow) -> Opted:
    def say(purpose: Purpose, text: str, message_id: UUID) -> None:
        conversation = threads.open_conversation(row.contact, request.line, at=timezone.now())
        try:
            sent = sending.send_text(
                conversation=conversation, body=text, author=None, purpose=purpose, message_id=message_id
            )
        except Refused as refused:
            objections = refused.outcome.objections
            raise _NotNow(objections[0].rule if objections else "", refused.outcome.again_at) from None
        if sent.held_until is not None:  # else all that is asked at night would leave together in the morning
            raise _NotNow("hours.closed", sent.held_until)

    evidence = Evidence(source=ConsentEvent.Source.REQUEST, actor=request.made_by, language="en")
    return opting_in.ask(contact=row.contact, line=request.line, program=request.program, evidence=evidence, say=say)


def _stops(request: PermissionRequest) -> bool:
    """Whether more than one in twenty opted out: then nobody more is asked, and those who may ask are mailed, once."""
    found = results.results_of(request)
    if found.asked < FEWEST_JUDGED or found.stopped <= found.asked * TOO_MANY:
        return False
    request.state, request.ended_at = State.STOPPED, timezone.now()
    request.save(update_fields=["state", "ended_at"])
    audit.record(event=AuditKind.PERMISSION_REQUEST_STOPPED, object=request, asked=found.asked, opted_out=found.stopped)
    words: dict[str, str | int] = {"program": request.program.name, "asked": found.asked, "stopped": found.stopped}
    kind, route = MailKind.PERMISSION_REQUEST_STOPPED, "permission_requests"
    notices.tell(Permission.CONSENT_REQUEST, kind, route=route, words=words)
    return True
