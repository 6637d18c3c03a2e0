"""Asking for an erasure: one person up to 1,000 texts, two above (DOMAIN.md 8.3); and what it would end, beforehand."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.erasing.stopping import stops
from retention.lock import deleting_lock
from retention.models import DataExport, Erasure, SubjectRequest
from retention.requests.cannot_do import CannotDo
from retention.requests.opening import locked
from retention.requests.parts import Who
from tenancy import audit
from tenancy.audit import AuditKind
from texting.models import Message

ALONE = 1000
"""So many texts one person may erase; for more another has to agree."""
State = Erasure.State
OPEN = (State.ASKED, State.RUNNING)
TO_ERASE = (SubjectRequest.Kind.ERASE, SubjectRequest.Kind.BOTH)


def ask(*, member: Membership, request: SubjectRequest) -> Erasure:
    """Begin the erasure of a request's number, or, when it is large, ask a second person.

    Raises CannotDo, with every reason that stops it; MissingPermission.
    """
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    deleting_lock()
    live, now = locked(request), timezone.now()
    if live.kind not in TO_ERASE:
        raise CannotDo(_("This request asks for a copy only."))
    if not live.proof:
        raise CannotDo(_("First say how they proved that the number is theirs."))
    if Erasure.objects.filter(request=live, state__in=OPEN).exists():
        raise CannotDo(_("It has begun already."))
    who = Who.of(live.number_index)
    copies = DataExport.objects.filter(request__number_index__in=who.indexes)
    if copies.filter(state=DataExport.State.MAKING).exists():
        raise CannotDo(_("A copy of this number's data is being made. Wait until it is ready."))
    if live.kind == SubjectRequest.Kind.BOTH and not copies.filter(request=live, fetched_at__isnull=False).exists():
        raise CannotDo(_("They ask for a copy first. Have it made and fetch it, then erase."))
    if found := stops(who, now):
        raise CannotDo(" ".join(f"{one.words}. {one.until}." for one in found))
    texts = Message.objects.filter(contact_id__in=who.contacts, ended_at=None).count()
    erasure = Erasure.objects.create(
        request=live,
        state=State.ASKED if texts > ALONE else State.RUNNING,
        asked_by=member,
        at=now,
        texts=texts,
        contact_ids=[str(one) for one in who.contacts],
    )
    audit.record(
        event=AuditKind.ERASURE_ASKED,
        actor=member,
        object=erasure,
        request=live.pk,
        texts=texts,
        alone=erasure.state == State.RUNNING,
    )
    return erasure


def agree(*, member: Membership, erasure: Erasure) -> None:
    """A second person says yes. Raises CannotDo for the first one, or when it no longer waits."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    if erasure.asked_by_id == member.pk:
        raise CannotDo(_("You asked for it. Another person has to agree."))
    _decide(member, erasure, State.RUNNING)
    audit.record(event=AuditKind.ERASURE_AGREED, actor=member, object=erasure, request=erasure.request_id)


def call_off(*, member: Membership, erasure: Erasure) -> None:
    """Anybody who handles requests calls off what still waits. Raises CannotDo when it does not wait any more."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    _decide(member, erasure, State.DROPPED)
    audit.record(event=AuditKind.ERASURE_CALLED_OFF, actor=member, object=erasure, request=erasure.request_id)


def _decide(member: Membership, erasure: Erasure, state: Erasure.State) -> None:
    if not Erasure.objects.filter(pk=erasure.pk, state=State.ASKED).update(state=state, decided_by=member):
        raise CannotDo(_("It does not wait for a second person any more."))
