"""What was found in a conversation's texts, which of it was escalated, and what should have been."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q

from compliance.intents import classify
from compliance.models import Escalation, EscalationEvent, Finding
from compliance.review_checks.facts import EscalationFact, GrayText
from compliance.review_checks.gathered import Gathered, TextRow, words_of
from compliance.words import keywords
from compliance.words.wrong_number import says_wrong_number

_CAME_UP = (EscalationEvent.Kind.OPENED, EscalationEvent.Kind.TRIGGERED)
_STANDS_ALONE = frozenset({"opt_out", "start", "help"})


@dataclass(frozen=True)
class FoundRow:
    """A likely or sure finding of a text that came in, or that was sent."""

    id: UUID
    conversation_id: UUID
    message_id: UUID
    outbound: bool
    sure: bool
    removed: bool
    judged_wrong: bool


@dataclass(frozen=True)
class Escalated:
    """The escalations about one conversation, the texts they name, and until when each was open (None: still)."""

    facts: tuple[EscalationFact, ...]
    named: frozenset[UUID]
    open_until: tuple[datetime | None, ...]

    def covers(self, text: TextRow) -> bool:
        """Whether somebody had it in hand, or took it in hand later: a colleague may have escalated it by hand."""
        return text.id in self.named or any(end is None or end >= text.created_at for end in self.open_until)


@dataclass(frozen=True)
class _Row:
    """An escalation; `came_up`: the texts it came up in, with when, None for a colleague's button."""

    escalation: Escalation
    came_up: list[tuple[UUID | None, datetime]]

    def texts_of(self, one: Gathered) -> frozenset[UUID]:
        mine = {text.id for text in one.texts}
        return frozenset(text for text, _at in self.came_up if text is not None and text in mine)

    def is_about(self, one: Gathered) -> bool:
        """By its texts; by the moment of a button; or because it stands there now."""
        if self.escalation.conversation_id == one.id or self.texts_of(one):
            return True
        return any(text is None and _within(one, at) for text, at in self.came_up)


def findings_of(found: Collection[Gathered]) -> dict[UUID, list[FoundRow]]:
    """By conversation. Those of a text that was refused are left out: nothing of it was shared."""
    sent = ExpressionWrapper(Q(because__isnull=False), output_field=BooleanField())
    rows = Finding.objects.filter(conversation_id__in=[one.id for one in found]).annotate(was_sent=sent)
    rows = rows.exclude(confidence=Finding.Confidence.LOW).order_by("id")
    columns = ("id", "conversation_id", "message_id", "direction", "confidence", "was_removed", "verdict", "was_sent")
    by_conversation: dict[UUID, list[FoundRow]] = defaultdict(list)
    for pk, of, text, way, sure, removed, verdict, was_sent in rows.values_list(*columns):
        outbound = way == Finding.Direction.OUT
        if was_sent or not outbound:
            is_sure, wrong = sure == Finding.Confidence.HIGH, verdict == Finding.Verdict.WRONG
            by_conversation[of].append(FoundRow(pk, of, text, outbound, is_sure, removed, wrong))
    return by_conversation


def escalations_of(found: Collection[Gathered]) -> dict[UUID, Escalated]:
    """By conversation, in two statements."""
    contacts = {one.conversation.contact_id for one in found}
    rows = {row.pk: row for row in Escalation.objects.filter(contact_id__in=contacts).defer("outcome").order_by("id")}
    came_up: dict[UUID, list[tuple[UUID | None, datetime]]] = defaultdict(list)
    events = EscalationEvent.objects.filter(escalation_id__in=list(rows), kind__in=_CAME_UP) if rows else None
    for escalation_id, message_id, at in events.values_list("escalation_id", "message_id", "at") if events else ():
        came_up[escalation_id].append((message_id, at))
    by_thread: dict[tuple[UUID, UUID], list[_Row]] = defaultdict(list)
    for row in rows.values():
        by_thread[row.contact_id, row.line_id].append(_Row(row, came_up[row.pk]))
    return {one.id: _escalated(one, by_thread) for one in found}


def _escalated(one: Gathered, by_thread: Mapping[tuple[UUID, UUID], list[_Row]]) -> Escalated:
    thread = by_thread.get((one.conversation.contact_id, one.conversation.line_id), [])
    about = [row for row in thread if row.is_about(one)]
    named = frozenset[UUID]().union(*(row.texts_of(one) for row in about))
    return Escalated(
        tuple(_fact(row.escalation) for row in about), named, tuple(row.escalation.closed_at for row in about)
    )


def _fact(row: Escalation) -> EscalationFact:
    is_open, late = row.state == Escalation.State.OPEN, row.breached_at is not None
    reached = row.contacted_at is not None
    return EscalationFact(row.pk, is_open, row.outcome_channel, late and not (is_open and reached))


def _within(one: Gathered, at: datetime) -> bool:
    return one.conversation.opened_at <= at and (one.ended_at is None or at <= one.ended_at)


def gray_texts(
    found: Iterable[Gathered], findings: Mapping[UUID, list[FoundRow]], escalated: Mapping[UUID, Escalated]
) -> tuple[dict[UUID, tuple[GrayText, ...]], dict[UUID, int]]:
    """By conversation: customers' texts that nobody escalated and that belong elsewhere; and how many cannot be read.

    A text counts by a sure finding that nobody judged wrong, and by what the intent model says of it today.
    """
    asked = {
        one.id: [text for text in one.texts if text.inbound and not escalated[one.id].covers(text)] for one in found
    }
    words = words_of([text.id for texts in asked.values() for text in texts])
    gray, unread = {}, {}
    for pk, texts in asked.items():
        sure = {each.message_id: each.id for each in findings[pk] if _counts(each)}
        said = {text.id: words.get(text.id) for text in texts}
        grays = [text.id for text in texts if text.id in sure or _wants_another_channel(said[text.id] or "")]
        gray[pk] = tuple(GrayText(text, sure.get(text)) for text in grays)
        unread[pk] = sum(body is None and text not in sure for text, body in said.items())
    return gray, unread


def _counts(one: FoundRow) -> bool:
    return not one.outbound and one.sure and not one.judged_wrong


def _wants_another_channel(body: str) -> bool:
    """As it is when a text arrives: an opt-out wins over it, and a wrong number is asked about elsewhere (DOMAIN 6)."""
    intents = classify(body)
    if not intents or keywords.classify(body, opted_out=False).action in _STANDS_ALONE:
        return False
    only_confused = all(intent.name == "CONSENT_CONFUSION" for intent in intents)
    return not (only_confused and says_wrong_number(body, name=""))
