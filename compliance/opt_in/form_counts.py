"""How many people get how far on a form: one number for each form, day and step, and nothing about whom.

Views are page loads: without cookies two of one person are two. `begun` is a form that was sent, whatever became of it.
"""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from compliance.models import FormCount
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

Step = FormCount.Step
_ADD = """
INSERT INTO compliance_formcount (id, organization_id, form_id, day, step, count) VALUES (%s, %s, %s, %s, %s, 1)
ON CONFLICT (organization_id, form_id, day, step) DO UPDATE SET count = compliance_formcount.count + 1
"""


def count(form_id: UUID, *steps: Step) -> None:
    """Count one more of each step today, by the organization's clock. Call it last: the rows are locked till the end.

    The steps are taken in one order by everybody, so that two transactions cannot wait for each other.
    """
    here = Organization.objects.get(pk=current_organization_id())
    today = timezone.now().astimezone(ZoneInfo(here.time_zone)).date()
    with connection.cursor() as cursor:
        for step in sorted(set(steps)):
            cursor.execute(_ADD, [new_id(), here.pk, form_id, today, step.value])


def by_day(form_id: UUID, *, days: int = 30) -> dict[date, dict[str, int]]:
    """What the form counted on each of the last days, today included, the oldest first; by step."""
    today: date = timezone.localdate()
    found = {today - timedelta(days=ago): dict.fromkeys(Step.values, 0) for ago in reversed(range(days))}
    rows = FormCount.objects.filter(form_id=form_id, day__in=list(found))
    for day, step, number in rows.values_list("day", "step", "count"):
        found[day][step] = number
    return found


def totals(form_ids: list[UUID], *, days: int = 30) -> dict[UUID, dict[str, int]]:
    """What each form counted in the last days, by step; steps nobody took are 0."""
    found: dict[UUID, dict[str, int]] = {pk: dict.fromkeys(Step.values, 0) for pk in form_ids}
    since: date = timezone.localdate() - timedelta(days=days)
    rows = FormCount.objects.filter(form_id__in=form_ids, day__gt=since).values("form_id", "step")
    for row in rows.annotate(total=Sum("count")):
        found[row["form_id"]][row["step"]] = row["total"]
    return found
