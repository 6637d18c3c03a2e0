"""Which opt-ins a conversation rests on, and the texts that confirmed them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from compliance.ledger.consent_state import State
from compliance.models import ConsentEvent, OptIn
from compliance.review_checks.facts import OptInFact, TextFact
from compliance.review_checks.gathered import Gathered, TextRow
from texting.models import Message
from texting.purposes import Purpose

_Action, _Source = ConsentEvent.Action, ConsentEvent.Source
_ANSWERED_FROM, _ANSWERED_TO = timedelta(minutes=1), timedelta(hours=1)
"""Around a START in which our answer to it is looked for: it is written in the same transaction."""


@dataclass(frozen=True)
class OfConversation:
    """What the ledger says at the conversation's end: the opt-ins, and since when the customer writes to us."""

    facts: tuple[OptInFact, ...]
    wrote_at: datetime | None

    def wrote_before(self, ours: TextRow, texts: Iterable[TextRow]) -> bool:
        """Whether the customer had written, here or ever, before this text of ours."""
        here = any(text.inbound and text.created_at <= ours.created_at for text in texts)
        return here or (self.wrote_at is not None and self.wrote_at <= ours.created_at)


def opt_ins_of(found: Collection[Gathered]) -> dict[UUID, OfConversation]:
    """By conversation, in four statements."""
    entries = _entries({one.number_index for one in found})
    rests = {one.id: _rests_on(one, entries[one.number_index]) for one in found}
    events = {event.pk: event for those in rests.values() for event in those}
    opt_ins = {one.given_id: one for one in OptIn.objects.filter(given_id__in=list(events)) if one.given_id}
    texts = _texts([one.confirmation_id for one in opt_ins.values() if one.confirmation_id])
    answers = _answers(found, rests, opt_ins.keys())
    return {
        one.id: OfConversation(
            tuple(_fact(event, one, opt_ins.get(event.pk), texts, answers) for event in rests[one.id]),
            _wrote_at(entries[one.number_index]),
        )
        for one in found
    }


def _entries(numbers: Collection[bytes]) -> dict[bytes, list[ConsentEvent]]:
    """Given and withdrawn, the newest first; without those that were taken back."""
    rows = ConsentEvent.objects.filter(number_index__in=list(numbers)).defer("words", "circumstances")
    every = list(rows.order_by("-recorded_at", "-id"))
    untrue = {entry.retracts_id for entry in every if entry.retracts_id is not None}
    entries: dict[bytes, list[ConsentEvent]] = defaultdict(list)
    for entry in every:
        if entry.action in (_Action.GIVEN, _Action.WITHDRAWN) and entry.pk not in untrue:
            entries[bytes(entry.number_index)].append(entry)
    return entries


def _rests_on(one: Gathered, entries: Sequence[ConsentEvent]) -> list[ConsentEvent]:
    """The opt-ins that fell into the conversation; without any, the newest before that was not withdrawn before it."""
    line, begin, end = one.conversation.line, one.conversation.opened_at, one.ended_at
    brand_id = line.campaign.brand_id if line.campaign else None
    known = [entry for entry in entries if end is None or entry.recorded_at <= end]
    here = State((), tuple(known)).at(line.team_id, brand_id).entries
    within = [entry for entry in here if _is_opt_in(entry) and entry.recorded_at >= begin]
    if within:
        return within
    before = next((entry for entry in here if entry.recorded_at < begin and not _wrote(entry)), None)
    return [before] if before is not None and _is_opt_in(before) else []


def _is_opt_in(entry: ConsentEvent) -> bool:
    return entry.action == _Action.GIVEN and not _wrote(entry)


def _wrote(entry: ConsentEvent) -> bool:
    return entry.action == _Action.GIVEN and entry.kind == ConsentEvent.Kind.REPLY


def _wrote_at(entries: Iterable[ConsentEvent]) -> datetime | None:
    wrote = (min(one.happened_at or one.recorded_at, one.recorded_at) for one in entries if _wrote(one))
    return min(wrote, default=None)


def _texts(ids: Collection[UUID]) -> dict[UUID, TextFact]:
    rows = Message.objects.filter(pk__in=list(ids)).values_list("pk", "status", "sent_at", "held_until") if ids else ()
    return {row[0]: TextFact(*row) for row in rows}


def _answers(
    found: Collection[Gathered], rests: dict[UUID, list[ConsentEvent]], known: Collection[UUID]
) -> dict[UUID, list[tuple[datetime, TextFact]]]:
    """Our answers to START by contact, for opt-ins by a bare keyword; no statement without one."""
    asked = [one for one in found if any(_is_start(each) and each.pk not in known for each in rests[one.id])]
    if not asked:
        return {}
    rows = Message.objects.filter(
        contact_id__in={one.conversation.contact_id for one in asked},
        direction=Message.Direction.OUT,
        purpose=Purpose.OPT_IN_ANSWER,
    )
    answers: dict[UUID, list[tuple[datetime, TextFact]]] = defaultdict(list)
    columns = ("contact_id", "created_at", "pk", "status", "sent_at", "held_until")
    for contact_id, at, *text in rows.order_by("created_at", "id").values_list(*columns):
        answers[contact_id].append((at, TextFact(*text)))
    return answers


def _is_start(event: ConsentEvent) -> bool:
    return event.source == _Source.KEYWORD


def _fact(
    event: ConsentEvent,
    one: Gathered,
    opt_in: OptIn | None,
    texts: dict[UUID, TextFact],
    answers: dict[UUID, list[tuple[datetime, TextFact]]],
) -> OptInFact:
    if opt_in is not None:
        text = texts.get(opt_in.confirmation_id) if opt_in.confirmation_id else None
        return OptInFact(event.pk, event.recorded_at, text, opt_in.confirmed_at)
    at = event.recorded_at
    near = (
        text
        for when, text in answers.get(one.conversation.contact_id, ())
        if -_ANSWERED_FROM < when - at < _ANSWERED_TO
    )
    return OptInFact(event.pk, at, next(near, None), by_carrier=_is_start(event))
