"""Opt-ins with how far each is, for Settings > Opt-in, the thread and the file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import OptIn
from compliance.opt_in.opt_in_confirmations import GOT_IT, ON_ITS_WAY
from tenancy.encryption import blind_index, prefetch
from tenancy.pieces import in_pieces
from texting.explained import explain
from texting.models import Contact, Message
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import BadNumber, parse
from texting.queries import NotYours, sees_everybody
from texting.queries.seeing import Customer, customer
from texting.statuses import ErrorKind, MessageStatus

SHOWN, MOST_COUNTED = 100, 100
COUNTED_FOR = timedelta(days=30)
"""Unconfirmed opt-ins are counted so long: afterwards the texts that would say more may be erased."""


class Shown(StrEnum):
    """How far an opt-in is, as the page tells it."""

    WAITING = "waiting"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    LAPSED = "lapsed"
    DECLINED = "declined"


WORDS: dict[Shown, tuple[Promise, str, str]] = {
    Shown.WAITING: (gettext_lazy("Waits for YES"), "neutral", "hourglass"),
    Shown.SENDING: (gettext_lazy("Being confirmed"), "neutral", "send"),
    Shown.CONFIRMED: (gettext_lazy("Confirmed"), "success", "circle-check"),
    Shown.UNCONFIRMED: (gettext_lazy("Unconfirmed"), "danger", "triangle-alert"),
    Shown.LAPSED: (gettext_lazy("No answer"), "neutral", "clock"),
    Shown.DECLINED: (gettext_lazy("Said no"), "neutral", "ban"),
}


@dataclass(frozen=True)
class OptInRow:
    """One opt-in. `why`: of an unconfirmed one, what happened to its confirmation."""

    id: UUID
    customer: Customer
    program: str
    source: str
    line: str
    shown: Shown
    why: str
    began_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None

    @property
    def word(self) -> str:
        return str(WORDS[self.shown][0])

    @property
    def tone(self) -> str:
        return WORDS[self.shown][1]

    @property
    def icon(self) -> str:
        return WORDS[self.shown][2]

    @property
    def is_unconfirmed(self) -> bool:
        return self.shown is Shown.UNCONFIRMED


def opt_ins(member: Membership, shown: Shown | None = None) -> list[OptInRow]:
    """The newest, at most `SHOWN`; of one kind if `shown` says which."""
    require(member, Permission.FORMS_MANAGE)
    return _rows(member, _of(shown)[:SHOWN])


def opt_ins_of_number(member: Membership, text: str) -> list[OptInRow]:
    """Those of one number. Raises BadNumber for what is no number, and for who sees only the last digits."""
    require(member, Permission.FORMS_MANAGE)
    if not sees_everybody(member):
        raise BadNumber(_("You see the last four digits of numbers, so nobody can be looked up by the whole number."))
    index = blind_index(NUMBER_INDEX, parse(text, member.organization.country).e164)
    return _rows(member, _of(None).filter(number_index=index)[:SHOWN])


def opt_ins_of(member: Membership, contact: Contact) -> list[OptInRow]:
    """What matters in the thread: open questions, and opt-ins of these days without a confirmation."""
    fresh = Q(ended_at__gt=timezone.now() - COUNTED_FOR) | Q(state=OptIn.State.ASKED, expires_at__gt=timezone.now())
    rows = _rows(member, _all().filter(fresh, number_index=contact.number_index)[:SHOWN])
    return [row for row in rows if row.shown in {Shown.WAITING, Shown.UNCONFIRMED}]


def all_opt_ins(member: Membership) -> Iterator[list[OptInRow]]:
    """Every opt-in, the newest first, for a file that leaves in pieces."""
    return in_pieces(member.organization, _all, lambda found: _rows(member, found))


def unconfirmed_count(member: Membership) -> int:
    """How many of the last days are unconfirmed, at most `MOST_COUNTED`."""
    fresh = _of(Shown.UNCONFIRMED).filter(ended_at__gt=timezone.now() - COUNTED_FOR)
    return len(fresh.order_by().values_list("pk", flat=True)[:MOST_COUNTED])


def access_opt_in(member: Membership, opt_in_id: UUID) -> OptIn:
    """Raises NotYours."""
    require(member, Permission.FORMS_MANAGE)
    found = OptIn.objects.filter(pk=opt_in_id).first()
    if found is None:
        raise NotYours
    return found


def _all() -> QuerySet[OptIn]:
    text = Message.objects.filter(pk=OuterRef("confirmation_id"))
    rows = OptIn.objects.select_related("contact", "program", "line")
    rows = rows.annotate(
        how=Coalesce(Subquery(text.values("status")[:1]), NullIf("confirmation_status", Value(""))),
        error=Subquery(text.values("error_kind")[:1]),
        code=Subquery(text.values("provider_code")[:1]),
    )
    return rows.order_by("-began_at", "-id")


def _of(shown: Shown | None) -> QuerySet[OptIn]:
    states, rows = OptIn.State, _all()
    given = Q(state=states.GIVEN)
    lapsed = Q(state=states.LAPSED) | Q(state=states.ASKED, expires_at__lte=timezone.now())
    which = {
        None: Q(),
        Shown.WAITING: Q(state=states.ASKED, expires_at__gt=timezone.now()),
        Shown.LAPSED: lapsed,
        Shown.DECLINED: Q(state=states.DECLINED),
        Shown.CONFIRMED: given & (Q(how__in=GOT_IT) | Q(how__isnull=True, confirmed_at__isnull=False)),
        Shown.SENDING: given & Q(how__in=ON_ITS_WAY),
        Shown.UNCONFIRMED: given
        & (Q(how__isnull=True, confirmed_at__isnull=True) | (Q(how__isnull=False) & ~Q(how__in=GOT_IT | ON_ITS_WAY))),
    }
    return rows.filter(which[shown])


def _rows(member: Membership, found: Iterable[OptIn]) -> list[OptInRow]:
    listed = list(found)
    prefetch([one.contact for one in listed])
    return [_row(member, one) for one in listed]


def _row(member: Membership, one: OptIn) -> OptInRow:
    shown = _shown(one)
    return OptInRow(
        id=one.pk,
        customer=customer(member, one.contact, in_list=True),
        program=one.program.name,
        source=one.get_source_display(),
        line=one.line.name,
        shown=shown,
        why=_why(one) if shown is Shown.UNCONFIRMED else "",
        began_at=one.began_at,
        ended_at=one.ended_at,
        expires_at=one.expires_at,
    )


def _shown(one: OptIn) -> Shown:
    if one.state == OptIn.State.ASKED:
        late = one.expires_at is not None and one.expires_at <= timezone.now()
        return Shown.LAPSED if late else Shown.WAITING
    if one.state != OptIn.State.GIVEN:
        return Shown(one.state)
    how: str | None = one.how  # type: ignore[attr-defined]
    if how in GOT_IT or (how is None and one.confirmed_at is not None):
        return Shown.CONFIRMED
    return Shown.SENDING if how in ON_ITS_WAY else Shown.UNCONFIRMED


def _why(one: OptIn) -> str:
    how, error, code = one.how, one.error, one.code  # type: ignore[attr-defined]
    if how is None:
        return _("No confirmation left: a limit or a rule kept it back.")
    return str(explain(MessageStatus(how), ErrorKind(error) if error else None, code or "").reason)
