"""What a scope of a hold covers, as conditions on the rows of each kind of data.

Two rules make it whole. Downwards: whoever holds a contact, a number or a team holds all that is theirs. Upwards: where
any row is held, its conversation and its contact are held too, because a conversation ends with all in it, and the key
of a contact is needed to read anything of theirs.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from retention.models import HeldContact, HoldScope
from retention.subjects import EXPORT, REFUSED, SUBJECTS, Subject
from texting.models import Contact, ContactTag, Conversation
from texting.persons import same_as

_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)
"""How far clocks are from UTC: a day begins first at +14 and ends last at -12."""
CONTACT, CONVERSATION = "texting.Contact", "texting.Conversation"
_TIMES = {"texting.Attachment": "message__created_at"}
"""Rows that belong to a moment besides their own: a file comes later than its text."""


def held_between(scope: HoldScope) -> tuple[datetime | None, datetime | None]:
    """From when to when (not included): the days of the scope wherever on earth they were counted."""
    start = datetime.combine(scope.since, time(), UTC) - _EAST if scope.since else None
    end = datetime.combine(scope.until, time(), UTC) + timedelta(days=1) + _WEST if scope.until else None
    return start, end


def covered(scope: HoldScope, subject: Subject) -> Q | None:
    """Which rows of the subject the scope holds; None: no row can be meant."""
    if subject.model == CONTACT:
        return _contacts(scope)
    if subject.model == CONVERSATION:
        return _conversations(scope)
    if subject.model == REFUSED:
        return _refused(scope)
    if subject.model == EXPORT and not _is_days_only(scope):
        return _copies(scope)
    if subject.conversation is None:
        return _within(scope, subject) if _is_days_only(scope) else None
    return _inside(scope, subject)


def _inside(scope: HoldScope, subject: Subject) -> Q:
    """Of rows that belong to a conversation."""
    days = _within(scope, subject)
    if _is_days_only(scope):
        return days
    who = _who(scope)
    if who is not None and subject.contact and not _has_place(scope):
        return Q(**{f"{subject.contact}__in": who}) & days
    return Q(**{f"{subject.conversation}__in": _where(scope).values("pk")}) & days


def _conversations(scope: HoldScope) -> Q:
    here = Q(pk__in=_where(scope).values("pk")) if not _is_days_only(scope) else Q()
    start, end = held_between(scope)
    if start is None and end is None:
        return here
    lived = Q(opened_at__lt=end) if end else Q()
    if start:
        lived &= Q(last_activity_at__gte=start) | Q(resolved_at__gte=start) | Q(resolved_at=None)
    for subject in _inner():
        rows = subject.rows.filter(_within(scope, subject)).order_by()
        lived |= Q(pk__in=rows.values(str(subject.conversation)))
    return here & lived


def _contacts(scope: HoldScope) -> Q:
    who, days = _who(scope), held_between(scope) != (None, None)
    mine = Q(pk__in=who) if who is not None else Q()
    if not days and not _has_place(scope):
        return mine
    reached = Q(pk__in=Conversation.objects.filter(_conversations(scope)).order_by().values("contact_id"))
    for subject in _inner():
        if subject.contact:
            reached |= Q(pk__in=subject.rows.filter(_inside(scope, subject)).order_by().values(subject.contact))
    if days and not _has_place(scope):
        start, end = held_between(scope)
        made = Q(created_at__gte=start) if start else Q()
        reached |= made & Q(created_at__lt=end) if end else made
    return mine & reached


def _copies(scope: HoldScope) -> Q:
    """Files that were made of the people whom the scope reaches; whole ones, since a file cannot be held in part."""
    numbers = Contact.objects.filter(_contacts(scope)).order_by().values("number_index")
    of_number = Q(request__number_index=scope.number_index) if scope.number_index is not None else Q(pk__in=[])
    return of_number | Q(request__number_index__in=numbers)


def _refused(scope: HoldScope) -> Q:
    """Requests of whole days of UTC that the scope meets, whoever it names: nobody can tell whose they are."""
    start, end = held_between(scope)
    found = Q(received_at__isnull=False)  # all of them, which an empty condition would not say
    if start:
        found &= Q(received_at__gte=_midnight(start))
    if end:
        found &= Q(received_at__lt=_midnight(end + timedelta(days=1) - timedelta(microseconds=1)))
    return found


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def _inner() -> list[Subject]:
    """Subjects whose rows lie in conversations."""
    every = (subject for subjects in SUBJECTS.values() for subject in subjects)
    return [one for one in every if one.conversation and one.model not in {CONTACT, CONVERSATION}]


def _within(scope: HoldScope, subject: Subject) -> Q:
    """The scope's days, on the subject's rows; an empty condition without days."""
    start, end = held_between(scope)
    found = _between(subject.since, start, end)
    other = _TIMES.get(subject.model)
    return found | _between(other, start, end) if other and found else found


def _between(column: str, start: datetime | None, end: datetime | None) -> Q:
    return (Q(**{f"{column}__gte": start}) if start else Q()) & (Q(**{f"{column}__lt": end}) if end else Q())


def _who(scope: HoldScope) -> "QuerySet[Contact, Any] | None":
    """Ids of the contacts that the scope names, with all numbers of the same persons; None when it names none."""
    if not _has_person(scope):
        return None
    met = Q(pk__in=HeldContact.objects.filter(scope_id=scope.pk).order_by().values("contact_id"))
    rows = Contact.objects.order_by()
    if scope.contact_id is not None:
        rows = rows.filter(Q(pk=scope.contact_id) | met)
    if scope.number_index is not None or scope.tag_id is not None:
        rows = rows.filter(now_named(scope) | met)
    return Contact.objects.filter(same_as(rows)).order_by().values("pk")


def now_named(scope: HoldScope) -> Q:
    """Contacts that have the scope's number and tag now; both may change, so `HeldContact` keeps who had them."""
    number = Q(number_index=scope.number_index) if scope.number_index is not None else Q()
    if scope.tag_id is None:
        return number
    return number & Q(pk__in=ContactTag.objects.filter(tag_id=scope.tag_id).order_by().values("contact_id"))


def _where(scope: HoldScope) -> QuerySet[Conversation]:
    """Conversations by all that the scope says but its days."""
    rows = Conversation.objects.order_by()
    who = _who(scope)
    if who is not None:
        rows = rows.filter(contact_id__in=who)
    if scope.conversation_id is not None:
        rows = rows.filter(pk=scope.conversation_id)
    if scope.team_id is not None:
        rows = rows.filter(Q(line__team_id=scope.team_id) | Q(line_id__in=scope.line_ids))
    return rows


def _has_person(scope: HoldScope) -> bool:
    return scope.contact_id is not None or scope.number_index is not None or scope.tag_id is not None


def _has_place(scope: HoldScope) -> bool:
    return scope.conversation_id is not None or scope.team_id is not None


def _is_days_only(scope: HoldScope) -> bool:
    return not _has_place(scope) and not _has_person(scope)
