"""What a restore brings back of people who were erased since: what the keys do not take along ends again.

The key of a contact went again with the tombstones, so that nothing of theirs opens. But the row that came back still
says whose number it is: texts from that number would be theirs, and nobody could read or answer them. So the end of an
erasure, or of a contact whose period was over, is done once more before anybody can come in.
"""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db import models
from django.utils import timezone

from accounts.api.repeating import forget_answers
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, ContactAddress, EntryFact, Suppression
from compliance.report_facts.keeping import keep_of_contacts
from retention.due import lanes
from retention.erasing.rows import end_beside, end_sealed, rows_under, without_number
from retention.kinds import Kind
from retention.requests.parts import Who
from tenancy.encryption import keyring
from tenancy.encryption.key_sources import CONTACT
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import (
    Contact,
    ContactTag,
    ContactWord,
    Draft,
    EndedAs,
    FieldValue,
    WebhookDelivery,
    WebhookDue,
    WebhookEvent,
)

_BATCH = 500
_WRITTEN: tuple[type[models.Model], ...] = (
    *(ContactAddress, ContactTag, ContactWord, Draft, FieldValue),  # rows of these are deleted
    *(ConsentEvent, Suppression, EntryFact, WebhookEvent, WebhookDelivery, WebhookDue),  # or added
)


def touched() -> frozenset[str]:
    """Tables that may have other numbers of rows than the backup had; none where nobody was erased."""
    organizations = list(Organization.objects.values_list("pk", flat=True))
    is_any = any(keyring.destroyed_scopes(organization, CONTACT) for organization in organizations)
    return frozenset(model._meta.db_table for model in _WRITTEN) if is_any else frozenset()


def end_again() -> int:
    """End the contacts of all organizations that have a number and a destroyed key; how many. Twice is once."""
    return sum(_end(organization, batch) for organization, batch in _found())


def problems() -> list[str]:
    """Those that are left, in words for the restore's report."""
    return [
        f"{organization} has {len(batch)} contacts with a number whose key is gone" for organization, batch in _found()
    ]


def _found() -> Iterator[tuple[UUID, list[UUID]]]:
    for organization in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        gone = keyring.destroyed_scopes(organization, CONTACT)
        for begin in range(0, len(gone), _BATCH):
            with activate(organization):
                some = Contact.objects.filter(pk__in=sorted(gone)[begin : begin + _BATCH]).exclude(number_masked="")
                found = list(some.order_by("pk").values_list("pk", flat=True))
            if found:
                yield organization, found


def _end(organization: UUID, contacts: Collection[UUID]) -> int:
    with activate(organization):
        _keep_from_texting(contacts)
        keep_of_contacts(contacts)
        now = timezone.now()
        for contact, index in Contact.objects.filter(pk__in=contacts).values_list("pk", "number_index"):
            end_beside(Who(bytes(index), (contact,)))
        keys = keyring.destroyed_ids(organization, CONTACT, [str(one) for one in contacts])
        for model, field, rows in rows_under(contacts, keys):
            if ids := list(rows.values_list("pk", flat=True)):
                end_sealed(model, field, ids, at=now, ended_as=EndedAs.ERASED)
        forget_answers([str(one) for one in contacts])
        return sum(without_number(contact) for contact in contacts)


def _keep_from_texting(contacts: Collection[UUID]) -> None:
    """As after an erasure; but for those whose period is over, who would have ended without having asked for it."""
    over: set[UUID] = set()
    for lane in lanes(Kind.CONTACTS):
        over |= set(lane.due(timezone.now()).filter(pk__in=contacts).values_list("pk", flat=True))
    evidence = Evidence(
        source=ConsentEvent.Source.AGENT,
        actor=None,
        channel=ConsentEvent.Channel.OTHER,
        act=ConsentEvent.Act.TOLD,
        circumstances={"because": "erased at their request, before a restore"},
    )
    for contact in Contact.objects.filter(pk__in=[one for one in contacts if one not in over]):
        if not Suppression.objects.filter(number_index=contact.number_index, team=None, brand=None).exists():
            consent.withdraw(contact, evidence=evidence)
