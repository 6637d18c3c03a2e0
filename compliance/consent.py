"""Who may be texted about what: the ledger's state for one number, and the only ways to change it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Membership, Team
from compliance.anchoring import anchor
from compliance.consent_expiry import expires_at
from compliance.models import ConsentEvent, ConsentRules, Disclosure, OptIn, Program, Suppression
from compliance.scopes import INFORMATIONAL, MARKETING, REPLY, covers
from tenancy import audit
from tenancy.audit import AuditKind
from texting import outbox, outgoing_webhooks
from texting.models import Contact, Line
from texting.outgoing_webhooks import EventKind

ANSWER_WINDOW = timedelta(minutes=5)  # a confirmation within five minutes is presumed consented: 47 CFR 64.1200(a)(12)
RENEWED_AFTER = timedelta(days=30)  # a permission that ends by itself is not written down anew with each text
_UNPROVED = {ConsentEvent.Quality.VERBAL, ConsentEvent.Quality.WEAK}
_NEVER_LIFTING = {ConsentEvent.Source.FORM, ConsentEvent.Source.IMPORT}
_BY_KIND = {
    ConsentEvent.Kind.REPLY: REPLY,
    ConsentEvent.Kind.EXPRESS: INFORMATIONAL,
    ConsentEvent.Kind.WRITTEN: MARKETING,
    ConsentEvent.Kind.HEALTHCARE: INFORMATIONAL,
}


@dataclass(frozen=True)
class Evidence:
    """What a person did, and where it is written down. `words` of the customer stay in the ledger.

    `program` says what the permission is for and, if it belongs to a team, on whose lines it counts. `circumstances`
    (texts by name, see `ConsentEvent`) are kept sealed. `expires_at` ends the permission sooner than the law does.
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


@dataclass(frozen=True)
class State:
    """The ledger's answer for one number.

    `given`: the permissions that count, the newest first. `event` is the entry that made it so: an opt-out that holds,
    else the newest entry; None when nothing is known. `at_team` narrows it to the lines of one team.
    """

    suppressions: tuple[Suppression, ...]
    entries: tuple[ConsentEvent, ...]  # given and withdrawn, the newest first

    @property
    def suppressed_since(self) -> datetime | None:
        """Since when the number must not be texted, on any line if that differs; None if it may be."""
        return min((suppression.since for suppression in self.suppressions), default=None)

    @property
    def event(self) -> ConsentEvent | None:
        if self.suppressions:
            return min(self.suppressions, key=lambda suppression: suppression.since).event
        return self.entries[0] if self.entries else None

    @property
    def given(self) -> tuple[ConsentEvent, ...]:
        now = timezone.now()
        return tuple(
            entry
            for at, entry in enumerate(self.entries)
            if entry.action == ConsentEvent.Action.GIVEN
            and entry.quality != ConsentEvent.Quality.WEAK
            and (entry.expires_at is None or entry.expires_at > now)
            and not any(_ends(later, entry) for later in self.entries[:at])
        )

    @property
    def weak(self) -> ConsentEvent | None:
        """The newest imported permission that cannot be proved: it permits no text but the question whether it is true.

        CTIA's principles want a record of each opt-in, 16 CFR 310.5(a)(8) the copy of what was agreed to.
        """
        return next(
            (
                entry
                for at, entry in enumerate(self.entries)
                if entry.quality == ConsentEvent.Quality.WEAK
                and entry.action == ConsentEvent.Action.GIVEN
                and not any(_ends(later, entry) for later in self.entries[:at])
            ),
            None,
        )

    @property
    def permitted(self) -> bool:
        """Whether there is any permission that has not been withdrawn and has not ended."""
        return self.suppressed_since is None and bool(self.given)

    @property
    def expired_at(self) -> datetime | None:
        """When the last permission ended by itself, if nothing else is missing."""
        event = self.event
        if self.permitted or self.suppressions or event is None or event.action != ConsentEvent.Action.GIVEN:
            return None
        return event.expires_at

    def permits(self, scope: str) -> ConsentEvent | None:
        """The newest permission that covers a text of that scope (`compliance.scopes`).

        Marketing needs an agreement in writing that can be shown: 47 CFR 64.1200(f)(9).
        """
        if self.suppressed_since is not None:
            return None
        fit = (entry for entry in self.given if covers(entry.scopes, scope))
        if scope == MARKETING:
            fit = (entry for entry in fit if entry.kind == ConsentEvent.Kind.WRITTEN and entry.quality not in _UNPROVED)
        return next(fit, None)

    def at_team(self, team_id: UUID) -> "State":
        """The same for the lines of that team alone."""
        here = (None, team_id)
        return State(
            tuple(suppression for suppression in self.suppressions if suppression.team_id in here),
            tuple(entry for entry in self.entries if entry.team_id in here),
        )


def _ends(withdrawal: ConsentEvent, given: ConsentEvent) -> bool:
    """Whether the later entry ends the earlier permission. One that a team's line heard ends that team's only, and what
    the number has permitted everybody: `at_team` leaves it to that team's lines.
    """
    return withdrawal.action == ConsentEvent.Action.WITHDRAWN and (
        withdrawal.team_id is None or given.team_id in (None, withdrawal.team_id)
    )


def state_of(contact: Contact) -> State:
    """What this contact's number has permitted."""
    return states_of([contact])[contact.pk]


def states_of(contacts: Iterable[Contact]) -> dict[UUID, State]:
    """What the numbers of these contacts have permitted, by contact, in two statements."""
    indexes = {contact.pk: bytes(contact.number_index) for contact in contacts}
    states = states_of_numbers(indexes.values())
    return {pk: states[index] for pk, index in indexes.items()}


def states_of_numbers(indexes: Iterable[bytes]) -> dict[bytes, State]:
    """`states_of` for numbers by their blind index, also those of nobody."""
    wanted = list(set(indexes))
    suppressions: dict[bytes, list[Suppression]] = {index: [] for index in wanted}
    for suppression in Suppression.objects.select_related("event").filter(number_index__in=wanted):
        suppressions[bytes(suppression.number_index)].append(suppression)
    entries: dict[bytes, list[ConsentEvent]] = {index: [] for index in wanted}
    for event in _newest_of_each_sort(wanted):
        entries[bytes(event.number_index)].append(event)
    return {
        index: State(
            tuple(suppressions[index]),
            tuple(sorted(entries[index], key=lambda event: (event.recorded_at, event.pk), reverse=True)),
        )
        for index in wanted
    }


def _newest_of_each_sort(indexes: list[bytes]) -> Iterable[ConsentEvent]:
    """Of all that was given and withdrawn, what can still matter: a number that says START daily has few rows here.

    Nothing that was retracted: it was never true, so what came before it stands.
    """
    said = (ConsentEvent.Action.GIVEN, ConsentEvent.Action.WITHDRAWN)
    sort = ("number_index", "action", "kind", "team_id", "scopes", "quality")
    retracted = ConsentEvent.objects.filter(retracts=OuterRef("pk"))
    events = ConsentEvent.objects.filter(~Exists(retracted), number_index__in=indexes, action__in=said)
    return events.order_by(*sort, "-recorded_at", "-id").distinct(*sort)


def give(contact: Contact, *, kind: ConsentEvent.Kind, evidence: Evidence, line: Line | None = None) -> ConsentEvent:
    """Record a permission and lift a suppression that is older than it.

    It covers what its program says, else what its kind says. Only what the customer did may lift a suppression (the
    caller sees to it), and only what they did since they opted out, however long it took to reach us: a form or a list
    lifts none, not even one that came in the same instant. `line` is where they said it: what ends by team (`withdraw`)
    begins by team.
    """
    event = _write(contact, ConsentEvent.Action.GIVEN, evidence, kind=kind, team=_team_of(line))
    said_at = min(evidence.happened_at or event.recorded_at, event.recorded_at)
    lifted = Suppression.objects.filter(number_index=contact.number_index, since__lte=said_at)
    if event.team_id is not None:
        lifted = lifted.filter(team_id__in=[event.team_id]) | lifted.filter(team=None)
    if evidence.source not in _NEVER_LIFTING:
        lifted.delete()
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
    where they said it: with `ConsentRules.revoke_all` switched off, it ends the texts of that line's team only.
    """
    team = _team_of(line)
    event = _write(contact, ConsentEvent.Action.WITHDRAWN, evidence, team=team)
    Suppression.objects.bulk_create(
        [Suppression(number_index=contact.number_index, event=event, team=team, since=since or event.recorded_at)],
        ignore_conflicts=True,
    )
    asked = OptIn.objects.filter(number_index=contact.number_index, state=OptIn.State.ASKED)
    asked.update(state=OptIn.State.DECLINED, ended_at=timezone.now())
    stopped = outbox.cancel_waiting(contact, team=team)
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


def _team_of(line: Line | None) -> Team | None:
    return line.team if line is not None and not revokes_all() else None


def revokes_all() -> bool:
    """Whether a STOP to one team's line ends the texts of all."""
    rules = ConsentRules.objects.first()
    return rules is None or rules.revoke_all


def note_asked(contact: Contact, *, evidence: Evidence) -> ConsentEvent:
    """Record that this number was asked for permission; permits nothing."""
    return _write(contact, ConsentEvent.Action.ASKED, evidence)


def note_wrote(contact: Contact, state: State, *, evidence: Evidence) -> bool:
    """A customer's own text permits an answer; written down when nothing permits one, or when what does ends by itself
    and is a month old. Returns whether it was.
    """
    if state.suppressions or (state.entries and state.entries[0].action == ConsentEvent.Action.WITHDRAWN):
        return False
    lasting = [entry for entry in state.given if entry.expires_at is None]
    fresh = [entry for entry in state.given if timezone.now() - entry.recorded_at < RENEWED_AFTER]
    if lasting or fresh:
        return False
    give(contact, kind=ConsentEvent.Kind.REPLY, evidence=replace(evidence, act=ConsentEvent.Act.WROTE))
    return True


def ledger_of(contact: Contact, *, most: int) -> list[ConsentEvent]:
    """The newest entries about this contact's number, the newest first; also those from before it was a contact."""
    return ledger_of_number(bytes(contact.number_index), most=most)


def ledger_of_number(index: bytes, *, most: int) -> list[ConsentEvent]:
    """`ledger_of` for a number by its blind index, also when nobody has it any more."""
    entries = ConsentEvent.objects.filter(number_index=index)
    return list(entries.select_related("actor__user", "program", "disclosure").order_by("-recorded_at", "-id")[:most])


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
) -> ConsentEvent:
    event = _entry(contact, action, evidence, kind=kind, team=team)
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
) -> ConsentEvent:
    now = evidence.at or timezone.now()
    program = evidence.program
    ends = [evidence.expires_at, expires_at(region=contact.region, kind=kind, given_at=now) if kind else None]
    return ConsentEvent(
        number_index=contact.number_index,
        action=action,
        kind=kind or "",
        scopes=(program.scopes if program else [_BY_KIND[kind]]) if kind else [],
        program=program,
        team=team or (program.team if program else None),
        source=evidence.source,
        channel=evidence.channel,
        act=evidence.act,
        quality=evidence.quality,
        disclosure=evidence.disclosure,
        language=evidence.language,
        words=evidence.words,
        circumstances=json.dumps(dict(evidence.circumstances), ensure_ascii=False) if evidence.circumstances else "",
        matched=evidence.matched[:60],
        rules_version=evidence.rules_version[:40],
        message_id=evidence.message_id,
        actor=evidence.actor,
        happened_at=evidence.happened_at,
        expires_at=min((moment for moment in ends if moment), default=None),
        recorded_at=now,
    )
