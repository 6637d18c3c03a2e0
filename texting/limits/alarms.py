"""Signs of SMS pumping, that is somebody who earns by having us text numbers of theirs.

They look at texts that nobody asked for: to people who have not written first. Numbers that follow one another, many
never texted before, or simply too many in one block of numbers within an hour; codes that nobody uses; texts that reach
nobody. An alarm stops the block for the organization, with the evidence, until an admin lifts it. Answers to customers
who wrote first are never stopped by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tenancy import audit
from tenancy.audit import AuditKind
from texting.limits.bounds import FEWEST_JUDGED, LEAST_SHARE, SEQUENCE, Limited
from texting.limits.standing import Kind, Standing, forget
from texting.models import Contact, LimitChange, Message, SendingCount, SendingStop
from texting.phone_numbers import prefix

Rule = SendingStop.Rule
Evidence = dict[str, int]

LOOKS_BACK = timedelta(hours=3)
TIME_TO_ARRIVE = timedelta(minutes=5)  # for a delivery report or an answer, before silence means anything


@dataclass(frozen=True)
class Window:
    """A count after a text was added to it."""

    kind: Kind
    key: bytes
    begins_at: datetime
    texts: int
    segments: int
    micros: int
    new_contacts: list[UUID]
    last_digits: list[int]


def look(window: Window, here: Standing, contact: Contact, *, bulk: bool) -> None:
    """Stop the block of numbers when what was counted is a sign. A bulk text waits for the next hour instead."""
    run = longest_run(window.last_digits)
    most_new, most = here.rates[Limited.NEW_NUMBERS], here.rates[Limited.PREFIX]
    if run >= SEQUENCE:
        stop(
            contact,
            Rule.SEQUENCE,
            {"in sequence": run, "allowed": SEQUENCE - 1, "new numbers": len(window.last_digits)},
        )
    elif len(window.new_contacts) >= most_new:
        stop(contact, Rule.NEW_NUMBERS, {"new numbers": len(window.new_contacts), "allowed": most_new - 1})
    elif window.texts >= most and not bulk:
        stop(contact, Rule.HOURLY, {"texts": window.texts, "allowed": most - 1})


def longest_run(numbers: Iterable[int]) -> int:
    """How many of the numbers follow one another without a gap, at most."""
    longest = run = 0
    last: int | None = None
    for number in sorted(set(numbers)):
        run = run + 1 if last is not None and number == last + 1 else 1
        longest, last = max(longest, run), number
    return longest


def stop(contact: Contact, rule: Rule, evidence: Evidence) -> None:
    """Stop the contact's block of numbers, once, and tell it in the log."""
    index = bytes(contact.prefix_index or b"")
    if SendingStop.objects.filter(prefix_index=index, lifted_at__isnull=True).exists():
        return
    row = SendingStop(
        rule=rule,
        prefix=prefix(contact.number),
        prefix_index=index,
        region=contact.region,
        evidence=evidence,
        raised_at=timezone.now(),
    )
    SendingStop.objects.bulk_create([row], ignore_conflicts=True)  # two texts may find it in the same instant
    LimitChange.objects.create(what=LimitChange.What.STOPPED, subject=rule)
    audit.record(event=AuditKind.SENDING_STOPPED, object=row, rule=rule.value, evidence=evidence)
    forget()


def watch() -> int:
    """Look whether what was sent to strangers reached anybody, in the active organization. Returns how many stops."""
    recent = SendingCount.objects.filter(kind=Kind.PREFIX, begins_at__gte=timezone.now() - LOOKS_BACK)
    stops = 0
    for row in recent.exclude(new_contacts=[]).values("key", "new_contacts"):
        if len(row["new_contacts"]) >= FEWEST_JUDGED:
            stops += _judge_silence(row["new_contacts"])
    return stops


def _judge_silence(contacts: list[UUID]) -> int:
    """Whether hardly any of these people was reached: neither a delivery report nor an answer."""
    since = timezone.now() - TIME_TO_ARRIVE
    texted = Message.objects.filter(contact_id__in=contacts, direction=Message.Direction.OUT, sent_at__lte=since)
    asked = set(texted.values_list("contact_id", flat=True))
    if len(asked) < FEWEST_JUDGED:
        return 0
    reached_by = Q(direction=Message.Direction.IN) | Q(direction=Message.Direction.OUT, delivered_at__isnull=False)
    reached = Message.objects.filter(reached_by, contact_id__in=asked).values("contact_id").distinct().count()
    if reached >= len(asked) * LEAST_SHARE:
        return 0
    contact = Contact.objects.get(pk=contacts[0])
    if SendingStop.objects.filter(prefix_index=contact.prefix_index, lifted_at__isnull=True).exists():
        return 0
    stop(contact, Rule.SILENCE, {"texted": len(asked), "reached": reached})
    return 1
