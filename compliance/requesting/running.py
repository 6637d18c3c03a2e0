"""What a member does with a run of questions: begin, pause, go on, end."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.ledger.consent_state import brand_of
from compliance.models import ConsentImport, PermissionRequest, PermissionRequestRow, Program
from compliance.requesting import choosing
from compliance.requesting.choosing import Choice
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.bulk_writes import insert_rows
from texting.limits.bounds import BOUNDS, Limited
from texting.models import Line, SendingLimits

USUAL_PACE = 100
State = PermissionRequest.State
Audience = PermissionRequest.Audience


class CannotRequest(ValueError):
    """It is not the time for that, or something is missing; the message says why and what to do."""


def fastest_pace() -> int:
    """Questions an hour, at most: what the organization may send at all."""
    limits = SendingLimits.objects.first()
    return (limits and limits.organization_hour) or BOUNDS[Limited.ORGANIZATION].usual


def preview(*, member: Membership, audience: str, program: Program, of_import: ConsentImport | None) -> Choice:
    """Who would be asked. Raises CannotRequest; MissingPermission."""
    require(member, Permission.CONSENT_REQUEST)
    if not program.is_active:
        raise CannotRequest(_("This program takes no more opt-ins."))
    if (audience == Audience.WEAK) != (of_import is not None):
        raise CannotRequest(_("Say of which import, and only for an import."))
    return choosing.choose(audience=audience, program=program, of_import=of_import)


def begin(
    *,
    member: Membership,
    audience: str,
    program: Program,
    line: Line,
    an_hour: int,
    of_import: ConsentImport | None = None,
) -> PermissionRequest:
    """Choose now and ask from now on. Raises CannotRequest; MissingPermission."""
    if not line.is_active or line.sends_codes:
        raise CannotRequest(_("This line sends no texts to customers. Choose another."))
    if program.team_id is not None and program.team_id != line.team_id:
        raise CannotRequest(_("The program belongs to another team than the line. Choose one of the same team."))
    if program.brand_id not in (None, brand_of(line)):
        raise CannotRequest(_("The program belongs to another brand than the line. Choose one of the same brand."))
    fastest = fastest_pace()
    if not 1 <= an_hour <= fastest:
        raise CannotRequest(_("Ask between 1 and %(most)d people an hour.") % {"most": fastest})
    choice = preview(member=member, audience=audience, program=program, of_import=of_import)
    if not choice.contacts:
        raise CannotRequest(_("There is nobody to ask."))
    made = PermissionRequest.objects.create(
        made_by=member,
        program=program,
        line=line,
        audience=audience,
        of_import=of_import,
        an_hour=an_hour,
        left_out=dict(choice.left_out),
    )
    for at in range(0, len(choice.contacts), 1_000):
        part = choice.contacts[at : at + 1_000]
        insert_rows([PermissionRequestRow(request=made, contact_id=contact_id) for contact_id in part])
    audit.record(
        event=AuditKind.PERMISSION_REQUEST_BEGUN,
        actor=member,
        object=made,
        people=len(choice.contacts),
        an_hour=an_hour,
    )
    return made


def pause(*, member: Membership, request: PermissionRequest) -> None:
    """Ask nobody more until somebody resumes. Raises CannotRequest; MissingPermission."""
    _move(member, request, State.RUNNING, to=State.PAUSED, event=AuditKind.PERMISSION_REQUEST_PAUSED)


def resume(*, member: Membership, request: PermissionRequest) -> None:
    """Go on where it was paused; one that stopped because too many opted out stays so. Raises CannotRequest."""
    _move(member, request, State.PAUSED, to=State.RUNNING, event=AuditKind.PERMISSION_REQUEST_RESUMED)


def cancel(*, member: Membership, request: PermissionRequest) -> None:
    """Ask nobody more, for good; who was asked may still answer. Raises CannotRequest; MissingPermission."""
    before = (State.RUNNING, State.PAUSED)
    _move(member, request, *before, to=State.CANCELED, event=AuditKind.PERMISSION_REQUEST_CANCELED)


def _move(
    member: Membership, request: PermissionRequest, *before: "PermissionRequest.State", to: str, event: AuditEventKind
) -> None:
    require(member, Permission.CONSENT_REQUEST)
    locked = PermissionRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state not in before:
        raise CannotRequest(_("That is not possible any more. Look at the run as it is now."))
    locked.state = State(to)
    locked.ended_at = timezone.now() if to == State.CANCELED else None
    locked.save(update_fields=["state", "ended_at"])
    audit.record(event=event, actor=member, object=locked)
