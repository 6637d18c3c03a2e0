"""What comes of a template: how often it was sent, and who answered or opted out within a few days of it.

Counted from rows each time: uses name texts by their ids, a text's row outlives its words, and the ledger outlives the
contact. An answer or opt-out may have other reasons; a text that came with another template's counts for both.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from compliance.models import ConsentEvent, MessageTemplate, TemplateUse
from texting.models import Message

WITHIN = timedelta(days=7)
LOOKS_BACK = timedelta(days=90)
MOST = 10_000  # of the newest uses


@dataclass(frozen=True)
class Outcome:
    """Of the last 90 days. `edited`: changed before it was sent. `is_cut`: only the newest `MOST` were counted."""

    used: int
    edited: int
    sent: int
    answered: int
    opted_out: int
    is_cut: bool = False

    @property
    def answered_share(self) -> int:
        """Per cent of those that left."""
        return round(100 * self.answered / self.sent) if self.sent else 0

    @property
    def opted_out_share(self) -> int:
        """Per cent of those that left."""
        return round(100 * self.opted_out / self.sent) if self.sent else 0


def outcome_of(template: MessageTemplate) -> Outcome:
    """What came of all its versions; three statements."""
    since = timezone.now() - LOOKS_BACK
    uses = TemplateUse.objects.filter(version__template=template)
    newest = dict(uses.order_by("-id").values_list("message_id", "change")[: MOST + 1])
    texts = Message.objects.filter(pk__in=list(newest)[:MOST], created_at__gte=since).order_by()
    ids = set(texts.values_list("pk", flat=True))
    after = Q(created_at__gt=OuterRef("created_at"), created_at__lte=OuterRef("created_at") + WITHIN)
    answers = Message.objects.filter(
        after, contact_id=OuterRef("contact_id"), line_id=OuterRef("line_id"), direction=Message.Direction.IN
    )
    recorded = Q(recorded_at__gt=OuterRef("created_at"), recorded_at__lte=OuterRef("created_at") + WITHIN)
    ends = ConsentEvent.objects.filter(
        recorded, number_index=OuterRef("contact__number_index"), action=ConsentEvent.Action.WITHDRAWN
    )
    counts = (
        texts.filter(sent_at__isnull=False)
        .annotate(answered=Exists(answers), ended=Exists(ends))
        .aggregate(sent=Count("pk"), said=Count("pk", filter=Q(answered=True)), gone=Count("pk", filter=Q(ended=True)))
    )
    return Outcome(
        used=len(ids),
        edited=sum(newest[one] == TemplateUse.Change.EDITED for one in ids),
        sent=counts["sent"],
        answered=counts["said"],
        opted_out=counts["gone"],
        is_cut=len(newest) > MOST,
    )
