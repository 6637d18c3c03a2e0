"""The clock of automations, and their doorbell."""

from uuid import UUID

from celery import shared_task
from django.db.models.functions import Now

from compliance.automations import dating, forgetting, trying, working
from compliance.models import AutomationTrial, AutomationTrigger
from tenancy.background import each_organization
from tenancy.isolation import current_organization_id


@shared_task
def work_on_automations(organization_id: str) -> None:
    """A turn for one organization; what is left rings for another. Losing it leaves it to `sweep_automations`."""
    if working.work(UUID(organization_id)):
        work_on_automations.apply_async(args=(organization_id,))


@shared_task
def try_automation(organization_id: str, trial_id: str) -> None:
    """A turn at one trial; what is left rings for another. Losing it leaves it to `sweep_automations`."""
    if trying.work(UUID(organization_id), UUID(trial_id)):
        try_automation.apply_async(args=(organization_id, trial_id))


@shared_task
def sweep_automations() -> int:
    """Plan dates; ring for each organization with something due, and for each trial. Returns for how many the first."""
    each_organization("plan what dates of contacts set off", dating.plan, until_nothing_left=True)
    found: list[str] = []
    trials: list[tuple[str, str]] = []

    def find() -> int:
        unfinished = AutomationTrial.objects.filter(done_at=None).values_list("pk", flat=True)
        trials.extend((str(current_organization_id()), str(pk)) for pk in unfinished)
        if AutomationTrigger.objects.filter(done_at=None, look_at__lte=Now()).exists():
            found.append(str(current_organization_id()))
        return 0

    each_organization("find automations", find)
    for organization_id in found:
        work_on_automations.apply_async(args=(organization_id,))
    for wire in trials:
        try_automation.apply_async(args=wire)
    return len(found)


@shared_task
def forget_automation_runs() -> dict[str, int]:
    """End what the log has kept long enough, in every organization."""
    counts = each_organization("forget automation runs", forgetting.forget, until_nothing_left=True)
    return {"forgotten": counts.items, "failed": counts.failed}
