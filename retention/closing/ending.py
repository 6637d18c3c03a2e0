"""The end itself. Safe to run again at each step, whoever died:

carriers are asked to delete its texts -> the tombstone is committed and nobody gets in any more -> the keys go, and
that is the end -> rows are deleted (`clearing`).
"""

import json
import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts import mail
from accounts.mail import MailKind
from accounts.models import Membership
from retention import certificates
from retention.closing import carriers
from retention.closing.asking import is_held, silence, tell
from retention.closing.clearing import clear
from retention.closing.doors import close_doors, mark_ended
from retention.lock import deleting_lock
from retention.models import Closing
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import tidying
from tenancy.encryption.ending import IN_ESCROW, destroy_organization, end_escrow
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.isolation import activate
from tenancy.models import DataKey, Organization
from texting.models import Attachment, Contact, Conversation, Message, Note
from texting.searching.keeping import forget_all_names

log = logging.getLogger("parley.closing")

ESCROW = timedelta(days=5 * 366)
"""28 USC 1658 (four years) and 16 CFR 310.5 (five): how long proof of permission may be asked for."""
REMIND_BEFORE = timedelta(days=7)
State = Closing.State
COUNTED = (Contact, Conversation, Message, Note, Attachment)


def round_of_closings() -> dict[str, int]:
    """One round: remind, end what is due, go on with what a process left half-way, end what was long in escrow."""
    counts = {"ended": 0, "cleared": 0, "failed": 0}
    for organization_id in list(Organization.objects.exclude(closes_at=None).values_list("pk", flat=True)):
        try:
            with activate(organization_id):
                _look_after(organization_id)
            counts["ended"] += go_on(organization_id)
        except Exception as error:  # one organization's trouble is not the others'
            log.exception("closing_failed", extra={"organization": str(organization_id), "error": type(error).__name__})
            counts["failed"] += 1
    for organization_id in list(Organization.everyone.exclude(ended_at=None).values_list("pk", flat=True)):
        try:
            with activate(organization_id):
                _say_written_over()
                _end_escrow(organization_id)
            counts["cleared"] += clear(organization_id)
        except Exception as error:
            log.exception(
                "clearing_failed", extra={"organization": str(organization_id), "error": type(error).__name__}
            )
            counts["failed"] += 1
    return counts


def _look_after(organization_id: UUID) -> None:
    closing = Closing.objects.filter(state=State.COUNTING).select_for_update(of=("self",)).first()
    if closing is None or closing.ends_at is None:
        return
    silence(closing)  # a line that was connected meanwhile
    if closing.reminded_at is None and closing.ends_at - REMIND_BEFORE <= timezone.now() < closing.ends_at:
        closing.reminded_at = timezone.now()
        tell(closing)
    closing.save(update_fields=["line_ids", "reminded_at"])


def go_on(organization_id: UUID) -> bool:
    """End the organization if it is time, or go on with that. Whether it ended now."""
    with activate(organization_id):
        state = _start()
    if state is None or (state == State.CARRIERS and not carriers.ask(organization_id)):
        return False
    with activate(organization_id):
        if not _begin():
            return False
    keys = destroy_organization(organization_id)
    with activate(organization_id):
        return _finish(organization_id, keys)


def _start() -> State | None:
    """Where it stands; from its day on carriers are asked. None: not yet, or something is on hold."""
    deleting_lock()
    closing = _locked(State.COUNTING, State.CARRIERS, State.ENDING)
    if closing is None or closing.ends_at is None or closing.ends_at > timezone.now():
        return None
    if closing.state == State.COUNTING:
        if is_held():
            return None  # the page says so; it ends when the holds are released
        closing.state, closing.carriers_until = State.CARRIERS, timezone.now() + carriers.PATIENCE
        closing.save(update_fields=["state", "carriers_until"])
    return State(closing.state)


def _begin() -> bool:
    """Commit what outlives the keys. False: something is on hold."""
    deleting_lock()
    closing = _locked(State.CARRIERS, State.ENDING)
    if closing is None:
        return False
    if closing.state == State.ENDING:
        return True
    if is_held():
        return False
    owners = Membership.objects.filter(organization=closing.organization_id, is_owner=True, is_active=True)
    closing.owner_ids = [str(pk) for pk in owners.order_by("pk").values_list("pk", flat=True)]
    closing.counts = {model._meta.label: model._default_manager.count() for model in COUNTED}
    closing.carriers = carriers.counted()
    closing.state = State.ENDING
    closing.save(update_fields=["counts", "state", "carriers", "owner_ids"])
    mark = DataKey(kind="organization", key_id=ORGANIZATION_MARK)
    audit.record(
        event=AuditKind.KEY_DESTROYED, actor=closing.asked_by, object=mark, kind="organization", closing=closing.pk
    )
    close_doors()
    return True


def _locked(*states: State) -> Closing | None:
    return Closing.objects.select_for_update(of=("self",)).filter(state__in=states).first()


def _finish(organization_id: UUID, keys: int) -> bool:
    closing = _locked(State.ENDING)
    if closing is None:
        return False
    now = timezone.now()
    forget_all_names()
    organization = Organization.objects.get(pk=organization_id)
    closing.state, closing.ended_at, closing.escrow_until = State.ENDED, now, now + ESCROW
    closing.keys = max(closing.keys, keys)
    if certificates.can_sign():
        closing.certificate = certificates.sign(_facts(closing, organization))
    closing.save(update_fields=["state", "ended_at", "escrow_until", "keys", "certificate"])
    audit.record(event=AuditKind.ORGANIZATION_ENDED, actor=closing.asked_by, object=closing, keys=closing.keys)
    words: dict[str, mail.writing.Word] = {
        "organization": organization.name,
        "ended": mail.writing.day_in_words(timezone.localtime(now), "j M Y"),
        "certificate": closing.certificate,
    }
    owners = Membership.objects.filter(organization=organization_id, pk__in=closing.owner_ids)
    for owner in owners.select_related("user"):
        try:
            mail.queue(to=owner.user, kind=MailKind.ORGANIZATION_ENDED, words=words)
        except (mail.TooManyMails, mail.BadAddress) as error:
            log.warning("certificate_not_mailed", extra={"error": type(error).__name__})
    mark_ended()
    return True


def _facts(closing: Closing, organization: Organization) -> dict[str, object]:
    def moment(at: object) -> str:
        return at.isoformat() if hasattr(at, "isoformat") else ""

    keys = certificates.keys_facts(closing.ended_at)
    return {
        "format": certificates.ENDED_FORMAT,
        "organization": {"id": str(organization.pk), "name": organization.name},
        "closing": str(closing.pk),
        "asked_by": str(closing.asked_by_id or ""),
        "agreed_by": str(closing.decided_by_id or ""),
        "asked_at": moment(closing.asked_at),
        "begun_at": moment(closing.begun_at),
        "at": moment(closing.ended_at),
        "keys_destroyed": closing.keys,
        "ended": closing.counts,
        "carriers": closing.carriers,
        "in_escrow": {"kinds": list(IN_ESCROW), "until": moment(closing.escrow_until)},
        "written_at": moment(closing.ended_at),
        **keys,
        "is_final": certificates.is_over(keys),
    }


def _say_written_over() -> None:
    """Once nothing is left of its keys on their disk, the certificate is written anew, and is final."""
    rows = Closing.objects.select_for_update(of=("self",), skip_locked=True)
    closing = rows.filter(state=State.ENDED, keys_over_at=None, ended_at__isnull=False).first()
    if closing is None or closing.ended_at is None:
        return
    over_at = tidying.written_over_at(closing.ended_at)
    if over_at is None or (closing.certificate and not certificates.can_sign()):
        return
    if closing.certificate:
        said = json.loads(closing.certificate)  # its name is nowhere else by now
        facts = {name: value for name, value in said.items() if name not in ("public_key", "signature")}
        now = {"written_at": timezone.now().isoformat(), "is_final": True}
        closing.certificate = certificates.sign({**facts, **certificates.keys_facts(closing.ended_at), **now})
    closing.keys_over_at = over_at
    closing.save(update_fields=["keys_over_at", "certificate"])


def _end_escrow(organization_id: UUID) -> None:
    closing = Closing.objects.select_for_update(of=("self",)).filter(state=State.ENDED, escrow_ended_at=None).first()
    if closing is None or closing.escrow_until is None or closing.escrow_until > timezone.now():
        return
    closing.escrow_ended_at, closing.cleared_at = timezone.now(), None  # the proof's rows are to go, too
    closing.save(update_fields=["escrow_ended_at", "cleared_at"])
    end_escrow(organization_id)
