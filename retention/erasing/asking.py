"""Asking for an erasure: one person up to 1,000 texts, two above; and what it would end, beforehand.

A person may have several numbers, and colleagues merge and part them meanwhile. So each of the two agrees to the
numbers that they were shown (`mark_of`): the second one may agree to fewer than the first one asked for, never to more.
"""

from dataclasses import dataclass
from hashlib import sha256

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
from texting.models import Contact, Message

ALONE = 1000
"""So many texts one person may erase; for more another has to agree."""
State = Erasure.State
OPEN = (State.ASKED, State.RUNNING)
TO_ERASE = (SubjectRequest.Kind.ERASE, SubjectRequest.Kind.BOTH)


@dataclass(frozen=True)
class Changed:
    """Whose numbers a waiting erasure would end, next to what was asked for. `mark`: what is agreed to by agreeing."""

    numbers: list[Contact]
    joined: list[Contact]
    left: list[Contact]
    texts: int
    mark: str

    @property
    def is_news(self) -> bool:
        return bool(self.joined or self.left)


def mark_of(who: Who) -> str:
    """Which numbers these are, to be sent along by whoever was shown them."""
    return sha256(" ".join(sorted(map(str, who.contacts))).encode()).hexdigest()[:32]


def changed(erasure: Erasure) -> Changed:
    """What a second person is shown."""
    who = Who.of(erasure.request.number_index)
    asked = set(erasure.contact_ids)
    now = numbers_of(who)
    return Changed(
        numbers=now,
        joined=[one for one in now if str(one.pk) not in asked],
        left=list(Contact.objects.filter(pk__in=asked).exclude(pk__in=who.contacts).order_by("created_at", "pk")),
        texts=_texts(who),
        mark=mark_of(who),
    )


def numbers_of(who: Who) -> list[Contact]:
    """The contacts, the oldest first."""
    return list(Contact.objects.filter(pk__in=who.contacts).order_by("created_at", "pk"))


def ask(*, member: Membership, request: SubjectRequest, seen: str | None = None) -> Erasure:
    """Begin the erasure of a request's number, or, when it is large, ask a second person.

    `seen`: the mark of what the member was shown; without one it is for what is there now.
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
    if seen is not None and seen != mark_of(who):
        raise CannotDo(_look_again())
    copies = DataExport.objects.filter(request__number_index__in=who.indexes)
    if copies.filter(state=DataExport.State.MAKING).exists():
        raise CannotDo(_("A copy of this number's data is being made. Wait until it is ready."))
    if live.kind == SubjectRequest.Kind.BOTH and not copies.filter(request=live, fetched_at__isnull=False).exists():
        raise CannotDo(_("They ask for a copy first. Have it made and fetch it, then erase."))
    if found := stops(who, now):
        raise CannotDo(" ".join(f"{one.words}. {one.until}." for one in found))
    texts = _texts(who)
    erasure = Erasure.objects.create(
        request=live,
        state=State.ASKED if texts > ALONE else State.RUNNING,
        asked_by=member,
        at=now,
        texts=texts,
        **_named(who),
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


def agree(*, member: Membership, erasure: Erasure, seen: str) -> None:
    """A second person says yes to the numbers with the mark `seen`.

    Raises CannotDo for the first one, when it no longer waits, and when these are not the person's numbers any more or
    more of them than were asked for.
    """
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    if erasure.asked_by_id == member.pk:
        raise CannotDo(_("You asked for it. Another person has to agree."))
    deleting_lock()  # whoever merges and parts contacts takes it, too
    found = changed(erasure)
    if seen != found.mark:
        raise CannotDo(_look_again())
    if found.joined:
        raise CannotDo(_more_than_asked())
    _decide(member, erasure, State.RUNNING)
    who = Who.of(erasure.request.number_index)
    Erasure.objects.filter(pk=erasure.pk).update(texts=found.texts, **_named(who))
    audit.record(
        event=AuditKind.ERASURE_AGREED,
        actor=member,
        object=erasure,
        request=erasure.request_id,
        numbers=len(who.contacts),
        left=len(found.left),
        texts=found.texts,
    )


def call_off(*, member: Membership, erasure: Erasure) -> None:
    """Anybody who handles requests calls off what still waits. Raises CannotDo when it does not wait any more."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    _decide(member, erasure, State.DROPPED)
    audit.record(event=AuditKind.ERASURE_CALLED_OFF, actor=member, object=erasure, request=erasure.request_id)


def _named(who: Who) -> dict[str, list[str]]:
    """Whose data ends: ids, and the keyed hashes of their numbers."""
    return {
        "contact_ids": [str(one) for one in who.contacts],
        "number_hashes": [one.hex() for one in who.indexes],
    }


def _texts(who: Who) -> int:
    return Message.objects.filter(contact_id__in=who.contacts, ended_at=None).count()


def _look_again() -> str:
    return _("Which numbers belong to this person changed after you opened the page. Look at them again.")


def _more_than_asked() -> str:
    return _("Another number belongs to this person since it was asked for. Call it off and ask anew.")


def _decide(member: Membership, erasure: Erasure, state: Erasure.State) -> None:
    if not Erasure.objects.filter(pk=erasure.pk, state=State.ASKED).update(state=state, decided_by=member):
        raise CannotDo(_("It does not wait for a second person any more."))
