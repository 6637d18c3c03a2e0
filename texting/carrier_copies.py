"""The provider forgets what a text said that held what must not be kept, and pictures once they are here.

The wish is stored with the text; a round of the clock asks the provider, again and again with growing pauses where it
could not be asked or the text is still on its way. What a provider refuses for good stays listed with its code.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import CarrierCopy, Line, Message
from texting.providers.base import Credentials, NotAccepted, Provider
from texting.providers.registry import provider_for

log = logging.getLogger("parley.carrier_copies")

State = CarrierCopy.State
_MINUTES = (1, 5, 30, 120, 720, 1440, 1440, 2880, 4320, 10080)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)
"""Until the next try, after the first, second ... one: two weeks in all, since a text may take days to end there."""
_BATCH = 50
_LEASE = timedelta(minutes=5)


def forget(line: Line, message_id: UUID, *, at: datetime) -> None:
    """Want the provider's copy of this text gone; belongs to the running transaction. Twice is once."""
    CarrierCopy.objects.bulk_create(
        [CarrierCopy(line=line, message_id=message_id, due_at=at, wanted_at=at)], ignore_conflicts=True
    )


def ask_providers() -> dict[str, int]:
    """One round through all organizations. Returns how many copies were asked about, and organizations that failed."""
    counts = {"asked": 0, "failed": 0}
    for organization_id in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            with activate(organization_id):
                due = _take()
            _ask_all(organization_id, due)
            counts["asked"] += len(due)
        except Exception as error:  # one organization's trouble is not the others'
            log.error("copies_failed", extra={"organization": str(organization_id), "error": type(error).__name__})
            counts["failed"] += 1
    return counts


def _take() -> list[tuple[UUID, UUID, str]]:
    """(line, copy, the provider's id) of what is due, leased for some minutes."""
    rows = list(
        CarrierCopy.objects.select_for_update(skip_locked=True)
        .filter(due_at__lte=timezone.now())
        .order_by("due_at")[:_BATCH]
    )
    named = dict(
        Message.objects.filter(pk__in=[row.message_id for row in rows]).values_list("pk", "provider_message_id")
    )
    CarrierCopy.objects.filter(pk__in=[row.pk for row in rows]).update(
        due_at=timezone.now() + _LEASE, tries=F("tries") + 1
    )
    return sorted((row.line_id, row.pk, name) for row in rows if (name := named.get(row.message_id)))


def _ask_all(organization_id: UUID, due: Sequence[tuple[UUID, UUID, str]]) -> None:
    for line_id, group in groupby(due, key=lambda one: one[0]):
        copies = [(copy, name) for _, copy, name in group]
        with activate(organization_id):
            line = Line.objects.get(pk=line_id)
            provider = provider_for(line.provider, Credentials.from_json(line.credentials))
        answers = asyncio.run(_redact_all(provider, [name for _, name in copies]))
        with activate(organization_id):
            for (copy, _), refusal in zip(copies, answers, strict=True):
                _record(copy, refusal)


async def _redact_all(provider: Provider, names: Sequence[str]) -> list[NotAccepted | None]:
    async with provider.open_session() as session:

        async def one(name: str) -> NotAccepted | None:
            try:
                await session.redact(name)
            except NotAccepted as refusal:
                return refusal
            return None

        return list(await asyncio.gather(*(one(name) for name in names)))


def _record(copy_id: UUID, refusal: NotAccepted | None) -> None:
    copy = CarrierCopy.objects.select_for_update().get(pk=copy_id)
    now = timezone.now()
    if refusal is None:
        copy.state, copy.due_at, copy.gone_at, copy.code = State.GONE, None, now, ""
        audit.record(event=AuditKind.CARRIER_COPY_GONE, object=copy, text=copy.message_id)
    else:
        copy.code = refusal.provider_code[:20]
        again = refusal.retry and copy.tries <= len(PAUSES)
        copy.due_at = now + PAUSES[copy.tries - 1] if again else None
        if not again:
            copy.state = State.REFUSED
            log.error("copy_stays", extra={"text": str(copy.message_id), "code": copy.code})
    copy.save(update_fields=["state", "due_at", "gone_at", "code"])
