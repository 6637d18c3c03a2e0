"""What comes of a template: how often it was sent, and who answered or opted out within a few days of it.

Counted from rows each time: uses name texts by their ids, a text's row outlives its words, and the ledger outlives the
contact. An answer or opt-out may have other reasons; a text that came with another template's counts for both.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.models import ConsentEvent, MessageTemplate, TemplateUse
from compliance.work.whose import offered
from texting.models import Message
from texting.statuses import MessageStatus

WITHIN = timedelta(days=7)
LOOKS_BACK = timedelta(days=90)
MOST = 10_000  # of the newest uses


@dataclass(frozen=True)
class Outcome:
    """Of the last 90 days. `edited`: changed before it was sent. `is_cut`: only the newest `MOST` were counted.

    `sent`: those that left; `delivered`: whose carrier said so. `languages`: the same by language, of a whole one.
    """

    used: int
    edited: int
    sent: int
    delivered: int
    answered: int
    opted_out: int
    is_cut: bool = False
    languages: tuple[tuple[str, "Outcome"], ...] = ()

    @property
    def answered_share(self) -> int:
        """Per cent of those that left."""
        return round(100 * self.answered / self.sent) if self.sent else 0

    @property
    def delivered_share(self) -> int:
        """Per cent of those that left."""
        return round(100 * self.delivered / self.sent) if self.sent else 0

    @property
    def opted_out_share(self) -> int:
        """Per cent of those that left."""
        return round(100 * self.opted_out / self.sent) if self.sent else 0


def outcome_of(template: MessageTemplate) -> Outcome:
    """What came of all its versions, whole and by language; two statements and one for each language used."""
    since = timezone.now() - LOOKS_BACK
    uses = TemplateUse.objects.filter(version__template=template).order_by("-id")
    newest = list(uses.values_list("message_id", "change", "language")[: MOST + 1])
    texts = Message.objects.filter(pk__in=[pk for pk, _change, _language in newest[:MOST]], created_at__gte=since)
    ids = set(texts.order_by().values_list("pk", flat=True))
    parts: dict[str, dict[UUID, str]] = {}
    for pk, change, language in newest:
        if pk in ids:
            parts.setdefault(language, {})[pk] = change
    found = tuple(
        (language, _of(parts[language], sum(_counts(parts[language]).values(), Counter())))
        for language in sorted(parts)
    )
    told = [one for _language, one in found]
    return Outcome(
        used=sum(one.used for one in told),
        edited=sum(one.edited for one in told),
        sent=sum(one.sent for one in told),
        delivered=sum(one.delivered for one in told),
        answered=sum(one.answered for one in told),
        opted_out=sum(one.opted_out for one in told),
        is_cut=len(newest) > MOST,
        languages=found,
    )


def by_colleague(template: MessageTemplate, reader: Membership) -> list[tuple[str, Outcome]]:
    """The same by who sent it, the most used first, as far as the reader sees colleagues' figures.

    As in reports (`work.whose`): of lines where they read everything, everybody's; elsewhere, and with `reports:work`
    alone, their own. "" is a program.
    """
    if not reader.may(Permission.REPORTS_READ) and not reader.may(Permission.REPORTS_WORK):
        return []
    uses = TemplateUse.objects.filter(version__template=template).order_by("-id")
    newest = dict(uses.values_list("message_id", "change")[:MOST])
    texts = Message.objects.filter(pk__in=list(newest), created_at__gte=timezone.now() - LOOKS_BACK)
    whose = offered(reader).whose()
    texts = texts.filter(Q(line_id__in=whose.whole) | Q(line_id__in=whose.own, author=reader))
    people: dict[UUID | None, UUID | None] = {}  # a program, whatever it is called, is nobody
    names: dict[UUID | None, str] = {}
    parts: dict[UUID | None, dict[UUID, str]] = {}
    columns = ("pk", "author_id", "author__is_machine", "author__user__name")
    for pk, author, is_machine, name in texts.order_by().values_list(*columns):
        one = people[author] = None if is_machine else author
        names[one] = name if one else ""
        parts.setdefault(one, {})[pk] = newest[pk]
    counts: dict[UUID | None, Counter[str]] = {one: Counter() for one in parts}
    for author, counted in _counts({pk for part in parts.values() for pk in part}).items():
        counts[people[author]] += counted
    found = [(names[one], _of(part, counts[one])) for one, part in parts.items()]
    return sorted(found, key=lambda one: (-one[1].used, one[0].casefold()))


def _counts(texts: Iterable[UUID]) -> dict[UUID | None, Counter[str]]:
    """What came of these texts, by who sent them; one statement."""
    after = Q(created_at__gt=OuterRef("created_at"), created_at__lte=OuterRef("created_at") + WITHIN)
    answers = Message.objects.filter(
        after, contact_id=OuterRef("contact_id"), line_id=OuterRef("line_id"), direction=Message.Direction.IN
    )
    recorded = Q(recorded_at__gt=OuterRef("created_at"), recorded_at__lte=OuterRef("created_at") + WITHIN)
    ends = ConsentEvent.objects.filter(
        recorded, number_index=OuterRef("contact__number_index"), action=ConsentEvent.Action.WITHDRAWN
    )
    rows = (
        Message.objects.filter(pk__in=list(texts), sent_at__isnull=False)
        .order_by()
        .annotate(answered=Exists(answers), ended=Exists(ends))
        .values("author_id")
        .annotate(
            sent=Count("pk"),
            came=Count("pk", filter=Q(status__in=[MessageStatus.DELIVERED, MessageStatus.READ])),
            said=Count("pk", filter=Q(answered=True)),
            gone=Count("pk", filter=Q(ended=True)),
        )
    )
    names = ("sent", "came", "said", "gone")
    return {
        author: Counter(dict(zip(names, counted, strict=True)))
        for author, *counted in rows.values_list("author_id", *names)
    }


def _of(uses: Mapping[UUID, str], counts: Mapping[str, int]) -> Outcome:
    """Of these texts, by id, with how each was changed, and what `_counts` says of them."""
    return Outcome(
        used=len(uses),
        edited=sum(change == TemplateUse.Change.EDITED for change in uses.values()),
        sent=counts["sent"],
        delivered=counts["came"],
        answered=counts["said"],
        opted_out=counts["gone"],
    )
