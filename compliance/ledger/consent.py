"""The consent ledger: the only ways to change it, and what it says of a number (`consent_state`)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Membership, Team
from compliance.ledger import suppressing
from compliance.ledger.anchoring import anchor
from compliance.ledger.consent_expiry import expires_at
from compliance.ledger.consent_state import (
    State,
    brand_of,
    ledger_of,
    ledger_of_number,
    state_of,
    states_of,
    states_of_numbers,
)
from compliance.ledger.coverage import BY_LAW, scopes_of
from compliance.ledger.suppressing import brand_at, revokes_all, team_of
from compliance.ledger.their_zone import time_zone_of
from compliance.models import ConsentEvent, Disclosure, OptIn, Program
from tenancy import audit
from tenancy.audit import AuditKind
from texting import outbox, outgoing_webhooks
from texting.models import Contact, Line
from texting.outgoing_webhooks import EventKind
from texting.scheduled.opting_out import stop_scheduled

__all__ = [
    "ANSWER_WINDOW",
    "RENEWED_AFTER",
    "Evidence",
    "State",
    "brand_of",
    "give",
    "give_all",
    "ledger_of",
    "ledger_of_number",
    "note_asked",
    "note_help",
    "note_wrote",
    "retract_all",
    "revokes_all",
    "state_of",
    "states_of",
    "states_of_numbers",
    "withdraw",
]

ANSWER_WINDOW = timedelta(minutes=5)  # a confirmation within five minutes is presumed consented: 47 CFR 64.1200(a)(12)
RENEWED_AFTER = timedelta(days=30)  # a permission that ends by itself is not written down anew with each text
_NEVER_LIFTING = {ConsentEvent.Source.FORM, ConsentEvent.Source.IMPORT}


@dataclass(frozen=True)
class Evidence:
    """What a person did, and where it is written down. `words` of the customer stay in the ledger.

    `program` says what the permission is for and, if it belongs to a team or a brand, on whose lines it counts.
    `circumstances` (texts by name, see `ConsentEvent`) are kept sealed. `expires_at` ends the permission sooner than
    the law does.
    """

    source: ConsentEvent.Source
    words: str = ""
    matched: str = ""
    rules_version: str = ""
    message_id: UUID | None = None
    actor: Membership | None = None
    channel: str = ""  # of ConsentEvent.Channel, for what a member records
    act: str = ""  # of ConsentEvent.Act
    quality: str = ""  # of ConsentEvent.Quality
    program: Program | None = None
    disclosure: Disclosure | None = None
    language: str = ""
    circumstances: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    happened_at: datetime | None = None
    at: datetime | None = None  # when it is recorded; now, if left out


def give(contact: Contact, *, kind: ConsentEvent.Kind, evidence: Evidence, line: Line | None = None) -> ConsentEvent:
    """Record a permission and lift a suppression that is older than it.

    It covers what its program says, else what its kind says. Only what the customer did may lift a suppression (the
    caller sees to it), and only what they did since they opted out, however long it took to reach us: a form or a list
    lifts none, not even one that came in the same instant, and neither does what follows from the law alone. `line` is
    where they said it: what ends by team (`withdraw`) begins by team.
    """
    event = _write(contact, ConsentEvent.Action.GIVEN, evidence, kind=kind, team=team_of(line), line=line)
    said_at = min(evidence.happened_at or event.recorded_at, event.recorded_at)
    if evidence.source not in _NEVER_LIFTING and kind not in BY_LAW:
        suppressing.lift(event, said_at=said_at, line=line)
    audit.record(
        event=AuditKind.CONSENT_GIVEN,
        actor=evidence.actor,
        object=contact,
        source=evidence.source.value,
        scopes=event.scopes,
    )
    _tell(EventKind.CONTACT_OPTED_IN, contact, evidence)
    return event


def give_all(given: Iterable[tuple[Contact, ConsentEvent.Kind, Evidence]]) -> list[ConsentEvent]:
    """`give` for many, in one statement: it lifts no suppression, and the caller writes the log.

    The caller has locked the contacts and has asked for their states.
    """
    told = list(given)
    events = [_entry(contact, ConsentEvent.Action.GIVEN, evidence, kind=kind) for contact, kind, evidence in told]
    _store(events)
    for contact, _, evidence in told:
        _tell(EventKind.CONTACT_OPTED_IN, contact, evidence)
    return events


def retract_all(events: Iterable[ConsentEvent], *, actor: Membership | None) -> int:
    """Say of entries that they were untrue, so that they count no longer; nobody is kept from being texted by that.

    What was retracted before is left out. Returns how many there were; the caller writes the log.
    """
    now = timezone.now()
    retracted = ConsentEvent.objects.filter(retracts=OuterRef("pk"))
    found = ConsentEvent.objects.filter(~Exists(retracted), pk__in=[event.pk for event in events])
    untrue = [
        ConsentEvent(
            number_index=event.number_index,
            action=ConsentEvent.Action.RETRACTED,
            source=event.source,
            program_id=event.program_id,
            team_id=event.team_id,
            retracts=event,
            actor=actor,
            recorded_at=now,
        )
        for event in found
    ]
    _store(untrue)
    return len(untrue)


def _store(events: list[ConsentEvent]) -> None:
    """In one statement, each named in the audit chain."""
    for event in ConsentEvent.objects.bulk_create(events):
        anchor(event)


def withdraw(
    contact: Contact, *, evidence: Evidence, since: datetime | None = None, line: Line | None = None
) -> ConsentEvent:
    """Record a withdrawal, suppress the number and end every text that waits for it, in the running transaction.

    `since` is when the customer said so, if that was before now: what they write afterwards may lift it. `line` is
    where they said it: with `ConsentRules.revoke_all` switched off, only those of that line's team and brand end.
    """
    team, brand_id = team_of(line), brand_at(line)
    event = _write(contact, ConsentEvent.Action.WITHDRAWN, evidence, team=team, brand_id=brand_id, line=line)
    suppressing.suppress(event, since=since or event.recorded_at)
    asked = OptIn.objects.filter(number_index=contact.number_index, state=OptIn.State.ASKED)
    asked.update(state=OptIn.State.DECLINED, ended_at=timezone.now())
    stopped = outbox.cancel_waiting(contact, team=team, brand_id=brand_id)
    stop_scheduled(contact, team=team, brand_id=brand_id)
    audit.record(
        event=AuditKind.CONSENT_WITHDRAWN,
        actor=evidence.actor,
        object=contact,
        source=evidence.source.value,
        canceled=stopped.canceled,
        in_flight=stopped.in_flight,
    )
    _tell(EventKind.CONTACT_OPTED_OUT, contact, evidence)
    return event


def note_asked(contact: Contact, *, evidence: Evidence) -> ConsentEvent:
    """Record that this number was asked for permission; permits nothing."""
    return _write(contact, ConsentEvent.Action.ASKED, evidence)


def note_wrote(contact: Contact, state: State, *, evidence: Evidence) -> bool:
    """A customer's own text permits an answer; written down when nothing permits one, or when what does ends by itself
    and is a month old. Returns whether it was.
    """
    if state.suppressions or (state.entries and state.entries[0].action == ConsentEvent.Action.WITHDRAWN):
        return False
    answerable = [entry for entry in state.given if entry.kind != ConsentEvent.Kind.HEALTHCARE]
    lasting = [entry for entry in answerable if entry.expires_at is None]
    fresh = [entry for entry in answerable if timezone.now() - entry.recorded_at < RENEWED_AFTER]
    if lasting or fresh:
        return False
    give(contact, kind=ConsentEvent.Kind.REPLY, evidence=replace(evidence, act=ConsentEvent.Act.WROTE))
    return True


def note_help(contact: Contact, *, evidence: Evidence) -> ConsentEvent:
    """Record that the customer asked for help; changes nothing else."""
    return _write(contact, ConsentEvent.Action.HELP, evidence)


def _tell(kind: EventKind, contact: Contact, evidence: Evidence) -> None:
    outgoing_webhooks.publish(kind, {"contact_id": contact.pk, "source": evidence.source.value})


def _write(
    contact: Contact,
    action: ConsentEvent.Action,
    evidence: Evidence,
    *,
    kind: ConsentEvent.Kind | None = None,
    team: Team | None = None,
    brand_id: UUID | None = None,
    line: Line | None = None,
) -> ConsentEvent:
    event = _entry(contact, action, evidence, kind=kind, team=team, brand_id=brand_id, line=line)
    event.save(force_insert=True)
    anchor(event)
    return event


def _entry(
    contact: Contact,
    action: ConsentEvent.Action,
    evidence: Evidence,
    *,
    kind: ConsentEvent.Kind | None = None,
    team: Team | None = None,
    brand_id: UUID | None = None,
    line: Line | None = None,
) -> ConsentEvent:
    now = evidence.at or timezone.now()
    program = evidence.program
    sealed = bool(evidence.circumstances or evidence.words)  # the key of the day is at hand
    circumstances = {**(time_zone_of(contact) if sealed else {}), **evidence.circumstances}
    since = evidence.happened_at or now if kind == ConsentEvent.Kind.PURCHASE else now
    ends = [evidence.expires_at, expires_at(region=contact.region, kind=kind, given_at=since) if kind else None]
    return ConsentEvent(
        number_index=contact.number_index,
        action=action,
        kind=kind or "",
        scopes=scopes_of(kind, program) if kind else [],
        program=program,
        team=team or (program.team if program else None),
        brand_id=brand_id or (program.brand_id if program else None),
        line=line,
        source=evidence.source,
        channel=evidence.channel,
        act=evidence.act,
        quality=evidence.quality,
        disclosure=evidence.disclosure,
        language=evidence.language,
        words=evidence.words,
        circumstances=json.dumps(circumstances, ensure_ascii=False) if circumstances else "",
        matched=evidence.matched[:60],
        rules_version=evidence.rules_version[:40],
        message_id=evidence.message_id,
        actor=evidence.actor,
        happened_at=evidence.happened_at,
        expires_at=min((moment for moment in ends if moment), default=None),
        recorded_at=now,
    )
