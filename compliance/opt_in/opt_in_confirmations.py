"""Whether the customer got the confirmation of an opt-in: said by that text, and by nothing else."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from compliance.models import OptIn
from texting.models import Message
from texting.statuses import MessageStatus

GOT_IT = {MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ}
ON_ITS_WAY = {MessageStatus.HELD, MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCONFIRMED}


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
    return {each.pk: _confirmation(statuses.get(each.confirmation_id or each.pk)) for each in given}


def _confirmation(status: str | None) -> Confirmation:
    if status in GOT_IT:
        return Confirmation.CONFIRMED
    return Confirmation.WAITING if status in ON_ITS_WAY else Confirmation.UNCONFIRMED
