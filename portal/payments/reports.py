"""The report on payments: which of them, how much of each currency, and all of it as a file.

Sums stand beside each other by currency and are never added across; simulated money is never added to real money.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Membership
from accounts.permissions import Permission, require
from portal.models import PaymentRequest
from portal.payments import currencies
from portal.payments.reading import ShownPayment, shown, visible_payments
from tenancy.isolation import activate

ROWS = 50
CHUNK = 500


@dataclass(frozen=True)
class Filter:
    """Which payments: days are of the organization's time, both included; "" and None mean any."""

    state: str = ""
    currency: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Total:
    """What was asked for in one currency, and what became of it. `kept` is paid without what was given back."""

    currency: str
    is_live: bool
    number: int
    asked: str
    paid: str
    refunded: str
    kept: str


def page_of(member: Membership, wanted: Filter, number: str) -> tuple["Page[PaymentRequest]", list[ShownPayment]]:
    """One page, newest first, as Django's page for the pager and as rows."""
    require(member, Permission.PAYMENTS_READ)
    page = Paginator(_rows(member, wanted).order_by("-created_at", "-pk"), ROWS).get_page(number)
    return page, [shown(member, row, in_list=True) for row in page.object_list]


def totals(member: Membership, wanted: Filter) -> list[Total]:
    """One for each currency and kind of money, the one with the most requests first."""
    require(member, Permission.PAYMENTS_READ)
    grouped = _rows(member, wanted).order_by().values("currency", "account__is_live")
    sums = grouped.annotate(
        number=Count("pk"), asked=Sum("amount_minor"), paid=Sum("paid_minor"), refunded=Sum("refunded_minor")
    )
    return [
        Total(
            currency=one["currency"],
            is_live=one["account__is_live"],
            number=one["number"],
            asked=currencies.shown(one["asked"], one["currency"]),
            paid=currencies.shown(one["paid"], one["currency"]),
            refunded=currencies.shown(one["refunded"], one["currency"]),
            kept=currencies.shown(one["paid"] - one["refunded"], one["currency"]),
        )
        for one in sorted(sums, key=lambda one: (-one["number"], one["currency"]))
    ]


def pieces(member: Membership, wanted: Filter) -> Iterator[list[tuple[object, ...]]]:
    """The file's rows in chunks, newest first, each read in an activation of its own; it ends when the member's right
    does.
    """
    before: UUID | None = None
    while True:
        with activate(member.organization):
            acting = Membership.objects.filter(pk=member.pk, is_active=True, user__is_active=True)
            if not acting.filter(auth_epoch=member.auth_epoch, user__auth_epoch=member.user.auth_epoch).exists():
                return
            rows = _rows(member, wanted)
            chunk = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[:CHUNK])
            cells = [_cells(member, row) for row in chunk]
        if not chunk:
            return
        yield cells
        before = chunk[-1].pk


COLUMNS = (
    *("payment", "created (UTC)", "state", "currency", "asked", "paid", "given back", "money", "paid at (UTC)"),
    *("requested by", "customer", "description"),
)


def _cells(member: Membership, row: PaymentRequest) -> tuple[object, ...]:
    seen = shown(member, row, in_list=True)
    amounts = (row.amount_minor, row.paid_minor, row.refunded_minor)
    return (
        row.pk,
        row.created_at.isoformat(timespec="seconds"),
        seen.state,
        row.currency,
        *(f"{currencies.decimal(amount, row.currency):f}" for amount in amounts),
        "real" if row.account.is_live else "simulated or test",
        row.paid_at.isoformat(timespec="seconds") if row.paid_at else "",
        seen.requested_by,
        seen.customer.name,
        seen.description,
    )


def _rows(member: Membership, wanted: Filter) -> QuerySet[PaymentRequest]:
    matches, zone = Q(), ZoneInfo(member.organization.time_zone)
    if wanted.state:
        matches &= Q(state=wanted.state)
    if wanted.currency:
        matches &= Q(currency=wanted.currency)
    if wanted.since:
        matches &= Q(created_at__gte=_midnight(wanted.since, zone))
    if wanted.until:
        matches &= Q(created_at__lt=_midnight(wanted.until + timedelta(days=1), zone))
    return visible_payments(member).filter(matches)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
