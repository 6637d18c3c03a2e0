"""How much a hold covers, before it is placed and while it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from django.db.models import Count
from django.db.models.functions import TruncDate

from retention.holds.freezing import BY_MODEL, covered_by
from retention.models import HoldScope
from tenancy.encryption import keyring
from tenancy.encryption.key_sources import day_scope
from tenancy.isolation import current_organization_id
from tenancy.models.data_key import DataKey
from texting.models import Message

_COUNTED = {
    "contacts": "texting.Contact",
    "conversations": "texting.Conversation",
    "texts": "texting.Message",
    "notes": "texting.Note",
    "files": "texting.Attachment",
    "answers": "portal.SecureReply",
    "payments": "portal.PaymentRequest",
    "findings": "compliance.Finding",
}


@dataclass(frozen=True)
class Covers:
    """Counts of what is covered. `gone`: texts among `texts` whose words were destroyed, which nothing brings back."""

    contacts: int
    conversations: int
    texts: int
    notes: int
    files: int
    answers: int
    payments: int
    findings: int
    gone: int

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing yet that it would keep."""
        return not any((self.contacts, self.conversations, self.texts))


def covers(scopes: Sequence[HoldScope]) -> Covers:
    """What these scopes cover now."""
    counts = {}
    for name, model in _COUNTED.items():
        subject = BY_MODEL[model]
        condition = covered_by(list(scopes), subject)
        counts[name] = subject.rows.filter(condition).count() if condition is not None else 0
    return Covers(**counts, gone=_gone(scopes))


def _gone(scopes: Sequence[HoldScope]) -> int:
    """Texts whose words have ended, or whose day's key or contact's key is no more."""
    condition = covered_by(list(scopes), BY_MODEL["texting.Message"])
    if condition is None:
        return 0
    ended = Message.objects.filter(condition, ended_at__isnull=False).count()
    rows = Message.objects.filter(condition, ended_at=None).annotate(day=TruncDate("created_at", tzinfo=UTC)).order_by()
    days: dict[date, int] = dict(rows.values("day").annotate(number=Count("pk")).values_list("day", "number"))
    lost = _without_key("body", [day_scope(day) for day in days])
    gone_days = {day for day in days if day_scope(day) in lost}
    kept = rows.exclude(day__in=gone_days).values("contact_id").annotate(number=Count("pk"))
    people = {str(contact_id): number for contact_id, number in kept.values_list("contact_id", "number")}
    gone_people = _without_key("contact", list(people))
    return ended + sum(days[day] for day in gone_days) + sum(people[one] for one in gone_people)


def _without_key(kind: str, scopes: list[str]) -> set[str]:
    organization = current_organization_id()
    with keyring.keys_of(organization):
        there = DataKey.objects.filter(organization_id=organization, kind=kind, scope__in=scopes)
        return set(scopes) - set(there.values_list("scope", flat=True))
