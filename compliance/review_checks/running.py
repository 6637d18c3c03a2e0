"""What a member does with a computing over history: begin, pause, go on, end."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import CheckRun
from compliance.review_checks.computing import RULES_VERSION
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from texting.models import Conversation

DAYS = (30, 90, 365)
State = CheckRun.State


class CannotRun(ValueError):
    """It is not the time for that; the message says why and what to do."""


def begin(*, member: Membership, days: int | None) -> CheckRun:
    """Compute anew from now on: all conversations that are over, or those of the last so many `DAYS`.

    Raises CannotRun for a run beside another, for nothing to look at and for other days; MissingPermission.
    """
    require(member, Permission.FINDINGS_DECIDE)
    if days is not None and days not in DAYS:
        raise CannotRun(_("Choose one of the periods."))
    since = timezone.now() - timedelta(days=days) if days else None
    rows = Conversation.objects.filter(status=Conversation.Status.RESOLVED)
    rows = rows.filter(resolved_at__gte=since) if since else rows
    newest = rows.order_by("-id").values_list("pk", flat=True).first()
    if newest is None:
        raise CannotRun(_("No conversation of these days was resolved."))
    try:
        with transaction.atomic():
            made = CheckRun.objects.create(
                made_by=member, since=since, rules_version=RULES_VERSION, last=newest, conversations=rows.count()
            )
    except IntegrityError:
        raise CannotRun(_("One is running already. End it first, or wait.")) from None
    audit.record(event=AuditKind.CHECK_RUN_BEGUN, actor=member, object=made, conversations=made.conversations)
    return made


def pause(*, member: Membership, run: CheckRun) -> None:
    """Look at no more until somebody goes on. Raises CannotRun, MissingPermission."""
    _move(member, run, State.RUNNING, to=State.PAUSED, event=AuditKind.CHECK_RUN_PAUSED)


def resume(*, member: Membership, run: CheckRun) -> None:
    """Go on where it was paused. Raises CannotRun, MissingPermission."""
    _move(member, run, State.PAUSED, to=State.RUNNING, event=AuditKind.CHECK_RUN_RESUMED)


def cancel(*, member: Membership, run: CheckRun) -> None:
    """Look at no more, for good; what was computed stays. Raises CannotRun, MissingPermission."""
    _move(member, run, State.RUNNING, State.PAUSED, to=State.CANCELED, event=AuditKind.CHECK_RUN_CANCELED)


def _move(
    member: Membership, run: CheckRun, *before: CheckRun.State, to: CheckRun.State, event: AuditEventKind
) -> None:
    require(member, Permission.FINDINGS_DECIDE)
    held = CheckRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state not in before:
        raise CannotRun(_("That is not possible any more. Look at it as it is now."))
    held.state = to
    held.ended_at = timezone.now() if to == State.CANCELED else None
    held.save(update_fields=["state", "ended_at"])
    audit.record(event=event, actor=member, object=held, looked_at=held.looked_at)
