"""Reading the audit log: one page of it, one row in words, and whether it still is what it was."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import Q, QuerySet

from accounts.models import Membership
from accounts.queries import names_of
from tenancy.audit import AuditKind, kind_of
from tenancy.audit_checkpoints import BadNote, read_note, trusted_keys
from tenancy.encryption import prefetch, readable
from tenancy.isolation import activate
from tenancy.models import AuditCheckpoint, AuditEvent

PAGE = 50
EXPORT_CHUNK = 500


@dataclass(frozen=True)
class Filter:
    """What is looked for; empty fields look for everything. Days are the organization's, both included."""

    actor: UUID | None = None
    event: str = ""
    object_type: str = ""
    object_id: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One event as the page and the export show it. `details` is None when its key has been destroyed."""

    sequence: int
    at: datetime
    actor_id: UUID | None
    actor: str
    event: str
    label: str
    object_type: str
    object_id: str
    address: str
    details: dict[str, Any] | None

    @property
    def object_word(self) -> str:
        """The kind of object in words: `check run`."""
        return object_words(self.object_type)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The details in words: (name, value)."""
        return [(name.replace("_", " ").capitalize(), _in_words(value)) for name, value in (self.details or {}).items()]


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_in_words(entry) for entry in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_in_words(entry)}" for name, entry in value.items()) or "–"
    if value is None or value == "":
        return "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Page:
    """Rows, newest first. `before` leads to older ones (None at the end), `newest` is False when newer ones exist."""

    rows: list[Row]
    before: int | None
    newest: bool


@dataclass(frozen=True)
class ChainState:
    """What the newest checkpoint vouches for. `sound`: its signature is right and the log agrees with it."""

    events: int
    signed_at: datetime | None
    sound: bool
    unsigned: int


def find(member: Membership, wanted: Filter) -> QuerySet[AuditEvent]:
    """The matching events of the active organization, newest first."""
    events = AuditEvent.objects.order_by("-sequence")
    exact = {"actor_id": wanted.actor, "event": wanted.event, "object_type": wanted.object_type}
    exact["object_id"] = wanted.object_id
    events = events.filter(**{name: value for name, value in exact.items() if value})
    zone = ZoneInfo(member.organization.time_zone)
    if wanted.since:
        events = events.filter(at__gte=datetime.combine(wanted.since, time.min, zone))
    if wanted.until:
        events = events.filter(at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, zone))
    if wanted.text:
        events = events.filter(_contains(wanted.text))
    return events


def _contains(text: str) -> Q:
    kinds = [kind.value for kind in AuditKind if text.casefold() in str(kind.label).casefold()]
    return (
        Q(event__in=kinds)
        | Q(event__icontains=text)
        | Q(object_id__icontains=text)
        | Q(object_type__icontains=text)
        | Q(address__startswith=text)
    )


def page(member: Membership, wanted: Filter, *, before: int | None) -> Page:
    """The PAGE newest matching events below the event number `before`."""
    found = find(member, wanted)
    if before is not None:
        found = found.filter(sequence__lt=before)
    events = list(found[: PAGE + 1])
    shown = events[:PAGE]
    return Page(_rows(member, shown), shown[-1].sequence if len(events) > PAGE else None, before is None)


def _rows(member: Membership, events: list[AuditEvent]) -> list[Row]:
    prefetch(events)
    names = names_of(member, {event.actor_id for event in events})
    return [_row(event, names) for event in events]


def _row(event: AuditEvent, names: dict[UUID, str]) -> Row:
    sealed_away = object()
    text: Any = readable(event, "details", sealed_away)  # type: ignore[arg-type]
    details = None if text is sealed_away else json.loads(text) if text else {}
    return Row(
        sequence=event.sequence,
        at=event.at,
        actor_id=event.actor_id,
        actor=names.get(event.actor_id, "") if event.actor_id else "",
        event=event.event,
        label=label_of(event.event),
        object_type=event.object_type,
        object_id=event.object_id,
        address=event.address,
        details=details,
    )


def label_of(event: str) -> str:
    """The words for a kind of event; a kind that this release does not know keeps its own name."""
    return str(kind_of(event).label) if event in AuditKind else event


def object_words(object_type: str) -> str:
    """The kind of an object in words; one that this release does not know keeps the name of its table.

    >>> object_words("compliance.checkrun")
    'check run'
    """
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return object_type.rpartition(".")[2]


def object_types() -> list[str]:
    """The kinds of objects that the active organization's log speaks of."""
    found = AuditEvent.objects.exclude(object_type="").values_list("object_type", flat=True).order_by("object_type")
    return list(found.distinct())


def all_rows(member: Membership, wanted: Filter, *, upto: int) -> Iterator[list[Row]]:
    """Every matching event up to number `upto`, newest first, in chunks, each read in an activation of its own:
    so a slow download holds no transaction open, and ends when the member is deactivated meanwhile.
    """
    before = upto + 1
    while True:
        with activate(member.organization):
            acting = Membership.objects.filter(pk=member.pk, is_active=True, user__is_active=True)
            if not acting.filter(auth_epoch=member.auth_epoch, user__auth_epoch=member.user.auth_epoch).exists():
                return
            events = list(find(member, wanted).filter(sequence__lt=before)[:EXPORT_CHUNK])
            rows = _rows(member, events)
        if not rows:
            return
        yield rows
        before = rows[-1].sequence


def chain_state() -> ChainState:
    """What the newest checkpoint says of the active organization's log. The whole chain is not read here."""
    last = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    stored = AuditCheckpoint.objects.order_by("-sequence").first()
    if stored is None:
        return ChainState(0, None, True, last)
    try:
        note = read_note(stored.note, trusted_keys())
    except BadNote:
        return ChainState(stored.sequence, stored.at, False, last - stored.sequence)
    event = AuditEvent.objects.filter(sequence=note.sequence).first()
    sound = event is not None and bytes(event.hash) == note.hash and note.organization_id == event.organization_id
    return ChainState(note.sequence, note.at, sound, max(0, last - note.sequence))
