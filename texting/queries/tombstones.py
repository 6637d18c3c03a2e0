"""What a thread shows in place of a text whose words have ended: who, when, why, and the carrier's copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from tenancy.encryption import prefetch
from texting.models import CarrierCopy, EndedAs, Message, Redaction
from texting.queries.seeing import ended_words, wording

_State = CarrierCopy.State


@dataclass(frozen=True)
class Tombstone:
    """One or two sentences. `is_deleted`: nothing is shown of the text but that there was one."""

    sentence: str
    at_carrier: str
    is_deleted: bool


def tombstones(member: Membership, messages: Sequence[Message]) -> dict[UUID, Tombstone]:
    """For those of these texts whose words have ended, by id; no statement where none has, two where some have."""
    ended = [message for message in messages if message.ended_at is not None]
    if not ended:
        return {}
    ids = [message.pk for message in ended]
    by_hand = {
        row.message_id: row for row in Redaction.objects.filter(message_id__in=ids).select_related("member__user")
    }
    prefetch(by_hand.values())
    copies = {copy.message_id: copy for copy in CarrierCopy.objects.filter(message_id__in=ids)}
    return {
        message.pk: Tombstone(
            sentence=_sentence(member, message, by_hand.get(message.pk)),
            at_carrier=_at_carrier(copies.get(message.pk)),
            is_deleted=message.ended_as == EndedAs.DELETED,
        )
        for message in ended
    }


def _sentence(member: Membership, message: Message, row: Redaction | None) -> str:
    at = message.ended_at or timezone.now()
    words = {"day": date_format(timezone.localtime(at), "j M Y")}
    if message.ended_as == EndedAs.RETENTION:
        return _("Removed by the retention rule on %(day)s") % words
    if message.ended_as == EndedAs.ERASED:
        return _("Erased at the customer's request on %(day)s") % words
    if row is None:
        return ended_words(message)
    words |= {"who": row.member.user.name, "why": _why(member, row)}
    if row.deletes:
        return _("Text deleted by %(who)s on %(day)s: %(why)s") % words
    return _("Words removed by %(who)s on %(day)s: %(why)s") % words


def _why(member: Membership, row: Redaction) -> str:
    label = str(Redaction.Reason(row.reason).label)
    label = label[:1].lower() + label[1:]
    own = wording(member, row, "words")
    if row.reason == Redaction.Reason.OTHER:
        return own or label
    return f"{label} ({own})" if own else label


def _at_carrier(copy: CarrierCopy | None) -> str:
    if copy is None:
        return ""
    if copy.state == _State.WAITING:
        return _("The carrier is being asked to remove its copy.")
    if copy.state == _State.REFUSED:
        return _("The carrier does not remove its copy.")
    return _("The carrier deleted its copy.") if copy.state == _State.DELETED else _("The carrier removed its copy.")
