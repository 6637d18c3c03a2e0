"""Announcements of tests: who is told, and what the worker and the line do with it."""

from datetime import timedelta
from uuid import UUID

from accounts.models import Membership
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from tests.texting.desk import Desk
from texting import outbox, tagging, threads
from texting.announcements import running, working, writing
from texting.announcements.audiences import Audience
from texting.announcements.writing import Written
from texting.models import Announcement, AnnouncementRecipient, Contact, ContactTag, Message, OutboxEntry, Tag
from texting.phone_numbers import parse
from texting.preparing import prepare
from texting.purposes import Purpose
from texting.statuses import MessageStatus

WORDS = "We are closed on Friday. Back on Monday at 8."


def number(at: int) -> str:
    """The number of customer `at`."""
    return f"+1212555{1000 + at}"


def customers(desk: Desk, *at: int, tag: str = "", agree: bool = True) -> list[Contact]:
    """Contacts, who agreed to everything unless said otherwise."""
    with activate(desk.organization):
        found = [threads.contact_for(parse(number(each))) for each in at]
        for contact in found:
            if agree:
                agree_to_everything(contact)
        if tag:
            label = Tag.objects.filter(name=tag).first() or tagging.add_tag(member=desk.cast.owner, name=tag)
            ContactTag.objects.bulk_create(
                [ContactTag(tag=label, contact=one, created_at=one.created_at) for one in found]
            )
        return found


def write(
    desk: Desk,
    audience: Audience | None = None,
    member: Membership | None = None,
    before: Announcement | None = None,
    **given: object,
) -> Announcement:
    """A draft, or `before` as it is written anew."""
    said = {"name": "Closed on Friday", "line": desk.line, "purpose": Purpose.ALERT, "body": WORDS, **given}
    with activate(desk.organization):
        written = Written(audience=audience or Audience(), **said)
        return writing.write(member=member or desk.cast.owner, written=written, before=before)


def act(desk: Desk, act: object, row: Announcement, member: Membership | None = None) -> None:
    """`running.pause` and the like."""
    with activate(desk.organization):
        act(member=member or desk.cast.owner, row=row)


def work(desk: Desk, row: Announcement, **how: object) -> None:
    """The worker, until nothing is left to do at once."""
    while working.work(desk.organization.pk, row.pk, **how):
        pass


def checked(desk: Desk, audience: Audience | None = None, **given: object) -> Announcement:
    """Written and looked at."""
    row = write(desk, audience, **given)
    act(desk, running.check, row)
    work(desk, row)
    return fresh(desk, row)


def started(desk: Desk, audience: Audience | None = None, **given: object) -> Announcement:
    """Begun, and queued as far as possible."""
    row = checked(desk, audience, **given)
    act(desk, running.start, row)
    work(desk, row)
    return fresh(desk, row)


def rest(desk: Desk, row: Announcement) -> None:
    """The pause after something broke is over."""
    with activate(desk.organization):
        Announcement.objects.filter(pk=row.pk).update(again_at=None)


def fresh(desk: Desk, row: Announcement) -> Announcement:
    """As it is now."""
    with activate(desk.organization):
        return Announcement.objects.get(pk=row.pk)


def states(desk: Desk, row: Announcement) -> dict[str, int]:
    """How many recipients are in which state."""
    with activate(desk.organization):
        found = AnnouncementRecipient.objects.filter(announcement=row).values_list("state", flat=True)
        counted: dict[str, int] = {}
        for state in found:
            counted[state] = counted.get(state, 0) + 1
        return counted


def reasons(desk: Desk, row: Announcement) -> dict[str, str]:
    """Why, by the last four digits."""
    with activate(desk.organization):
        rows = AnnouncementRecipient.objects.filter(announcement=row).exclude(reason="").select_related("contact")
        return {one.contact.number[-4:]: one.reason for one in rows}


def hand_over(desk: Desk, line_id: UUID | None = None) -> int:
    """The line takes what is due, as `texting.delivery` does, from a provider that takes all. Returns how many
    texts of announcements left.
    """
    left = 0
    while claims := _claims(line_id or desk.line.pk):
        for item in prepare(desk.line, claims):
            with activate(desk.organization):
                message = Message.objects.get(pk=item.claim.message_id)
                Message.objects.filter(pk=message.pk).update(
                    status=MessageStatus.DELIVERED, provider_message_id=f"p-{message.pk}"
                )
                outbox.finish(item.claim)
            left += message.announcement_id is not None
    return left


def _claims(line_id: UUID) -> list[outbox.Claim]:
    from django.db import connection

    with connection.cursor() as cursor:  # as if time had passed: paces are tried elsewhere
        cursor.execute("UPDATE texting_linekey SET free_at = now() - interval '1 hour' WHERE line_id = %s", [line_id])
    return outbox.claim(line_id)


def due(desk: Desk) -> int:
    """How many entries could leave now."""
    with activate(desk.organization):
        from django.db.models.functions import Now

        return OutboxEntry.objects.filter(state="ready", due_at__lte=Now() + timedelta(seconds=1)).count()
