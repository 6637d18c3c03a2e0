"""What a restore brings back of organizations that have ended since: they are ended again, before anybody can come in.

Their keys are gone already (`retention.backups.dead_keys.apply`). The workers delete the rows that came back.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from retention.closing.doors import close_doors, doors, mark_ended
from retention.closing.ending import ESCROW
from retention.models import Closing
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey, Organization


def touched() -> frozenset[str]:
    """Tables of which `end_again` deletes rows, and that of closings."""
    return frozenset({"retention_closing", *(table.name for table in doors())})


def end_again(organizations: Iterable[UUID]) -> int:
    """End those of these that came back; how many. Twice is once."""
    ended = 0
    for organization in _there(organizations):
        with activate(organization):
            ended += _end()
    return ended


def problems(organizations: Iterable[UUID]) -> list[str]:
    """Ways into these that are open, in words for the restore's report."""
    found = []
    for organization in _there(organizations):
        with activate(organization):
            if Organization.objects.filter(pk=organization).exists():
                found.append(f"{organization} has ended, and its row does not say so")
            if members := Membership.objects.filter(organization=organization, is_active=True).count():
                found.append(f"{organization} has ended, and {members} members can sign in")
            with connection.cursor() as cursor:
                for table in doors():
                    cursor.execute(f'SELECT FROM "{table.name}" WHERE {table.owner}', [organization])
                    if cursor.rowcount:
                        found.append(f"{organization} has ended, and {table.name} has {cursor.rowcount} rows of it")
    return found


def _there(organizations: Iterable[UUID]) -> list[UUID]:
    return list(Organization.everyone.filter(pk__in=list(organizations)).order_by("pk").values_list("pk", flat=True))


def _end() -> bool:
    """The active one. Whether it had not ended in the backup."""
    close_doors()
    if not AuditEvent.objects.filter(event=AuditKind.KEY_DESTROYED, object_id=ORGANIZATION_MARK.hex()).exists():
        mark = DataKey(kind="organization", key_id=ORGANIZATION_MARK)
        audit.record(event=AuditKind.KEY_DESTROYED, object=mark)
    closing = Closing.objects.select_for_update(of=("self",)).exclude(state=Closing.State.TAKEN_BACK).first()
    now = timezone.now()
    closing = closing or Closing(asked_at=now)
    is_news = closing.state != Closing.State.ENDED
    if is_news:
        closing.state, closing.ended_at, closing.escrow_until = Closing.State.ENDED, now, now + ESCROW
        closing.ends_at = min(closing.ends_at or now, now)
        closing.save()
        audit.record(event=AuditKind.ORGANIZATION_ENDED, object=closing)
    mark_ended()
    return is_news
