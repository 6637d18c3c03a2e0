"""Mails about actions that are due: once when the day is near, once when it is over."""

from datetime import date, timedelta

from accounts.mail import MailKind
from compliance.actions.owners import tell_owner
from compliance.actions.states import TO_DO, note
from compliance.actions.windows import today
from compliance.models import Action, ActionEvent
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

TOLD_BEFORE = timedelta(days=3)


def remind() -> int:
    """In the active organization, in the running transaction. Returns how many actions; twice is once."""
    day = today(Organization.objects.get(pk=current_organization_id()).time_zone)
    near = Action.objects.filter(state__in=TO_DO, due_on__lte=day + TOLD_BEFORE).order_by("due_on", "pk")
    told = 0
    for action in near.select_for_update(skip_locked=True, of=("self",)):
        stage = _stage(action, day)
        if action.told_for is not None and action.told_for >= stage:
            continue
        action.told_for = stage
        action.save(update_fields=["told_for"])
        tell_owner(action, MailKind.ACTION_DUE)
        note(action, ActionEvent.Kind.REMINDED, None, {"due_on": str(action.due_on)})
        told += 1
    return told


def _stage(action: Action, day: date) -> date:
    """The due day, or the one after it once it is over."""
    return action.due_on + timedelta(days=1) if action.due_on < day else action.due_on
