"""What became of an announcement's texts, written down with its recipients."""

from collections.abc import Sequence

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Now, NullIf

from texting.announcements import running
from texting.announcements.policy import CANCELED
from texting.canceling import CODE as TAKEN_BACK_BY_HAND
from texting.models import Announcement, AnnouncementRecipient, Message
from texting.statuses import MessageStatus

RowState = AnnouncementRecipient.State
_LOST = (MessageStatus.FAILED, MessageStatus.UNDELIVERED)


def settle(row: Announcement) -> None:
    """Bring the recipients' states up to those of their texts, in the running transaction."""
    _move(row, (RowState.QUEUED, RowState.FAILED), RowState.SENT, Q(status__in=running.ARRIVED))
    _move(row, (RowState.QUEUED, RowState.SENT), RowState.FAILED, Q(status__in=_LOST))
    by_hand = Q(provider_code__in=[CANCELED, TAKEN_BACK_BY_HAND])
    _move(row, (RowState.QUEUED,), RowState.TAKEN_BACK, Q(status=MessageStatus.CANCELED) & by_hand)
    _move(row, (RowState.QUEUED,), RowState.REFUSED, Q(status=MessageStatus.CANCELED) & ~by_hand)


def _move(
    row: Announcement,
    before: Sequence["AnnouncementRecipient.State"],
    after: "AnnouncementRecipient.State",
    condition: Q,
) -> None:
    texts = Message.objects.filter(condition, announcement=row).order_by()
    why = Coalesce(NullIf("error_kind", Value("")), NullIf("provider_code", Value("")), Value("unknown"))
    recipients = AnnouncementRecipient.objects.filter(announcement=row, state__in=before)
    reason = Message.objects.filter(pk=OuterRef("message_id")).order_by().annotate(why=why).values("why")[:1]
    recipients.filter(message_id__in=texts.values("pk")).update(
        state=after,
        reason=Value("") if after in {RowState.SENT, RowState.TAKEN_BACK} else Subquery(reason),
        moved_at=Now(),
    )
