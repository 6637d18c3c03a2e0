"""What pages say of requests."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.paginator import Page, Paginator
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.models import SubjectRequest
from retention.requests.clock import REMIND_BEFORE
from tenancy.encryption import blind_index, prefetch, readable
from texting import queries
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import BadNumber, display, parse

_PAGE = 25
TABS = ("open", "closed")
State = SubjectRequest.State


@dataclass(frozen=True)
class Shown:
    """One request with how it stands. `number`: as this member sees it; empty when it was erased."""

    request: SubjectRequest
    number: str
    label: str
    tone: str
    icon: str

    @property
    def last_day(self) -> date:
        """The last day that the law gives, in the organization's zone."""
        return timezone.localdate(self.request.due_at - timedelta(seconds=1))

    @property
    def is_late(self) -> bool:
        """Whether it was not, or was not yet, closed in time."""
        return (self.request.closed_at or timezone.now()) >= self.request.due_at


def shown(member: Membership, request: SubjectRequest) -> Shown:
    """As this member may see it."""
    number = request.number_masked
    if number and queries.sees_everybody(member):
        phone = words_of(request, "phone")
        number = display(phone, member.organization.country) if phone else ""
    return Shown(request, number, *_standing(request))


def standing(request: SubjectRequest) -> Shown:
    """Without its number."""
    return Shown(request, "", *_standing(request))


def words_of(request: SubjectRequest, name: str) -> str:
    """Words of a request; nothing when its key was destroyed."""
    return readable(request, name, "") or ""


def page_of(member: Membership, tab: str, text: str, number: int) -> tuple[Page[SubjectRequest], list[Shown]]:
    """Requests of a tab; `text`: a whole number, or its last digits."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    rows = SubjectRequest.objects.select_related("opened_by__user", "closed_by__user")
    rows = rows.filter(state=State.OPEN) if tab == "open" else rows.exclude(state=State.OPEN)
    if text:
        rows = rows.filter(number_index=_index(member, text))
    page = Paginator(rows.order_by(*(("due_at", "pk") if tab == "open" else ("-closed_at", "-pk"))), _PAGE).get_page(
        number
    )
    prefetch([one for one in page if one.number_masked])
    return page, [shown(member, one) for one in page]


def access(member: Membership, request_id: object) -> SubjectRequest:
    """A request. Raises Http404."""
    require(member, Permission.SUBJECT_REQUESTS_MANAGE)
    rows = SubjectRequest.objects.select_related("opened_by__user", "closed_by__user")
    return get_object_or_404(rows, pk=request_id)


def requests_waiting(member: Membership) -> int:
    """Open requests, for the rail."""
    return SubjectRequest.objects.filter(state=State.OPEN).count()


def _index(member: Membership, text: str) -> bytes:
    """Of a number that was typed to search; nothing has the index of what is none."""
    try:
        if queries.sees_everybody(member):
            return blind_index(NUMBER_INDEX, parse(text, member.organization.country).e164)
    except BadNumber:
        pass
    return b""


def _standing(request: SubjectRequest) -> tuple[str, str, str]:
    now = timezone.now()
    if request.state == State.OPEN:
        if now >= request.due_at:
            return _("Too late"), "danger", "triangle-alert"
        if now >= request.due_at - REMIND_BEFORE:
            return _("Due soon"), "warning", "clock"
        return _("Open"), "info", "hourglass"
    if request.state == State.REFUSED:
        return _("Refused"), "neutral", "x"
    return _("Done"), "success", "check"
