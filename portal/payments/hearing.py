"""Takes payment providers' webhooks: the signature over the raw body first, then what they say, each event once.

One that is refused is kept sealed and bounded, so that a wrong secret loses nothing; taking it in later goes through
the same check with the secret of that moment, by the time at which it came. What is lost all the same is found by
`reconciling`.
"""

import json
import logging
from datetime import UTC
from enum import StrEnum
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from portal.models import PaymentAccount, PaymentEvent, RefusedPaymentEvent
from portal.payments import booking
from portal.payments.base import Hook, UnreadableEvent
from portal.payments.registry import UnknownPaymentProvider, adapter_of
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import KeyDestroyed, Undecryptable
from tenancy.isolation import activate
from texting.keeping_guards import kept_days
from texting.webhooks.quarantine import Discarded

log = logging.getLogger("parley.payments")

MOST_WAITING = 200  # refused ones that are kept of one account
State = RefusedPaymentEvent.State


class Answer(StrEnum):
    """What became of a webhook."""

    TAKEN = "taken"
    REPEATED = "repeated"
    SIGNATURE = "signature"
    UNREADABLE = "unreadable"


def take(account: PaymentAccount, hook: Hook) -> Answer:
    """Verify, read and book one webhook in the running transaction; keep it when it is refused."""
    answer = _take(account, hook, came_at=timezone.now().timestamp())
    if answer in {Answer.SIGNATURE, Answer.UNREADABLE}:
        log.warning("payment_webhook_refused", extra={"account": str(account.pk), "reason": answer.value})
        _keep(account, hook, answer)
    return answer


def _take(account: PaymentAccount, hook: Hook, *, came_at: float) -> Answer:
    try:
        provider = adapter_of(account)
    except (UnknownPaymentProvider, ValueError):
        return Answer.SIGNATURE
    if not provider.verify(hook, now=came_at):
        return Answer.SIGNATURE
    try:
        event = provider.parse(hook)
    except UnreadableEvent:
        return Answer.UNREADABLE
    PaymentAccount.objects.filter(pk=account.pk).update(heard_at=timezone.now())
    try:
        with transaction.atomic():
            row = PaymentEvent.objects.create(account=account, reference=event.reference, kind=event.kind)
    except IntegrityError:
        return Answer.REPEATED
    booked = booking.book(account, event.facts)
    asked = booking.ask_about(account, event.ask_payment)
    row.outcome = "booked" if booked or asked else "ignored"
    row.save(update_fields=["outcome"])
    return Answer.TAKEN


def _keep(account: PaymentAccount, hook: Hook, answer: Answer) -> None:
    waiting = RefusedPaymentEvent.objects.filter(account=account, state=State.WAITING)
    if waiting.order_by()[:MOST_WAITING].count() >= MOST_WAITING:
        return
    try:
        call = json.dumps({"signature": hook.signature[:2_000], "body": hook.body.decode()})
    except UnicodeDecodeError:
        return  # no provider sends such a thing
    row = RefusedPaymentEvent.objects.create(account=account, cause=answer.value, call=call)
    audit.record(event=AuditKind.WEBHOOK_REJECTED, object=row, account=account.pk, cause=answer.value)


def waiting_count(_member: Membership) -> int:
    """How many refused ones wait for somebody; the same number for whoever may know it."""
    return _waiting().count()


def _waiting() -> "QuerySet[RefusedPaymentEvent]":
    return RefusedPaymentEvent.objects.filter(state=State.WAITING)


def take_in_all(*, actor: Membership) -> tuple[int, int]:
    """Try every refused one again: how many were taken in, how many are still wrong.

    Called with no transaction open, so that each has one of its own: what deletes or is put on hold then waits for one
    call, not for all, and what cannot be stored undoes itself alone. One of a day that is on hold stays as it came:
    what it becomes in the books is of today. What comes meanwhile waits. Raises MissingPermission.
    """
    with activate(actor.organization_id):
        require(actor, Permission.PAYMENTS_MANAGE)
        seen = list(_waiting().order_by("received_at", "pk").only("received_at"))
    taken = wrong = 0
    for one in seen:
        with activate(actor.organization_id):
            done = _take_in_next(one, actor)
        taken, wrong = taken + (done is True), wrong + (done is False)
    return taken, wrong


def _take_in_next(seen: RefusedPaymentEvent, actor: Membership) -> bool | None:
    """Whether it was taken in; None when somebody else is at it or has dealt with it."""
    is_held = bool(kept_days({seen.received_at.astimezone(UTC).date()}))  # before the row's lock, as what ends days
    locked = _waiting().select_for_update(of=("self",), skip_locked=True).select_related("account")
    if (row := locked.filter(pk=seen.pk).first()) is None:
        return None
    try:
        with transaction.atomic():
            if not _taken_in(row):
                return False
            _end(row.pk, State.TAKEN, actor, stays=is_held)
            audit.record(event=AuditKind.WEBHOOK_REPLAYED, actor=actor, object=row, about="payments")
    except DatabaseError as error:
        log.error("refused_payment_not_stored", extra={"call": str(row.pk), "error": type(error).__name__})
        return False
    return True


def discard_all(*, actor: Membership) -> Discarded:
    """Destroy every refused one that is not on hold: nobody can tell whose it is, so its day is asked about."""
    require(actor, Permission.PAYMENTS_MANAGE)
    waiting = _waiting()
    free, held = _by_hold(waiting)  # before the rows' locks, as whatever ends days asks
    ids = list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    ended = [pk for pk in ids if pk in free]
    for pk in ended:
        _end(pk, State.DISCARDED, actor)
    audit.record(event=AuditKind.WEBHOOK_DISCARDED, actor=actor, count=len(ended), about="payments")
    return Discarded(len(ended), len(held.intersection(ids)))  # what came meanwhile is neither


def not_held(rows: "QuerySet[RefusedPaymentEvent]") -> set[UUID]:
    """The ids of those of them of whose day nothing is on hold. Takes the lock of what deletes."""
    return _by_hold(rows)[0]


def _by_hold(rows: "QuerySet[RefusedPaymentEvent]") -> tuple[set[UUID], set[UUID]]:
    """Those of whose day nothing is on hold, and the others."""
    days = {pk: at.astimezone(UTC).date() for pk, at in rows.values_list("pk", "received_at")}
    kept = kept_days(set(days.values()))
    free = {pk for pk, day in days.items() if day not in kept}
    return free, days.keys() - free


def _taken_in(row: RefusedPaymentEvent) -> bool:
    try:
        kept = json.loads(row.call or "")
    except (KeyDestroyed, Undecryptable, ValueError):
        return False
    hook = Hook(kept["body"].encode(), kept["signature"])
    answer = _take(row.account, hook, came_at=row.received_at.timestamp())
    return answer in {Answer.TAKEN, Answer.REPEATED}


def _end(pk: UUID, state: str, actor: Membership, *, stays: bool = False) -> None:
    """The call itself is gone with it, unless it `stays`: then `tidying` ends it when its day is free."""
    mine = RefusedPaymentEvent.objects.filter(pk=pk)
    if stays:
        mine.update(state=state, ended_by=actor)
    else:
        mine.update(state=state, call=None, ended_by=actor)
