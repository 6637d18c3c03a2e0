"""What keeps an erasure from beginning: holds, what somebody is not done with, and what a law says must be kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from retention.choices import profile_limits
from retention.guards import REASONS
from retention.holds.freezing import live_scopes
from retention.keeping import kept
from retention.kinds import Kind
from retention.requests.parts import Who
from retention.subjects import SUBJECTS, Subject
from retention.words import keeper, title
from texting.models import Contact

HOLDS = "retention.holds.freezing.keeper"
BY_LAW = "law"
WORDED = "retention.guards.worded"
"""Keeps a contact from ending before their words by a period; here the words end with them."""
_ENDING = (
    *(Kind.CONTACTS, Kind.BODIES, Kind.ATTACHMENTS),
    *(Kind.FINDINGS, Kind.SECURE_REPLIES, Kind.PAYMENTS),
)
"""Kinds that an erasure ends; rows of conversations stay, without words."""


@dataclass(frozen=True)
class Stop:
    """Why it must wait. `until`: when it may go on, in words. `route`: the page where that is done, if there is one."""

    name: str
    words: str
    until: str
    route: str = ""


def stops(who: Who, at: datetime) -> list[Stop]:
    """Everything that keeps what belongs to a number, now. Take `deleting_lock` before it is acted upon."""
    return [*_kept(who), *_by_law(who, at)]


def _kept(who: Who) -> Iterator[Stop]:
    """Whatever keeps any row of a customer keeps the customer, too (`holds.covering`, `guards`)."""
    (contacts,) = SUBJECTS[Kind.CONTACTS]
    found = [
        reason.keeper
        for reason in kept(contacts)
        if reason.keeper != WORDED and Contact.objects.filter(reason.condition, pk__in=who.contacts).exists()
    ]
    if HOLDS not in found and live_scopes().filter(number_index__in=who.indexes).exists():
        found.insert(0, HOLDS)
    for name in found:
        reason = REASONS.get(name)
        until = _("As soon as %(ends)s") % {"ends": reason.ends} if reason else ""
        yield Stop(name, keeper(name), until, reason.route if reason else "")


def _by_law(who: Who, at: datetime) -> Iterator[Stop]:
    """What a profile that the organization has taken on asks to be kept, from the newest row that it is about."""
    for limit in profile_limits():
        if limit.kind not in _ENDING or limit.shortest is None:
            continue
        newest = max((one for subject in SUBJECTS[limit.kind] if (one := _newest(subject, who))), default=None)
        if newest is None:
            continue
        until = newest + timedelta(days=limit.shortest)
        if until > at:
            words = _("%(kind)s: the %(owner)s profile says so (%(source)s)")
            names = {"kind": title(limit.kind), "owner": limit.owner, "source": limit.source}
            day = _("On %(day)s") % {"day": date_format(localdate(until), "j M Y")}
            yield Stop(BY_LAW, words % names, day, "measures")


def _newest(subject: Subject, who: Who) -> datetime | None:
    mine = subject.of(subject.contact, "__in", who.contacts)
    if subject.contact is None:
        mine = subject.of(subject.conversation, "__in", who.conversations)
    newest: datetime | None = subject.rows.filter(mine).aggregate(at=Max(subject.since))["at"]
    return newest
