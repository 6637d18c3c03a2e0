"""The clock of announcements, and their doorbell."""

from uuid import UUID

from celery import shared_task

from tenancy.background import each_organization
from tenancy.isolation import current_organization_id
from texting.announcements import working


@shared_task
def work_on_announcement(organization_id: str, announcement_id: str) -> None:
    """A turn at one; what is left rings for another. Losing it leaves it to `sweep_announcements`."""
    if working.work(UUID(organization_id), UUID(announcement_id)):
        work_on_announcement.apply_async(args=(organization_id, announcement_id))


@shared_task
def sweep_announcements() -> int:
    """Ring for each that has something to do: more to queue, outcomes to write down. Returns how many."""
    found: list[tuple[str, str]] = []

    def find() -> int:
        found.extend((str(current_organization_id()), str(pk)) for pk in working.unfinished())
        return 0

    each_organization("find announcements", find)
    for wire in found:
        work_on_announcement.apply_async(args=wire)
    return len(found)
