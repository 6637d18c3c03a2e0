"""Gathers a receipt. A fixed number of statements, each over an index of the number or of its contact."""

import json
from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from compliance.ledger import consent
from compliance.ledger.anchoring import COLUMNS, digest_of, named_in_chain, row_of
from compliance.ledger.consent import State
from compliance.models import ConsentEvent, OptIn
from compliance.opt_in.opt_in_confirmations import confirmations
from compliance.receipts import sent
from compliance.receipts.shapes import (
    Anchor,
    Checkpoint,
    Entry,
    Opting,
    Proof,
    Receipt,
    Removed,
    Standing,
    Stop,
    Wording,
)
from compliance.scopes import CATEGORIES, INFORMATIONAL, MARKETING, REPLY
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import blind_index, prefetch, readable
from tenancy.models import AuditCheckpoint, AuditEvent
from texting import queries
from texting.models import Contact, Line
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import BadNumber, parse

MOST_ENTRIES = 1000


class Reason(StrEnum):
    """Why somebody looks; kept in the audit log."""

    CUSTOMER = "customer"
    DISPUTE = "dispute"
    AUTHORITY = "authority"
    CHECK = "check"

    @property
    def label(self) -> str | Promise:
        return _REASONS[self]


_REASONS = {
    Reason.CUSTOMER: gettext_lazy("The customer asks"),
    Reason.DISPUTE: gettext_lazy("A complaint or a dispute"),
    Reason.AUTHORITY: gettext_lazy("A lawyer, a carrier or an authority asks"),
    Reason.CHECK: gettext_lazy("To check our own records"),
}


def make(*, member: Membership, number: str, reason: Reason, form: str) -> Receipt:
    """The receipt of a number as it was typed; that it was made, as which `form`, is recorded.

    Raises MissingPermission; BadNumber for what is no number, and for everything when the member sees numbers masked:
    the digits that are hidden could be guessed.
    """
    require(member, Permission.CONSENT_RECEIPT)
    if not queries.sees_everybody(member):
        raise BadNumber(_("You see numbers masked, so you cannot look one up. Ask a colleague who sees them."))
    found = parse(number, member.organization.country)
    index = blind_index(NUMBER_INDEX, found.e164)
    contact = Contact.objects.filter(number_index=index).first()
    state, chain = consent.states_of_numbers([index])[index], named_in_chain(index)
    entries = _entries(index, chain)
    receipt = Receipt(
        organization=member.organization.name,
        number=found.e164,
        contact=_known(member, contact),
        made_at=timezone.now(),
        made_by=member.user.name,
        reason=reason.value,
        standing=_standing(state),
        stops=_stops(state),
        entries=entries,
        removed=_removed(index, chain, state),
        entries_in_all=ConsentEvent.objects.filter(number_index=index).count(),
        opt_ins=_opt_ins(index),
        checkpoint=_checkpoint(entries),
        **sent.gather(contact),
    )
    audit.record(
        event=AuditKind.CONSENT_RECEIPT_MADE,
        actor=member,
        object=contact,
        reason=reason,
        form=form,
        number_index=index.hex(),
        entries=receipt.entries_in_all,
    )
    return receipt


def _known(member: Membership, contact: Contact | None) -> str:
    if contact is None:
        return "none"
    prefetch([contact])
    return "known" if queries.customer(member, contact).call else "erased"


def _standing(state: State) -> list[Standing]:
    shown = []
    for name, team, brand in _places(state):
        here = state.at(team, brand)
        shown.append(
            Standing(
                team=name,
                stopped_since=here.suppressed_since,
                answers=_id(here.permits(REPLY)),
                marketing=_id(here.permits(MARKETING)),
                informational=_id(here.permits(INFORMATIONAL)),
                categories=[one for one in CATEGORIES if here.permits(f"{INFORMATIONAL}:{one}")],
            )
        )
    return shown


def _places(state: State) -> list[tuple[str, UUID, UUID | None]]:
    """Each team; where something is limited to a brand, each team's lines of each brand."""
    if not state.knows_brands:
        return [(team.name, team.pk, None) for team in Team.objects.order_by("name")]
    lines = Line.objects.order_by("team__name", "campaign__brand__name").distinct()
    found = lines.values_list("team__name", "campaign__brand__name", "team", "campaign__brand")
    return [(f"{team} · {name}" if name else team, pk, brand) for team, name, pk, brand in found]


def _stops(state: State) -> list[Stop]:
    return [
        Stop(" · ".join(each.name for each in (stop.team, stop.brand) if each), stop.since, str(stop.event_id))
        for stop in sorted(state.suppressions, key=lambda one: one.since)
    ]


def _entries(index: bytes, chain: list[AuditEvent]) -> list[Entry]:
    rows = ConsentEvent.objects.filter(number_index=index).select_related(
        "actor__user", "program", "disclosure", "team", "brand", "line"
    )
    newest = list(rows.order_by("-recorded_at", "-id")[:MOST_ENTRIES])
    prefetch(newest)
    anchors = _anchors([row.pk for row in newest], chain)
    return [_entry(row, anchors[row.pk]) for row in newest]


def _removed(index: bytes, chain: list[AuditEvent], state: State) -> list[Removed]:
    """What the chain tells of this number and what is no longer there; a suppression that was lifted is not missed."""
    there = set(ConsentEvent.objects.filter(number_index=index).values_list("pk", flat=True))
    there |= {stop.pk for stop in state.suppressions}
    named: dict[UUID, AuditEvent] = {}
    for event in chain:
        if event.event == AuditKind.CONSENT_LIFTED:
            named.pop(row_of(event.object_id), None)
        else:
            named[row_of(event.object_id)] = event
    return [
        Removed(str(pk), event.event.partition(":")[2], event.at, event.sequence)
        for pk, event in named.items()
        if pk not in there
    ]


def _anchors(wanted: list[UUID], chain: list[AuditEvent]) -> dict[UUID, Anchor]:
    """What the chain says of each entry, in one statement."""
    digests = {
        values["id"]: digest_of(values).hex() for values in ConsentEvent.objects.filter(pk__in=wanted).values(*COLUMNS)
    }
    events = {row_of(event.object_id): event for event in chain if event.event == AuditKind.CONSENT_ENTERED}
    found = {pk: events[pk] for pk in wanted if pk in events}
    prefetch(found.values())
    return {pk: _anchor(digests[pk], found.get(pk)) for pk in wanted}


def _anchor(digest: str, event: AuditEvent | None) -> Anchor:
    if event is None:
        return Anchor(Proof.ABSENT, digest)
    details = readable(event, "details")
    proof = Proof.PLACE_ONLY
    if details is not None:
        proof = Proof.PROVED if json.loads(details)["digest"] == digest else Proof.ALTERED
    return Anchor(proof, digest, event.sequence, bytes(event.hash).hex())


def _entry(row: ConsentEvent, anchor: Anchor) -> Entry:
    circumstances, wording = readable(row, "circumstances"), row.disclosure
    return Entry(
        id=str(row.pk),
        action=row.action,
        title=f"{row.get_action_display()} · {row.get_source_display()}",
        kind=row.kind,
        scopes=list(row.scopes),
        program=row.program.name if row.program else "",
        team=row.team.name if row.team else "",
        brand=row.brand.name if row.brand else "",
        line=row.line.name if row.line else "",
        source=row.source,
        channel=row.channel,
        act=row.act,
        quality=row.quality,
        wording=Wording(str(wording.pk), wording.text, wording.language, bytes(wording.digest).hex())
        if wording
        else None,
        language=row.language,
        words=readable(row, "words"),
        circumstances=None if circumstances is None else json.loads(circumstances or "{}"),
        matched=row.matched,
        rules_version=row.rules_version,
        text_id=str(row.message_id or ""),
        retracts=str(row.retracts_id or ""),
        recorded_by=row.actor.user.name if row.actor else "",
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        expires_at=row.expires_at,
        anchor=anchor,
    )


def _opt_ins(index: bytes) -> list[Opting]:
    rows = list(OptIn.objects.filter(number_index=index).select_related("program").order_by("-began_at")[:MOST_ENTRIES])
    confirmed = confirmations(rows)
    return [
        Opting(
            id=str(row.pk),
            program=row.program.name,
            state=row.state,
            source=row.source,
            began_at=row.began_at,
            ended_at=row.ended_at,
            asked_entry=str(row.asked_id or ""),
            given_entry=str(row.given_id or ""),
            question_text=str(row.question_id or ""),
            confirmation_text=str(row.confirmation_id or ""),
            confirmation=confirmed[row.pk].value if row.pk in confirmed else "",
        )
        for row in rows
    ]


def _checkpoint(entries: list[Entry]) -> Checkpoint | None:
    last = max((entry.anchor.event for entry in entries if entry.anchor.event), default=None)
    if last is None:
        return None
    row = AuditCheckpoint.objects.filter(sequence__gte=last).order_by("sequence").first()
    return Checkpoint(row.sequence, row.at, row.note) if row else None


def _id(event: ConsentEvent | None) -> str:
    return str(event.pk) if event else ""
