"""The worker's part of an erasure: shred, end rows, verify, close. It goes on from the rows, whoever dies meanwhile."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Suppression
from retention import certificates, remains
from retention.erasing.own_files import end_own_files
from retention.erasing.rows import end_all, let_go_of_numbers, naming, who_of
from retention.erasing.stopping import stops
from retention.exporting.running import end as end_exports
from retention.holds.freezing import held_exports
from retention.lock import deleting_lock
from retention.models import DataExport, Erasure, SubjectRequest
from retention.models.subject_request import SUBJECT_KEY
from retention.requests.parts import PARTS, STAYS_AS_PROOF, Who
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import keyring
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate, current_organization_id
from tenancy.models import Organization
from texting import carrier_copies
from texting.models import Contact, Message

log = logging.getLogger("parley.erasing")

_LEASE = timedelta(minutes=2)
"""Renewed with each batch of rows, so nobody waits long for an erasure whose worker died."""
CHANGED = "numbers"
"""`Erasure.failure` of one that was stopped because its person's numbers are others now."""
State = Erasure.State


class NotVerified(Exception):
    """A row still holds what the destroyed key had sealed."""


def go_on_everywhere() -> dict[str, int]:
    """One round through all organizations: go on with erasures that have begun, write certificates anew."""
    counts = {"finished": 0, "failed": 0}
    for organization_id in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            counts["finished"] += go_on(organization_id)
            with activate(organization_id):
                renew()
        except Exception as error:  # one organization's trouble is not the others'
            log.exception("erasure_failed", extra={"organization": str(organization_id), "error": type(error).__name__})
            counts["failed"] += 1
    return counts


def go_on(organization_id: UUID) -> int:
    """Take the organization's running erasures to their end. How many ended."""
    ended = 0
    while (erasure := _take(organization_id)) is not None:
        try:
            ended += _run(organization_id, erasure)
        except Exception as error:
            with activate(organization_id):
                Erasure.objects.filter(pk=erasure.pk).update(failure=type(error).__name__[:60])
            raise
    return ended


def _take(organization_id: UUID) -> Erasure | None:
    with activate(organization_id):
        now = timezone.now()
        ahead = Q(busy_until__gt=now + 2 * _LEASE)  # by a clock that was ahead
        free = Q(busy_until=None) | Q(busy_until__lt=now) | ahead
        rows = Erasure.objects.select_for_update(skip_locked=True, of=("self",)).filter(free, state=State.RUNNING)
        erasure = rows.select_related("request", "asked_by").order_by("at").first()
        if erasure is not None:
            Erasure.objects.filter(pk=erasure.pk).update(busy_until=now + _LEASE)
        return erasure


def _run(organization_id: UUID, erasure: Erasure) -> bool:
    with activate(organization_id):
        if not _shred(erasure):
            return False
    end_all(organization_id, erasure, lease=_LEASE)
    with activate(organization_id):
        if any(rows.exists() for _model, _field, rows in naming(erasure)):
            raise NotVerified
        return _finish(erasure)


# --- The key ---


def _shred(erasure: Erasure) -> bool:
    """Destroy the key, unless something stops it now. False: it is stopped and nothing was destroyed.

    Their rows are locked before anything is written: what comes from them holds these from its first look-up on
    (`texting.threads`), and a STOP waits for what is written here of their number.
    """
    deleting_lock()
    if erasure.shredded_at is not None:
        return True
    rows = Contact.objects.filter(pk__in=erasure.contact_ids).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))
    who = Who(bytes(erasure.request.number_index), tuple(UUID(one) for one in erasure.contact_ids))
    if _is_there(who) and (names := _stopped_by(who)):
        Erasure.objects.filter(pk=erasure.pk).update(state=State.STOPPED, busy_until=None, failure=",".join(names)[:60])
        audit.record(
            event=AuditKind.ERASURE_STOPPED, actor=erasure.asked_by, object=erasure, request=erasure.request_id
        )
        return False
    for contact in Contact.objects.filter(pk__in=who.contacts):
        _keep_from_texting(contact, erasure)
    others = set(who.indexes) - {who.index}
    erasure.ended["texting.Contact"] = let_go_of_numbers(who.contacts)
    erasure.key_ids = [
        key.hex()
        for key in destroy_keys(CONTACT, *erasure.contact_ids, reason=f"erasure {erasure.pk}", actor=erasure.asked_by)
    ]
    if others:
        _close(erasure, others)
    _end_own_files(erasure)
    erasure.shredded_at = timezone.now()
    erasure.save(update_fields=["key_ids", "shredded_at", "ended"])
    return True


def _stopped_by(who: Who) -> list[str]:
    """Names of what keeps it from beginning; also that these are no longer exactly the person's numbers."""
    if set(Who.of(who.index).contacts) != set(who.contacts):
        return [CHANGED]
    return sorted({one.name for one in stops(who, timezone.now())})


def _is_there(who: Who) -> bool:
    """Whether a key is left to destroy; none is when a process died just after it was."""
    if not who.contacts:
        return True
    organization = current_organization_id()
    return any(keyring.stored_ids(organization, CONTACT, str(contact)) for contact in who.contacts)


def _keep_from_texting(contact: Contact, erasure: Erasure) -> None:
    """Nobody texts an erased number by mistake: an import of it later stays blocked until they text START."""
    if Suppression.objects.filter(number_index=contact.number_index, team=None, brand=None).exists():
        return
    evidence = Evidence(
        source=ConsentEvent.Source.AGENT,
        actor=erasure.asked_by,
        channel=ConsentEvent.Channel.OTHER,
        act=ConsentEvent.Act.TOLD,
        circumstances={"because": "erased at their request"},
    )
    consent.withdraw(contact, evidence=evidence)


# --- The end ---


def _finish(erasure: Erasure) -> bool:
    """Close the requests of the number, with their numbers and words."""
    deleting_lock()
    live = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
    _end_own_files(live)  # also one that was begun meanwhile: not all of its rows had ended
    live.save(update_fields=["ended"])
    who = who_of(erasure)
    _ask_carriers(erasure)
    proof = (part for part in PARTS if part.fate is STAYS_AS_PROOF)
    stayed = {part.model: number for part in proof if (number := part.rows(who).order_by().count())}
    left = remains.of_contacts(who.contacts)
    done = Erasure.objects.filter(pk=erasure.pk, state=State.RUNNING)
    if not done.update(state=State.DONE, busy_until=None, failure="", stayed=stayed, remains=left):
        return False
    _close(erasure, [who.index])
    # After the last key is gone: what it left counts as written over from what begins later than this.
    Erasure.objects.filter(pk=erasure.pk).update(ended_at=timezone.now())
    audit.record(
        event=AuditKind.ERASURE_DONE,
        actor=erasure.asked_by,
        object=erasure,
        request=erasure.request_id,
        rows=live.ended,
        stayed=stayed,
    )
    renew()
    return True


def _ask_carriers(erasure: Erasure) -> None:
    """Also for texts that had ended before: a copy of those may still be there, or was only to lose its words.

    One that a purge wants deleted stays that purge's.
    """
    texts = Message.objects.filter(contact_id__in=erasure.contact_ids).order_by("pk")
    carrier_copies.forget_all(list(texts.values_list("pk", flat=True)), at=erasure.at, deletes=True)


def _end_own_files(erasure: Erasure) -> None:
    """Counts them into `erasure.ended`, unsaved."""
    if number := end_own_files(erasure):
        label = DataExport._meta.label
        erasure.ended[label] = erasure.ended.get(label, 0) + number


def _close(erasure: Erasure, indexes: Collection[bytes]) -> None:
    """End the requests and other copies of these numbers, with the numbers themselves and what was said of them."""
    now = timezone.now()
    own = SubjectRequest.objects.filter(number_index__in=list(indexes), erased_at=None)
    own.filter(state=SubjectRequest.State.OPEN).update(
        state=SubjectRequest.State.DONE, closed_by=erasure.asked_by, closed_at=now
    )
    ids = [str(pk) for pk in own.values_list("pk", flat=True)]
    other_copies = DataExport.objects.filter(request__in=own).exclude(request=erasure.request)
    other_copies = other_copies.exclude(pk__in=held_exports().values("pk"))  # a hold may have come since it began
    end_exports(list(other_copies.exclude(state=DataExport.State.ENDED)))
    own.update(number_masked="", erased_at=now)
    destroy_keys(SUBJECT_KEY, *ids, reason=f"erasure {erasure.pk}", actor=erasure.asked_by)


def renew() -> int:
    """Write the certificates of the active organization's erasures that lack a final one."""
    wanted = certificates.worth_a_look(Erasure.objects.filter(state=State.DONE, is_final=False))
    found = list(wanted.select_related("organization", "request"))
    if found and not certificates.can_sign():
        return 0
    written = 0
    for erasure in found:
        carriers = certificates.answers_of(erasure.contact_ids)
        if erasure.certificate and carriers["waiting"]:
            continue
        facts = facts_of(erasure, carriers)
        if certificates.says_the_same(erasure.certificate, facts):
            continue
        erasure.is_final = facts["is_final"]
        erasure.certificate = certificates.sign(facts)
        erasure.save(update_fields=["certificate", "is_final"])
        written += 1
    return written


def facts_of(erasure: Erasure, carriers: dict[str, int]) -> dict[str, Any]:
    """What its certificate says."""
    request = erasure.request

    def moment(at: datetime | None) -> str:
        return at.isoformat() if at else ""

    keys = certificates.keys_facts(erasure.shredded_at, last_at=erasure.ended_at)
    return {
        "format": certificates.ERASURE_FORMAT,
        "organization": {"id": str(erasure.organization_id), "name": erasure.organization.name},
        "erasure": str(erasure.pk),
        "request": str(request.pk),
        "law": request.law,
        "received_on": request.received_on.isoformat(),
        "number_hash": bytes(request.number_index).hex(),
        "number_hashes": erasure.number_hashes,
        "contacts": erasure.contact_ids,
        "asked_by": str(erasure.asked_by_id),
        "agreed_by": str(erasure.decided_by_id or ""),
        "at": moment(erasure.at),
        **keys,
        "ended_at": moment(erasure.ended_at),
        "written_at": moment(timezone.now()),
        "keys": erasure.key_ids,
        "ended": erasure.ended,
        "stayed": erasure.stayed,
        "remains": erasure.remains,
        "carriers": carriers,
        "is_final": not carriers["waiting"] and certificates.is_over(keys),
    }
