"""Who may be texted: the ledger's state for one number, and the only ways to change it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from compliance.models import ConsentEvent, Suppression
from tenancy import audit
from tenancy.audit import AuditKind
from texting import outbox, outgoing_webhooks
from texting.models import Contact
from texting.outgoing_webhooks import EventKind

ANSWER_WINDOW = timedelta(minutes=5)  # a confirmation within five minutes is presumed consented: 47 CFR 64.1200(a)(12)


@dataclass(frozen=True)
class Evidence:
    """What a person did, and where it is written down. `words` of the customer stay in the ledger."""

    source: ConsentEvent.Source
    words: str = ""
    matched: str = ""
    rules_version: str = ""
    message_id: UUID | None = None
    actor: Membership | None = None
    channel: str = ""  # of ConsentEvent.Channel, for what a member records
    happened_at: datetime | None = None
    at: datetime | None = None  # when it is recorded; now, if left out


@dataclass(frozen=True)
class State:
    """The ledger's answer for one number. `event` is the entry that made it so, None when nothing is known."""

    suppressed_since: datetime | None
    event: ConsentEvent | None

    @property
    def permitted(self) -> bool:
        """Whether there is a permission that has not been withdrawn."""
        given = self.event is not None and self.event.action == ConsentEvent.Action.GIVEN
        return given and self.suppressed_since is None


def state_of(contact: Contact) -> State:
    """What this contact's number has permitted."""
    return states_of([contact])[contact.pk]


def states_of(contacts: Iterable[Contact]) -> dict[UUID, State]:
    """What the numbers of these contacts have permitted, by contact, in two statements."""
    indexes = {contact.pk: bytes(contact.number_index) for contact in contacts}
    wanted = list(set(indexes.values()))
    suppressed = {
        bytes(suppression.number_index): suppression
        for suppression in Suppression.objects.select_related("event").filter(number_index__in=wanted)
    }
    events = ConsentEvent.objects.filter(number_index__in=wanted).exclude(action=ConsentEvent.Action.HELP)
    latest = {
        bytes(event.number_index): event
        for event in events.order_by("number_index", "-recorded_at", "-id").distinct("number_index")
    }
    return {
        pk: State(suppressed[index].since, suppressed[index].event)
        if index in suppressed
        else State(None, latest.get(index))
        for pk, index in indexes.items()
    }


def give(contact: Contact, *, kind: ConsentEvent.Kind, evidence: Evidence) -> ConsentEvent:
    """Record a permission and lift a suppression that is older than it.

    Only what the customer did may lift one (the caller sees to it), and only what they did since they opted out.
    """
    event = _write(contact, ConsentEvent.Action.GIVEN, evidence, kind=kind)
    Suppression.objects.filter(number_index=contact.number_index, since__lte=event.recorded_at).delete()
    audit.record(event=AuditKind.CONSENT_GIVEN, actor=evidence.actor, object=contact, source=evidence.source.value)
    _tell(EventKind.CONTACT_OPTED_IN, contact, evidence)
    return event


def withdraw(contact: Contact, *, evidence: Evidence, since: datetime | None = None) -> ConsentEvent:
    """Record a withdrawal, suppress the number and end every text that waits for it, in the running transaction.

    `since` is when the customer said so, if that was before now: what they write afterwards may lift it.
    """
    event = _write(contact, ConsentEvent.Action.WITHDRAWN, evidence)
    Suppression.objects.bulk_create(
        [Suppression(number_index=contact.number_index, event=event, since=since or event.recorded_at)],
        ignore_conflicts=True,
    )
    stopped = outbox.cancel_waiting(contact)
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


def ledger_of(contact: Contact, *, most: int) -> list[ConsentEvent]:
    """The newest entries about this contact's number, the newest first; also those from before it was a contact."""
    entries = ConsentEvent.objects.filter(number_index=contact.number_index).select_related("actor__user")
    return list(entries.order_by("-recorded_at", "-id")[:most])


def note_help(contact: Contact, *, evidence: Evidence) -> ConsentEvent:
    """Record that the customer asked for help; changes nothing else."""
    return _write(contact, ConsentEvent.Action.HELP, evidence)


def _tell(kind: EventKind, contact: Contact, evidence: Evidence) -> None:
    outgoing_webhooks.publish(kind, {"contact_id": contact.pk, "source": evidence.source.value})


def _write(
    contact: Contact, action: ConsentEvent.Action, evidence: Evidence, *, kind: ConsentEvent.Kind | None = None
) -> ConsentEvent:
    return ConsentEvent.objects.create(
        number_index=contact.number_index,
        action=action,
        kind=kind or "",
        source=evidence.source,
        channel=evidence.channel,
        words=evidence.words,
        matched=evidence.matched[:60],
        rules_version=evidence.rules_version[:40],
        message_id=evidence.message_id,
        actor=evidence.actor,
        happened_at=evidence.happened_at,
        recorded_at=evidence.at or timezone.now(),
    )
