"""Opening a request, saying how the person proved who they are, taking more time, closing."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.models import SubjectRequest
from retention.models.subject_request import LONGEST_WORDS
from retention.requests.cannot_do import CannotDo
from retention.requests.deadlines import due
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import blind_index
from texting import queries
from texting.models.contact import NUMBER_INDEX
from texting.number_words import why
from texting.phone_numbers import BadNumber, mask, parse

OLDEST = timedelta(days=365)  # a request that is said to have come earlier is a slip
LEAST_WORDS = 3
State, Kind = SubjectRequest.State, SubjectRequest.Kind


@dataclass(frozen=True)
class Wanted:
    """What the form says. `number` as it was typed."""

    kind: str
    law: str
    channel: str
    number: str
    received_on: date
    proof: str = ""
    proof_words: str = ""


def open_request(*, member: Membership, request_id: UUID, wanted: Wanted) -> SubjectRequest:
    """Open one; twice with one id is one. Raises CannotDo, MissingPermission."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    if there := SubjectRequest.objects.filter(pk=request_id).first():
        return there
    if not queries.sees_everybody(member):  # or hidden digits could be guessed from what is found
        raise CannotDo(_("You see numbers hidden, so a request is for somebody who sees them."))
    try:
        number = parse(wanted.number, member.organization.country)
    except BadNumber as bad:
        raise CannotDo(why(bad)) from None
    today = timezone.localdate()
    if wanted.received_on > today:
        raise CannotDo(_("The day on which it came in is in the future."))
    if wanted.received_on < today - OLDEST:
        raise CannotDo(_("It cannot have come in more than a year ago. Look at the day again."))
    index = blind_index(NUMBER_INDEX, number.e164)
    if SubjectRequest.objects.filter(number_index=index, kind=wanted.kind, state=State.OPEN).exists():
        raise CannotDo(_("There is an open request of this kind for the number already."))
    made = SubjectRequest(
        pk=request_id,
        kind=wanted.kind,
        law=wanted.law,
        channel=wanted.channel,
        phone=number.e164,
        number_index=index,
        number_masked=mask(number.e164),
        proof=wanted.proof,
        proof_words=_clean(wanted.proof_words),
        received_on=wanted.received_on,
        due_at=due(wanted.law, wanted.received_on, member.organization.time_zone),
        opened_by=member,
        opened_at=timezone.now(),
    )
    made.save(force_insert=True)
    audit.record(
        event=AuditKind.SUBJECT_OPENED,
        actor=member,
        object=made,
        kind=made.kind,
        law=made.law,
        channel=made.channel,
        proof=made.proof,
        due_at=made.due_at,
    )
    return made


def prove(*, member: Membership, request: SubjectRequest, proof: str, words: str) -> None:
    """Say how they proved who they are. Raises CannotDo, MissingPermission."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    live = locked(request)
    if proof not in SubjectRequest.Proof.values or not proof:
        raise CannotDo(_("Choose how they proved that the number is theirs."))
    live.proof, live.proof_words = proof, _clean(words)
    live.save(update_fields=["proof", "proof_words"])
    audit.record(event=AuditKind.SUBJECT_PROVED, actor=member, object=live, proof=proof)


def extend(*, member: Membership, request: SubjectRequest, because: str) -> None:
    """Take the time that the law gives once more, for a reason. Raises CannotDo, MissingPermission."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    live, now = locked(request), timezone.now()
    if live.extended_at is not None:
        raise CannotDo(_("It was extended already. The law allows that once."))
    if now >= live.due_at:
        raise CannotDo(_("The time is over, so it cannot be extended any more. Answer it as soon as you can."))
    live.extended_because, live.extended_at = _reason(because), now
    live.due_at = due(live.law, live.received_on, member.organization.time_zone, extended=True)
    live.reminded_for = None
    live.save(update_fields=["extended_because", "extended_at", "due_at", "reminded_for"])
    audit.record(event=AuditKind.SUBJECT_EXTENDED, actor=member, object=live, due_at=live.due_at)


def close(*, member: Membership, request: SubjectRequest, state: str, outcome: str) -> None:
    """Say that it is done or refused, and what the person was told. Raises CannotDo, MissingPermission."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    live = locked(request)
    if state not in (State.DONE, State.REFUSED):
        raise CannotDo(_("Choose whether it is done or refused."))
    live.outcome = _reason(outcome)
    live.state, live.closed_by, live.closed_at = state, member, timezone.now()
    live.save(update_fields=["state", "closed_by", "closed_at", "outcome"])
    audit.record(event=AuditKind.SUBJECT_CLOSED, actor=member, object=live, state=state)


def locked(request: SubjectRequest) -> SubjectRequest:
    """The row, nobody else's until the transaction ends. Raises CannotDo when it is closed or erased."""
    live = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if live.state != State.OPEN:
        raise CannotDo(_("This request is closed."))
    if live.erased_at is not None:
        raise CannotDo(_("The number was erased, and this request's words with it."))
    return live


def _clean(words: str) -> str:
    return words.replace("\x00", "").strip()[:LONGEST_WORDS]


def _reason(words: str) -> str:
    clean = _clean(words)
    if len(clean) < LEAST_WORDS:
        raise CannotDo(_("Give a reason."))
    return clean
