"""Whether the customer got the confirmation of an opt-in: said by that text, and kept for when it has been purged."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from compliance.models import OptIn
from texting.models import Message
from texting.statuses import MessageStatus

GOT_IT = {MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ}
ON_ITS_WAY = {MessageStatus.HELD, MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCONFIRMED}

LOOKED_FOR = timedelta(days=45)
"""Confirmations are looked for so long after the opt-in; no text is purged sooner than its status is known."""
TAKEN_BACK_WITHIN = timedelta(days=10)
"""A carrier says within days that what it had taken did not arrive."""


class Confirmation(StrEnum):
    """Whether the customer was told that they are subscribed."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


def confirmations(opt_ins: Iterable[OptIn]) -> dict[UUID, Confirmation]:
    """How far the confirmation of each given opt-in is, in one statement."""
    given = [each for each in opt_ins if each.state == OptIn.State.GIVEN]
    sent = Message.objects.filter(pk__in=[each.confirmation_id for each in given if each.confirmation_id])
    statuses = dict(sent.values_list("pk", "status"))
    return {
        each.pk: _confirmation(each, statuses.get(each.confirmation_id or each.pk, each.confirmation_status or None))
        for each in given
    }


def keep_outcomes() -> int:
    """Write down which confirmations of the active organization left, before retention takes them; and no longer of one
    that turned out not to have arrived. Returns how many changed; twice is once.
    """
    now, text = timezone.now(), Message.objects.filter(pk=OuterRef("confirmation_id"))
    given = OptIn.objects.filter(state=OptIn.State.GIVEN, confirmation_id__isnull=False)
    left = text.filter(status__in=GOT_IT)
    fresh = given.filter(Exists(left), confirmed_at=None, ended_at__gt=now - LOOKED_FOR)
    kept = fresh.update(confirmed_at=Subquery(left.values(at=Coalesce("sent_at", "created_at"))[:1]))
    told = given.filter(Exists(text.exclude(status__in=GOT_IT)), began_at__gt=now - TAKEN_BACK_WITHIN)
    return kept + told.filter(confirmed_at__isnull=False).update(confirmed_at=None)


def _confirmation(opt_in: OptIn, status: str | None) -> Confirmation:
    if status in GOT_IT or (status is None and opt_in.confirmed_at is not None):
        return Confirmation.CONFIRMED
    return Confirmation.WAITING if status in ON_ITS_WAY else Confirmation.UNCONFIRMED
