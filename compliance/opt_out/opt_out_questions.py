"""Texts that might ask us to stop, and wrong numbers: asked at once, answered by a person, never by time.

Asking belongs to the transaction that stores the text. From then on bulk texts to the number are kept back
(`compliance.send_policies.questions`), also those that wait in the outbox. Two members who decide at once: the row's
lock lets one win, the other is told who has decided.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.hours.business_days import after_business_days
from compliance.hours.quiet_hours import holidays_of
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, OptOutQuestion
from compliance.opt_out.cannot_decide import CannotDecide
from compliance.opt_out.confirming import confirm_opt_out
from compliance.opt_out.detaching import detach
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting import deferring, live, outbox
from texting.inbound_steps import Arrival
from texting.live import LiveKind
from texting.models import Contact, Conversation, Message, OutboxEntry
from texting.purposes import TERMS, Purpose

__all__ = ["CannotDecide", "ask", "close", "due_at", "keep", "open_ones", "release", "stop"]

Kind, State = OptOutQuestion.Kind, OptOutQuestion.State
_BULK = TERMS[Purpose.BULK].priority
LONGEST_REASON = 500
DUE_DAYS = 1
"""Business days for a person to decide; the law gives ten (47 CFR 64.1200(a)(10))."""


def ask(arrival: Arrival, kind: OptOutQuestion.Kind, *, matched: str, rules_version: str) -> bool:
    """Open the question that this text raises; False when the same one is open for its number."""
    contact = arrival.contact
    question = OptOutQuestion(
        number_index=contact.number_index,
        kind=kind,
        contact_id=contact.pk,
        conversation_id=arrival.conversation.pk,
        message_id=arrival.message_id,
        matched=matched[:60],
        rules_version=rules_version[:40],
        asked_at=arrival.sent_at,
        due_at=due_at(arrival.received_at),
    )
    if open_ones([contact]).filter(kind=kind).exists():  # a second text in the same minute loses to the constraint
        return False
    OptOutQuestion.objects.bulk_create([question], ignore_conflicts=True)
    _hold_back(question)
    audit.record(event=AuditKind.OPT_OUT_ASKED, object=contact, kind=kind.value, matched=matched[:60])
    _show([question])
    return True


def due_at(moment: datetime) -> datetime:
    """One business day after `moment`, in the organization's zone and with its country's holidays."""
    organization = Organization.objects.get(pk=current_organization_id())
    holidays = holidays_of(organization.country)
    return after_business_days(moment, DUE_DAYS, zone=organization.time_zone, holidays=holidays)


def open_ones(contacts: Iterable[Contact]) -> QuerySet[OptOutQuestion]:
    """The questions that are open for the numbers of these contacts."""
    indexes = [contact.number_index for contact in contacts]
    return OptOutQuestion.objects.filter(state=State.OPEN, number_index__in=indexes)


def close(contact: Contact, state: OptOutQuestion.State, *kinds: OptOutQuestion.Kind) -> int:
    """The customer, or what a colleague wrote down about them, has answered by itself. Returns how many were open."""
    found = list(open_ones([contact]).filter(kind__in=kinds or list(Kind)))
    OptOutQuestion.objects.filter(pk__in=[question.pk for question in found], state=State.OPEN).update(
        state=state, decided_at=timezone.now()
    )
    for question in found:
        audit.record(event=AuditKind.OPT_OUT_ANSWERED, object=question, kind=question.kind, answer=state.value)
    _show(found)
    if state is State.KEEP and found:
        release(contact)
    return len(found)


def stop(*, member: Membership, question: OptOutQuestion, confirm: bool = True) -> Message | None:
    """They asked to stop, or it is somebody else's number: no text leaves any more. Returns the one confirmation.

    From somebody else's number what was known of our customer is taken off (`detaching`).

    Raises CannotDecide when somebody was faster, MissingPermission.
    """
    require(member, Permission.OPT_OUTS_DECIDE)
    mine = _locked(question)
    contact = Contact.objects.get(pk=mine.contact_id)
    _write(mine, member, State.STOP, "")
    withdrawn_before = consent.state_of(contact).suppressed_since is not None
    consent.withdraw(contact, evidence=_evidence(mine, member))
    close(contact, State.STOP)
    _show([mine])
    if mine.kind == Kind.WRONG_NUMBER:
        detach(member=member, question=mine, contact=contact)
    wanted = confirm and mine.kind == Kind.STOP and not withdrawn_before  # a stranger's number gets no second text
    return confirm_opt_out(contact) if wanted else None


def keep(*, member: Membership, question: OptOutQuestion, reason: str) -> None:
    """They did not ask to stop, or the number is theirs after all. What was kept back goes on.

    Raises CannotDecide when somebody was faster or there is no reason, MissingPermission.
    """
    require(member, Permission.OPT_OUTS_DECIDE)
    if not reason.strip():
        raise CannotDecide(_("Say why it was no wish to stop."))
    if len(reason) > LONGEST_REASON:
        raise CannotDecide(_("Write at most %(most)d characters.") % {"most": LONGEST_REASON})
    mine = _locked(question)
    contact = Contact.objects.get(pk=mine.contact_id)
    _write(mine, member, State.KEEP, reason.strip())
    _show([mine])
    if not open_ones([contact]).exists():
        release(contact)


def _hold_back(question: OptOutQuestion) -> None:
    """Bulk texts that wait are put off; the locks make a worker that holds one ask the gate after us, or before.

    They live as long as usual from then on: a question of a Friday is due on Monday, and nobody may answer it sooner.
    """
    rows = OutboxEntry.objects.select_for_update().filter(contact_id=question.contact_id, priority__gte=_BULK)
    waiting = [row.pk for row in rows.order_by("message_id") if row.state == OutboxEntry.State.READY]
    deferring.put_off(waiting, until=question.due_at, life=TERMS[Purpose.BULK].life)


def release(contact: Contact) -> None:
    """Bulk texts that were kept back may be tried at once; the gate is asked again."""
    waiting = OutboxEntry.objects.filter(contact_id=contact.pk, state=OutboxEntry.State.READY, priority__gte=_BULK)
    for line_id in set(waiting.values_list("line_id", flat=True)):
        outbox.ring_after_commit(line_id)
    deferring.put_off([row.pk for row in waiting], until=None, life=TERMS[Purpose.BULK].life)


def _locked(question: OptOutQuestion) -> OptOutQuestion:
    rows = OptOutQuestion.objects.select_for_update(of=("self",)).select_related("decided_by__user")
    mine = rows.get(pk=question.pk)
    if mine.state != State.OPEN:
        who = mine.decided_by.user.name if mine.decided_by else _("The customer")
        raise CannotDecide(
            _("%(who)s has answered this already: %(answer)s.") % {"who": who, "answer": State(mine.state).label}
        )
    return mine


def _write(question: OptOutQuestion, member: Membership, state: OptOutQuestion.State, reason: str) -> None:
    question.state, question.decided_by, question.decided_at = state, member, timezone.now()
    question.reason = reason
    question.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    audit.record(event=AuditKind.OPT_OUT_DECIDED, actor=member, object=question, kind=question.kind, answer=state.value)


def _evidence(question: OptOutQuestion, member: Membership) -> Evidence:
    message = Message.objects.filter(pk=question.message_id).first()
    return Evidence(
        source=ConsentEvent.Source.AGENT,
        words=(readable(message, "body", "") or "") if message else "",
        matched=question.matched,
        rules_version=question.rules_version,
        message_id=question.message_id,
        actor=member,
        channel=ConsentEvent.Channel.TEXT,
        happened_at=question.asked_at,
    )


def _show(questions: Sequence[OptOutQuestion]) -> None:
    """The page of questions and open threads fetch themselves anew."""
    lines = Conversation.objects.filter(pk__in=[one.conversation_id for one in questions])
    for conversation, line in lines.values_list("pk", "line_id"):
        live.publish(kind=LiveKind.CONVERSATION, conversation=conversation, line=line)
        live.publish(kind=LiveKind.ATTENTION)
