"""What a restore brings back of people who were erased since: what the keys do not take along ends again.

Words that find texts, bytes of files and copies at carriers are not under that key, or not under it alone.

The key of a contact went again with the tombstones, so that nothing of theirs opens. But the row that came back still
says whose number it is: texts from that number would be theirs, and nobody could read or answer them. So the end of an
erasure, or of a contact whose period was over, is done once more before anybody can come in.
"""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db import models
from django.db.models import F
from django.utils import timezone

from accounts.api.repeating import forget_answers
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, ContactAddress, EntryFact, Suppression
from compliance.report_facts.keeping import keep_of_contacts
from retention.due import lanes
from retention.erasing.rows import end_beside, end_sealed, end_told, rows_under, without_numbers
from retention.exporting.running import end as end_exports
from retention.kinds import Kind
from retention.models import DataExport, DataExportPart, SubjectRequest
from retention.models.export import EXPORT_KEY
from retention.models.subject_request import SUBJECT_KEY
from retention.requests.parts import Who
from tenancy.encryption import keyring
from tenancy.encryption.key_sources import CONTACT
from tenancy.isolation import activate, current_organization_id
from tenancy.models import Organization
from texting import carrier_copies
from texting.models import (
    AttachmentChunk,
    AttachmentDue,
    CarrierCopy,
    Contact,
    ContactTag,
    ContactWord,
    Draft,
    EndedAs,
    FieldValue,
    MediaLink,
    Message,
    OutboxEntry,
    TextWord,
    WebhookDelivery,
    WebhookDue,
    WebhookEvent,
)

_BATCH = 500
_WRITTEN: tuple[type[models.Model], ...] = (
    *(ContactAddress, ContactTag, ContactWord, Draft, FieldValue),  # rows of these are deleted
    *(TextWord, AttachmentChunk, AttachmentDue, MediaLink, OutboxEntry, DataExportPart),
    *(CarrierCopy, ConsentEvent, Suppression, EntryFact, WebhookEvent, WebhookDelivery, WebhookDue),  # or added
)


def touched() -> frozenset[str]:
    """Tables that may have other numbers of rows than the backup had; none where nobody was erased."""
    found = set()
    for organization in _organizations():
        if keyring.destroyed_scopes(organization, CONTACT):
            found |= {model._meta.db_table for model in _WRITTEN}
        with activate(organization):
            if DataExport.objects.filter(state=DataExport.State.ENDED).exists():
                found.add(DataExportPart._meta.db_table)
    return frozenset(found)


def end_again() -> int:
    """End the contacts of all organizations that have a number and a destroyed key; how many. Twice is once.

    Requests that were closed, and files, whose own keys are gone end, too.
    """
    ended = sum(_end(organization, batch) for organization, batch in _found())
    for organization in _organizations():
        with activate(organization):
            _end_requests(_keyless_requests().exclude(state=SubjectRequest.State.OPEN))
            end_exports(list(_keyless_files()), reason="a restore found its key destroyed")
    return ended


def problems() -> list[str]:
    """Those that are left, in words for the restore's report."""
    found = [
        f"{organization} has {len(batch)} contacts with a number whose key is gone" for organization, batch in _found()
    ]
    for organization in _organizations():
        with activate(organization):
            if requests := _keyless_requests().exclude(state=SubjectRequest.State.OPEN).count():
                found.append(f"{organization} has {requests} closed requests with a number whose key is gone")
            if files := _keyless_files().count():
                found.append(f"{organization} has {files} files to be fetched whose key is gone")
    return found


def _organizations() -> list[UUID]:
    return list(Organization.objects.order_by("pk").values_list("pk", flat=True))


def _keyless_requests() -> "models.QuerySet[SubjectRequest]":
    """Requests of the active organization that have a number and no key of their own any more."""
    there = keyring.scopes_of(current_organization_id(), SUBJECT_KEY)
    return SubjectRequest.objects.exclude(number_masked="").exclude(pk__in=there)


def _keyless_files() -> "models.QuerySet[DataExport]":
    """Files that members could fetch and nothing opens."""
    there = keyring.scopes_of(current_organization_id(), EXPORT_KEY)
    return DataExport.objects.filter(state=DataExport.State.READY).exclude(pk__in=there)


def _end_requests(requests: "models.QuerySet[SubjectRequest]") -> None:
    """Who closed one that was open in the backup is not known any more: it counts as closed by who had opened it."""
    ids, now = list(requests.values_list("pk", flat=True)), timezone.now()
    rows = SubjectRequest.objects.filter(pk__in=ids)
    making = DataExport.objects.filter(request__in=ids, state=DataExport.State.MAKING)
    end_exports(list(making), reason="a restore found its request erased")
    rows.filter(state=SubjectRequest.State.OPEN).update(
        state=SubjectRequest.State.DONE, closed_by=F("opened_by"), closed_at=now
    )
    rows.update(number_masked="", erased_at=now)


def _found() -> Iterator[tuple[UUID, list[UUID]]]:
    for organization in _organizations():
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
        numbers = dict(Contact.objects.filter(pk__in=contacts).values_list("pk", "number_index"))
        for contact, index in numbers.items():
            end_beside(Who(bytes(index), (contact,)))
        _end_requests(_keyless_requests().filter(number_index__in=list(numbers.values())))
        end_told(contacts, at=now)
        texts = list(Message.objects.filter(contact_id__in=contacts).values_list("pk", flat=True))
        carrier_copies.forget_all(texts, at=now, deletes=True)
        keys = keyring.destroyed_ids(organization, CONTACT, [str(one) for one in contacts])
        for model, field, rows in rows_under(contacts, keys):
            if ids := list(rows.values_list("pk", flat=True)):
                end_sealed(model, field, ids, at=now, ended_as=EndedAs.ERASED)
        forget_answers([str(one) for one in contacts])
        return without_numbers(contacts)


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
        circumstances={"because": "a restore found their key destroyed"},
    )
    for contact in Contact.objects.filter(pk__in=[one for one in contacts if one not in over]):
        if not Suppression.objects.filter(number_index=contact.number_index, team=None, brand=None).exists():
            consent.withdraw(contact, evidence=evidence)
