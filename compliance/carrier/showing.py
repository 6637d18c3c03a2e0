"""What stands on "Agreement with the carrier": each line's last comparison, the differences, texts that were fetched.

Customers appear as the member may see them in lists; nothing that anybody wrote is shown here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.carrier.comparing import only_ours
from compliance.models import Suppression
from tenancy.encryption import prefetch
from texting import queries
from texting.models import CarrierComparison, CarrierWord, Contact, FetchedText, Line, LineKey, OptOutMismatch, Reading
from texting.phone_numbers import display
from texting.providers.catalog import card_of
from texting.providers.registry import UnknownProvider, capabilities_of
from texting.queries import Customer

MOST = 100
SPAN = timedelta(days=30)

_PROBLEMS: dict[str, str | Promise] = {
    "auth": _("The provider does not accept the line's credentials. Change its token."),
    "account": _("The provider has closed or limited the account. Look there."),
    "bad_list": _(
        "The provider's answer was no list that can be used. Nothing was changed; it is asked again at night."
    ),
}
_AWAY = _("The provider could not be asked. It is asked again within the hour.")


@dataclass(frozen=True)
class LineAgreement:
    """One line. `comparison` is its last one; `words` and `same` count what the carrier said about texts lately."""

    id: UUID
    name: str
    number: str
    provider: str | Promise
    is_active: bool
    has_list: bool
    comparison: CarrierComparison | None
    problem: str | Promise
    due_at: datetime
    words: int
    same: int
    fetched: int


@dataclass(frozen=True)
class MismatchRow:
    """One difference."""

    at: datetime
    customer: Customer
    line: str
    found_by: str
    carrier: str
    ours: str
    suppressed: bool


@dataclass(frozen=True)
class OursRow:
    """Somebody who opted out here and of whom the carrier's list does not know."""

    since: datetime
    customer: Customer
    line: str


@dataclass(frozen=True)
class FetchedRow:
    """A text whose webhook had not come."""

    sent_at: datetime | None
    fetched_at: datetime
    customer: Customer
    line: str


def lines(member: Membership) -> list[LineAgreement]:
    """Every line but the one for codes, those that are on first. Raises MissingPermission."""
    require(member, Permission.LINES_MANAGE)
    rows = list(Line.objects.filter(sends_codes=False).defer("credentials").order_by("-is_active", "name"))
    newest = CarrierComparison.objects.order_by("line_id", "-started_at").distinct("line_id")
    comparisons = {comparison.line_id: comparison for comparison in newest}
    due = dict(LineKey.objects.filter(line_id__in=[row.pk for row in rows]).values_list("line_id", "opt_outs_due_at"))
    since = timezone.now() - SPAN
    words = CarrierWord.objects.filter(heard_at__gte=since).order_by().values("line_id")
    said: dict[UUID, dict[str, int]] = {
        row["line_id"]: {"words": row["words"], "same": row["same"]}
        for row in words.annotate(words=Count("pk"), same=Count("pk", filter=Q(carrier=F("ours"))))
    }
    late = FetchedText.objects.filter(fetched_at__gte=since).order_by().values_list("line_id")
    fetched = dict(late.annotate(Count("pk")))
    return [
        LineAgreement(
            id=row.pk,
            name=row.name,
            number=display(row.number, member.organization.country),
            provider=card_of(row.provider).label,
            is_active=row.is_active,
            has_list=_has_list(row.provider),
            comparison=comparisons.get(row.pk),
            problem=_problem(comparisons.get(row.pk)),
            due_at=due[row.pk],
            words=said.get(row.pk, {}).get("words", 0),
            same=said.get(row.pk, {}).get("same", 0),
            fetched=fetched.get(row.pk, 0),
        )
        for row in rows
    ]


def mismatches(member: Membership, *, most: int = MOST) -> list[MismatchRow]:
    """The newest differences. Raises MissingPermission."""
    require(member, Permission.LINES_MANAGE)
    found = OptOutMismatch.objects.select_related("contact", "line").defer("line__credentials")
    rows = list(found.order_by("-found_at", "-id")[:most])
    prefetch([row.contact for row in rows])
    return [
        MismatchRow(
            at=row.found_at,
            customer=queries.customer(member, row.contact, in_list=True),
            line=row.line.name,
            found_by=str(OptOutMismatch.FoundBy(row.found_by).label),
            carrier=str(Reading(row.carrier).label),
            ours=str(Reading(row.ours).label),
            suppressed=row.suppressed,
        )
        for row in rows
    ]


def known_to_us_only(member: Membership, *, most: int = MOST) -> list[OursRow]:
    """Who opted out here and does not stand in the last list of a line. Raises MissingPermission."""
    require(member, Permission.LINES_MANAGE)
    done = CarrierComparison.objects.filter(state=CarrierComparison.State.DONE, line__is_active=True)
    newest = list(done.order_by("line_id", "-started_at").distinct("line_id").select_related("line"))
    found: list[tuple[Contact, str]] = []
    for comparison in newest:
        contacts = only_ours(comparison).order_by("-created_at", "-id")[: most - len(found)]
        found += [(contact, comparison.line.name) for contact in contacts]
    prefetch([contact for contact, _line in found])
    since = _since(contact for contact, _line in found)
    return [
        OursRow(since[bytes(contact.number_index)], queries.customer(member, contact, in_list=True), line)
        for contact, line in found
    ]


def fetched_texts(member: Membership, *, most: int = MOST) -> list[FetchedRow]:
    """The newest texts that were fetched, of the last month. Raises MissingPermission."""
    require(member, Permission.LINES_MANAGE)
    rows = FetchedText.objects.filter(fetched_at__gte=timezone.now() - SPAN, line__sends_codes=False)
    found = rows.select_related("message__contact", "line").defer("message__body", "line__credentials")
    shown = list(found.order_by("-fetched_at", "-id")[:most])
    prefetch([row.message.contact for row in shown])
    return [
        FetchedRow(
            row.sent_at,
            row.fetched_at,
            queries.customer(member, row.message.contact, in_list=True),
            row.line.name,
        )
        for row in shown
    ]


def is_being_read(rows: Sequence[LineAgreement]) -> bool:
    """Whether a list is being read, or will be within moments."""
    now = timezone.now()
    running = CarrierComparison.State.RUNNING
    return any(
        row.has_list and (row.due_at <= now or (row.comparison is not None and row.comparison.state == running))
        for row in rows
        if row.is_active
    )


def _since(contacts: Iterable[Contact]) -> dict[bytes, datetime]:
    rows = Suppression.objects.filter(number_index__in=[contact.number_index for contact in contacts])
    return {bytes(index): since for index, since in rows.values_list("number_index", "since")}


def _has_list(provider: str) -> bool:
    try:
        return capabilities_of(provider).lists_opt_outs
    except UnknownProvider:
        return False


def _problem(comparison: CarrierComparison | None) -> str | Promise:
    if comparison is None or comparison.state != CarrierComparison.State.FAILED:
        return ""
    return _PROBLEMS.get(comparison.problem, _AWAY)
