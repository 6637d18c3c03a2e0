"""What waited when a backup was made may have been sent since: it is looked up, never sent blindly."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from texting import progress
from texting.models import Message, OutboxEntry
from texting.statuses import ErrorKind, MessageStatus

_TOGETHER = 500


@dataclass
class Counts:
    """How many texts, of how many organizations."""

    texts: int = 0
    organizations: int = 0


def after_restore(at: datetime, *, dry_run: bool = False) -> Counts:
    """Every text that was queued by `at` (aware) and has not ended becomes unconfirmed and is looked up soon.

    Also one that is unconfirmed already: it may have been settled and sent again since. Run twice it changes nothing.
    """
    counts = Counts()
    for organization_id in list(_waiting(at).order_by().values_list("organization_id", flat=True).distinct()):
        counts.organizations += 1
        if dry_run:
            counts.texts += _waiting(at).filter(organization_id=organization_id).count()
            continue
        done = 0
        while batch := _mark(organization_id, at):
            done += batch
        with activate(organization_id):
            audit.record(event=AuditKind.OUTBOX_RESTORED, texts=done, restored_to=at)
        counts.texts += done
    return counts


def _waiting(at: datetime) -> QuerySet[OutboxEntry]:
    return OutboxEntry.objects.filter(entered_at__lte=at, restored_at__isnull=True)


def _mark(organization_id: UUID, at: datetime) -> int:
    with activate(organization_id):
        rows = _waiting(at).filter(organization_id=organization_id).order_by("message_id")
        ids = list(rows.values_list("message_id", flat=True)[:_TOGETHER])
        # The texts first, then their entries: the same order as everybody who writes down what a provider said.
        messages = list(Message.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
        for message in messages:
            progress.move(message, MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME)
        progress.write(messages)
        return OutboxEntry.objects.filter(message_id__in=ids).update(
            state=OutboxEntry.State.UNCONFIRMED,
            lease_until=None,
            due_at=Now(),
            unconfirmed_since=Now(),
            restored_at=Now(),
        )
