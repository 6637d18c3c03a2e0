"""What the ledger says of a number: who may be texted about what, on whose lines, until when. Only reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from compliance.hours import own_hours
from compliance.models import ConsentEvent, Suppression
from compliance.scopes import EXEMPT, MARKETING, covers
from tenancy.arrays import octets
from tenancy.bulk_reads import read_rows
from texting.models import Campaign, Contact, Line

# Every text that comes in or goes out asks these; Django takes longer to compose them than PostgreSQL to answer.
_SUPPRESSIONS = "SELECT * FROM compliance_suppression WHERE organization_id = %s AND number_index = ANY(%s::bytea[])"
# Of all that was given and withdrawn, what can still matter: a number that says START daily has few rows here.
# Nothing that was retracted: it was never true, so what came before it stands.
# What a customer said, and how it was proved, is read only where somebody looks at it. The keyword of ours that they
# sent (`matched`) stands in the reason of each allowed text: read later it would be a statement for each of many.
_ENTRIES = """
    SELECT DISTINCT ON (number_index, action, kind, team_id, brand_id, scopes, quality)
        id, organization_id, number_index, action, kind, scopes, program_id, team_id, brand_id, line_id, source,
        channel, act, quality, happened_at, expires_at, recorded_at, matched
    FROM compliance_consentevent entry
    WHERE organization_id = %s AND number_index = ANY(%s::bytea[]) AND action IN ('given', 'withdrawn') AND NOT EXISTS (
        SELECT FROM compliance_consentevent later
        WHERE later.organization_id = entry.organization_id AND later.retracts_id = entry.id
    )
    ORDER BY number_index, action, kind, team_id, brand_id, scopes, quality, recorded_at DESC, id DESC
"""

_UNPROVED = {ConsentEvent.Quality.VERBAL, ConsentEvent.Quality.WEAK}


@dataclass(frozen=True)
class State:
    """The ledger's answer for one number.

    `given`: the permissions that count, the newest first. `event` is the entry that made it so: an opt-out that holds,
    else the newest entry; None when nothing is known. `at_line` narrows it to one line.
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

        Marketing needs an agreement in writing that can be shown: 47 CFR 64.1200(f)(9). The exemption for healthcare
        carries its own texts and no answers, and only while the organization relies on it.
        """
        if self.suppressed_since is not None:
            return None
        fit = (entry for entry in self.given if covers(entry.scopes, scope))
        if scope == MARKETING:
            fit = (entry for entry in fit if entry.kind == ConsentEvent.Kind.WRITTEN and entry.quality not in _UNPROVED)
        return next((entry for entry in fit if _holds(entry, scope)), None)

    def at_line(self, line: Line) -> "State":
        """The same for one line: its team's, its brand's, and what holds everywhere. Its brand is asked for only where
        anything about this number is limited to one.
        """
        return self.at(line.team_id, brand_of(line) if self.knows_brands else None)

    @property
    def knows_brands(self) -> bool:
        """Whether anything about this number is limited to a brand."""
        stops = any(stop.brand_id for stop in self.suppressions)
        return stops or any(entry.brand_id for entry in self.entries)

    def at(self, team_id: UUID | None, brand_id: UUID | None = None) -> "State":
        """The same for the lines of that team and that brand; None for what is of no team, or of no brand."""
        return State(
            tuple(stop for stop in self.suppressions if _reaches(stop, team_id, brand_id)),
            tuple(entry for entry in self.entries if _counts(entry, team_id, brand_id)),
        )


def brand_of(line: Line) -> UUID | None:
    """Whose texts leave on this line, as the carriers know it; None for a line without a campaign."""
    return Campaign.objects.values_list("brand_id", flat=True).get(pk=line.campaign_id) if line.campaign_id else None


def _holds(entry: ConsentEvent, scope: str) -> bool:
    if entry.kind != ConsentEvent.Kind.HEALTHCARE:
        return True
    return scope == EXEMPT and own_hours.decided().healthcare


def _counts(entry: ConsentEvent, team_id: UUID | None, brand_id: UUID | None) -> bool:
    """A permission counts where both its limits allow it; a withdrawal wherever one of them reaches."""
    if entry.action == ConsentEvent.Action.WITHDRAWN:
        return _reaches(entry, team_id, brand_id)
    return entry.team_id in (None, team_id) and entry.brand_id in (None, brand_id)


def _reaches(row: ConsentEvent | Suppression, team_id: UUID | None, brand_id: UUID | None) -> bool:
    if row.team_id is None and row.brand_id is None:
        return True
    by_team = row.team_id is not None and row.team_id == team_id
    return by_team or (row.brand_id is not None and row.brand_id == brand_id)


def _ends(withdrawal: ConsentEvent, given: ConsentEvent) -> bool:
    """Whether the later entry ends the earlier permission. One that a line heard ends what is for its team or its
    brand, and what the number has permitted everybody: `at_line` leaves it to those lines.
    """
    if withdrawal.action != ConsentEvent.Action.WITHDRAWN:
        return False
    if withdrawal.team_id is None and withdrawal.brand_id is None:
        return True
    by_team = withdrawal.team_id is not None and given.team_id in (None, withdrawal.team_id)
    return by_team or (withdrawal.brand_id is not None and given.brand_id in (None, withdrawal.brand_id))


def state_of(contact: Contact) -> State:
    """What this contact's number has permitted."""
    return states_of([contact])[contact.pk]


def states_of(contacts: Iterable[Contact]) -> dict[UUID, State]:
    """What the numbers of these contacts have permitted, by contact, in two statements; three where one opted out."""
    indexes = {contact.pk: bytes(contact.number_index) for contact in contacts}
    states = states_of_numbers(indexes.values())
    return {pk: states[index] for pk, index in indexes.items()}


def states_of_numbers(indexes: Iterable[bytes]) -> dict[bytes, State]:
    """`states_of` for numbers by their blind index, also those of nobody."""
    wanted = set(indexes)
    about = [octets(wanted)]
    suppressions: dict[bytes, list[Suppression]] = {index: [] for index in wanted}
    for suppression in _with_their_events(read_rows(Suppression, _SUPPRESSIONS, about)):
        suppressions[bytes(suppression.number_index)].append(suppression)
    entries: dict[bytes, list[ConsentEvent]] = {index: [] for index in wanted}
    for event in read_rows(ConsentEvent, _ENTRIES, about):
        entries[bytes(event.number_index)].append(event)
    return {
        index: State(
            tuple(suppressions[index]),
            tuple(sorted(entries[index], key=lambda event: (event.recorded_at, event.pk), reverse=True)),
        )
        for index in wanted
    }


def _with_their_events(suppressions: list[Suppression]) -> list[Suppression]:
    """Most numbers have none, so their events are a statement of their own instead of a join in all."""
    events = ConsentEvent.objects.in_bulk({stop.event_id for stop in suppressions}) if suppressions else {}
    for stop in suppressions:
        stop.event = events[stop.event_id]
    return suppressions


def ledger_of(contact: Contact, *, most: int) -> list[ConsentEvent]:
    """The newest entries about this contact's number, the newest first; also those from before it was a contact."""
    return ledger_of_number(bytes(contact.number_index), most=most)


def ledger_of_number(index: bytes, *, most: int) -> list[ConsentEvent]:
    """`ledger_of` for a number by its blind index, also when nobody has it any more."""
    entries = ConsentEvent.objects.filter(number_index=index)
    return list(entries.select_related("actor__user", "program", "disclosure").order_by("-recorded_at", "-id")[:most])
