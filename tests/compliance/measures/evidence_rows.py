"""For each kind of evidence: rows as the product stores them, one that is as wanted or one that is not."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import (
    ApiKey,
    DoorTrial,
    Integration,
    Membership,
    OffboardingReceipt,
    PlannedLeaving,
    SignInEvent,
    TotpDevice,
    User,
)
from accounts.models.access_review import AccessReview, AccessSignOff
from compliance.models import CheckedConversation, ConsentEvent, Finding, OptIn, OptOutQuestion
from compliance.review_checks.judging import Check
from tenancy.audit_checkpoints import Checkpoint, write_note
from tenancy.models import AuditCheckpoint, AuditEvent
from tests.compliance.opt_ins import make_program
from texting import threads
from texting.models import Contact, Decision, Line, Message, Reveal, SendAttempt
from texting.phone_numbers import parse

_numbers = count(1)
SOON, LATE = timedelta(seconds=20), timedelta(days=3)


@dataclass
class Side:
    """An organization that is active, with a line and somebody who acts."""

    member: Membership
    line: Line
    program: list[object] = field(default_factory=list)


def contact() -> Contact:
    return threads.contact_for(parse(f"+1212556{next(_numbers):04d}"))


def entry(person: Contact, action: str, at: datetime, **fields: object) -> ConsentEvent:
    made = {"source": ConsentEvent.Source.AGENT, "recorded_at": at} | fields
    if action == "given":
        made = {"scopes": ["appointments"], "kind": ConsentEvent.Kind.EXPRESS} | made
    return ConsentEvent.objects.create(number_index=person.number_index, action=action, **made)


def text(
    side: Side, at: datetime, *, to: Contact | None = None, purpose: str = "reply", rule: str = "", **fields: object
) -> Message:
    """A text that left at once, with a verdict at each of its two stages; the second names `rule`."""
    conversation = threads.open_conversation(to or contact(), side.line, at=at)
    verdict = {"conversation": conversation, "purpose": purpose, "verdict": "allow", "decided_at": at}
    queued = Decision.objects.create(stage="queue", **verdict)
    reasons = [{"rule": rule, "verdict": "allow", "version": "", "evidence": {}}] if rule else []
    handed = Decision.objects.create(stage="hand_over", reasons=reasons, **verdict)
    has_attempt = fields.pop("attempt", True)
    made = {"status": "delivered", "created_at": at, "sent_at": at} | fields
    message = Message.objects.create(
        conversation=conversation,
        contact=conversation.contact,
        line=side.line,
        direction="out",
        purpose=purpose,
        body="On its way",
        decision=queued,
        decision_verdict="allow",
        **made,
    )
    if has_attempt:
        SendAttempt.objects.create(
            message=message, number=1, decision=handed, token_hash=secrets.token_bytes(32), started_at=at
        )
    return message


def judged(side: Side, at: datetime, good: bool) -> None:
    text(side, at, attempt=good)


def permitted(side: Side, at: datetime, good: bool) -> None:
    person = contact()
    entry(person, "given", at - SOON if good else at + SOON)
    text(side, at, to=person)


def opened(side: Side, at: datetime, good: bool) -> None:
    person = contact()
    text(side, at, to=person, rule="first_text.said" if good else "")
    text(side, at + SOON, to=person)  # a second text is none of them


def marketing(side: Side, at: datetime, good: bool) -> None:
    text(side, at, purpose="bulk", rule="hours.open" if good else "hours.warned")
    text(side, at, purpose="code")


def courtesy(side: Side, at: datetime, good: bool) -> None:
    text(side, at, rule="hours.open" if good else "hours.insisted")


def ended(side: Side, at: datetime, good: bool) -> None:
    text(side, at, status="undelivered" if good else "sent")


def helped(side: Side, at: datetime, good: bool) -> None:
    person = contact()
    entry(person, "help", at)
    text(side, at + (SOON if good else LATE), to=person, purpose="help_answer")


def honoured(side: Side, at: datetime, good: bool) -> None:
    """Its confirmation is owed; what comes after a new permission is no harm."""
    person = contact()
    entry(person, "withdrawn", at)
    text(side, at + SOON, to=person, purpose="opt_out_answer")
    if good:
        entry(person, "given", at + 2 * SOON)
    text(side, at + 3 * SOON, to=person)


def at_once(side: Side, at: datetime, good: bool) -> None:
    said = at - (SOON if good else LATE)
    entry(contact(), "withdrawn", at, happened_at=said, message_id=uuid4(), source="inbound")


def provable(side: Side, at: datetime, good: bool) -> None:
    entry(contact(), "given", at, quality="complete" if good else "verbal")
    entry(contact(), "given", at, kind="reply")


def confirmed(side: Side, at: datetime, good: bool) -> None:
    person = contact()
    if not side.program:
        side.program.append(make_program(side.member))
    OptIn.objects.create(
        number_index=person.number_index,
        contact=person,
        line=side.line,
        program=side.program[0],
        source="form",
        state="given",
        began_at=at,
        ended_at=at,
        confirmed_at=at if good else None,
        confirmation_id=text(side, at, to=person, purpose="opt_in_answer", status="failed").pk,
    )


def decided(side: Side, at: datetime, good: bool) -> None:
    person = contact()
    OptOutQuestion.objects.create(
        number_index=person.number_index,
        kind="stop",
        state="keep",
        contact_id=person.pk,
        conversation_id=uuid4(),
        message_id=uuid4(),
        asked_at=at,
        due_at=at + timedelta(days=1),
        decided_at=at + (SOON if good else LATE),
        decided_by=side.member,
    )


def finding(at: datetime, kind: str, direction: str, **fields: object) -> None:
    made = {"confidence": "high", "score": 9.0, "reasons": [], "rules_version": "1", "was_removed": False} | fields
    where: dict[str, UUID] = {"message_id": uuid4(), "conversation_id": uuid4()}
    Finding.objects.create(type=kind, direction=direction, masked="[card]", found_at=at, **where, **made)


def card(side: Side, at: datetime, good: bool) -> None:
    finding(at, "PAYMENT_CARD", "in", was_removed=good)
    finding(at, "PAYMENT_CARD", "in", confidence="low")


def secret(side: Side, at: datetime, good: bool) -> None:
    finding(at, "US_SSN", "in", was_removed=good)


def health(side: Side, at: datetime, good: bool) -> None:
    finding(at, "HEALTH_INFO", "out", because=None if good else "She asked for it")


def finding_judged(side: Side, at: datetime, good: bool) -> None:
    who = {"verdict": "right", "decided_by": side.member, "decided_at": at} if good else {}
    finding(at, "DATE_OF_BIRTH", "in", **who)


def revealed(side: Side, at: datetime, good: bool) -> None:
    Reveal.objects.create(
        member=side.member,
        contact=contact(),
        session_id=uuid4(),
        reason="call" if good else "other",
        words="because",
        created_at=at,
        until=at + SOON,
    )


def person(side: Side) -> Membership:
    user = User.objects.create(email=f"p{next(_numbers)}@people.example", name="Somebody")
    return Membership.objects.create(user=user, organization=side.member.organization, joined_at=timezone.now())


def factor(side: Side, at: datetime, good: bool) -> None:
    TotpDevice.objects.create(user=person(side).user, name="App", confirmed=good)


def sign_in(side: Side, at: datetime, good: bool) -> None:
    """And one of the same person that was not into this organization."""
    factors = ["password", "totp"] if good else ["password"]
    facts = {"account": b"a", "origin": b"o", "network": b"n", "outcome": "signed_in", "factors": factors, "at": at}
    for membership in (side.member, None):
        SignInEvent.objects.create(user=side.member.user, membership=membership, **facts)


def receipt(side: Side, at: datetime, **fields: object) -> OffboardingReceipt:
    gone = person(side)
    made = {"membership": gone, "actor": side.member, "kind": "deactivated", "by": "person", "ended": 1} | fields
    return OffboardingReceipt.objects.create(at=at, details="{}", **made)


def leaver(side: Side, at: datetime, good: bool) -> None:
    paper = receipt(side, at)
    doors = [{"step": "sessions", "tried": 2, "open": 0 if good else 1, "failed": False}]
    DoorTrial.objects.create(receipt=paper, at=at + SOON, found=doors)


def planned(side: Side, at: datetime, good: bool) -> None:
    due = at - (SOON if good else LATE)
    plan = PlannedLeaving.objects.create(membership=person(side), made_by=side.member, due_at=due, done_at=at)
    receipt(side, at, plan_id=plan.pk, by="plan")


def key(side: Side, at: datetime, good: bool) -> None:
    machine = person(side)
    Membership.objects.filter(pk=machine.pk).update(is_machine=True)
    program = Integration.objects.create(membership=machine, permissions=[], made_by=side.member)
    made = ApiKey.objects.create(
        integration=program, key_hash=secrets.token_bytes(32), shown="parley_live_x", made_by=side.member
    )
    now = timezone.now()
    ApiKey.objects.filter(pk=made.pk).update(
        created_at=now - timedelta(days=200), last_used_at=now if good else now - timedelta(days=100)
    )


def review(side: Side, at: datetime, good: bool) -> None:
    made = AccessReview.objects.create(begun_at=at, begun_by=side.member, due_on=at.date())
    AccessSignOff.objects.create(review=made, by=side.member, at=at if good else at + LATE)


def checkpoint(side: Side, at: datetime, good: bool) -> None:
    """Signed long ago, about the newest event, or about one that has another hash now."""
    last = AuditCheckpoint.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    event = AuditEvent.objects.filter(sequence__gt=last).order_by("sequence").first()
    assert event is not None, "make events first"
    digest = bytes(event.hash) if good else bytes(32)
    note = write_note(Checkpoint(side.member.organization_id, event.sequence, digest, at))
    AuditCheckpoint.objects.create(sequence=event.sequence, hash=digest, at=at, note=note)


def checked(check: Check, side: Side, at: datetime, good: bool) -> None:
    """A conversation that rests on the check; another that it does not apply to."""
    for result in ("holds" if good else "fails", "not_asked"):
        row = CheckedConversation(conversation_id=uuid4(), line=side.line, resolved_at=at, number=1)
        setattr(row, check, result)
        row.save()


BUILDERS: dict[str, Callable[[Side, datetime, bool], None]] = {
    "texts_judged": judged,
    "texts_permitted": permitted,
    "first_texts": opened,
    "marketing_hours": marketing,
    "courtesy_hours": courtesy,
    "outcomes_known": ended,
    "help_answered": helped,
    "opt_outs_honoured": honoured,
    "opt_outs_fast": at_once,
    "permissions_provable": provable,
    "opt_ins_confirmed": confirmed,
    "questions_in_time": decided,
    "cards_removed": card,
    "secrets_removed": secret,
    "health_kept_back": health,
    "findings_judged": finding_judged,
    "reveals_named": revealed,
    **{f"checks_{check}": partial(checked, check) for check in Check},
    "second_factors": factor,
    "sign_ins": sign_in,
    "leavers_closed": leaver,
    "leavers_in_time": planned,
    "keys_in_use": key,
    "access_reviewed": review,
    "audit_chain": checkpoint,
}
