"""Asking for the end of an organization, agreeing, taking it back."""

import json
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import notices, operators
from accounts.mail import MailKind
from accounts.mail.writing import day_in_words
from accounts.models import Membership, OperatorEvent, User
from accounts.origins import Origin
from accounts.permissions import Permission, require
from retention.holds.freezing import live_scopes
from retention.lock import deleting_lock
from retention.models import Closing
from retention.requests.cannot_do import CannotDo
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting.models import Line

WINDOW = timedelta(days=30)
State = Closing.State
LIVE = (State.ASKED, State.COUNTING, State.ENDING)


def current() -> Closing | None:
    """The attempt that is under way in the active organization, or that has ended it."""
    rows = Closing.objects.select_related("asked_by__user", "decided_by__user")
    return rows.exclude(state=State.TAKEN_BACK).first()


def ask(*, member: Membership, typed: str) -> Closing:
    """An owner wants it to end. Where another owner is there, that one has to agree. Raises CannotDo."""
    require(member, Permission.ORGANIZATION_END)
    if " ".join(typed.split()).casefold() != member.organization.name.casefold():
        raise CannotDo(_("Type the organization's name as it stands above."))
    deleting_lock()
    refuse_if_held()
    if current() is not None:
        raise CannotDo(_("It was asked for already."))
    others = other_owners(member)
    now = timezone.now()
    closing = Closing.objects.create(state=State.ASKED, asked_by=member, asked_at=now)
    audit.record(event=AuditKind.CLOSING_ASKED, actor=member, object=closing, alone=not others)
    if not others:
        begin(closing)
    return closing


def agree(*, member: Membership) -> None:
    """A second owner says yes. Raises CannotDo for the first one, or when nothing waits."""
    require(member, Permission.ORGANIZATION_END)
    deleting_lock()
    refuse_if_held()
    closing = _locked(State.ASKED)
    if closing.asked_by_id == member.pk:
        raise CannotDo(_("You asked for it. Another owner has to agree."))
    closing.decided_by = member
    closing.save(update_fields=["decided_by"])
    audit.record(event=AuditKind.CLOSING_AGREED, actor=member, object=closing)
    begin(closing)


def take_back(*, member: Membership) -> None:
    """Any owner keeps it: lines send again as before. Raises CannotDo when it is too late, or nothing is under way."""
    require(member, Permission.ORGANIZATION_END)
    _take_back(_locked(State.ASKED, State.COUNTING), member)


def begin_from_outside(
    window: timedelta = WINDOW, *, operator: User | None = None, origin: Origin | None = None
) -> Closing:
    """An operator ends the active organization; its owners are mailed, and the operators' log tells. Raises CannotDo.

    None is the command line. The database asks for that entry (docs/decisions/0309).
    """
    deleting_lock()
    refuse_if_held()
    if current() is not None:
        raise CannotDo(_("It was asked for already; its owners see it under Settings > End the organization."))
    closing = Closing.objects.create(state=State.ASKED, asked_at=timezone.now())
    act = OperatorEvent.Act.END_BEGUN
    operators.note(act, user=operator, origin=origin, organization_id=current_organization_id())
    begin(closing, window)
    return closing


def may_hurry() -> bool:
    """Whether the database lets this process settle a day sooner than `WINDOW`: only who owns the tables may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass",
            [Closing._meta.db_table],
        )
        [[found]] = cursor.fetchall()
    return bool(found)


def take_back_from_outside() -> None:
    """An operator keeps what an operator ended. Raises CannotDo for what an owner asked for."""
    closing = _locked(State.COUNTING)
    if is_owners(closing):
        raise CannotDo(_("An owner asked for it, so an owner takes it back."))
    _take_back(closing, None)


def is_owners(closing: Closing) -> bool:
    """Whether an owner asked for it, not an operator; the certificate knows when the row no longer does."""
    said = json.loads(closing.certificate) if closing.certificate else {}
    return closing.asked_by_id is not None or bool(said.get("asked_by"))


def _take_back(closing: Closing, member: Membership | None) -> None:
    closing.state, closing.decided_by = State.TAKEN_BACK, member
    closing.save(update_fields=["state", "decided_by"])
    Line.objects.filter(pk__in=closing.line_ids).update(is_active=True)
    audit.record(event=AuditKind.CLOSING_TAKEN_BACK, actor=member, object=closing, lines=closing.line_ids)


def begin(closing: Closing, window: timedelta = WINDOW) -> None:
    """From now on nothing is sent but sign-in codes; it ends when the window is over."""
    now = timezone.now()
    closing.state, closing.begun_at, closing.ends_at = State.COUNTING, now, now + window
    closing.line_ids = []
    silence(closing)
    closing.save(update_fields=["state", "begun_at", "ends_at", "line_ids"])
    audit.record(event=AuditKind.CLOSING_BEGUN, actor=closing.asked_by, object=closing, ends_at=closing.ends_at)
    tell(closing)


def silence(closing: Closing) -> None:
    """Switch off what sends and remember it on the closing, which the caller saves. Lines go on hearing."""
    lines = Line.objects.filter(is_active=True, sends_codes=False)
    ids = [str(pk) for pk in lines.order_by("pk").values_list("pk", flat=True)]
    lines.update(is_active=False)
    closing.line_ids = [*closing.line_ids, *ids]


def tell(closing: Closing) -> None:
    """Mail every owner on which day it ends, and where it is taken back."""
    if closing.ends_at is None:
        raise ValueError("a closing without an end")
    words = {"ends": day_in_words(timezone.localtime(closing.ends_at), "j M Y")}
    notices.tell_owners(current_organization_id(), MailKind.ORGANIZATION_ENDS, route="closing", words=words)


def other_owners(member: Membership) -> list[Membership]:
    """Other active owners."""
    rows = Membership.objects.filter(
        organization=member.organization_id, is_owner=True, is_active=True, user__is_active=True
    )
    return list(rows.exclude(pk=member.pk).select_related("user").order_by("user__name", "pk"))


def refuse_if_held() -> None:
    """Raises CannotDo while anything is on legal hold. Take `deleting_lock` before."""
    if number := _holds():
        words = ngettext(
            "%(number)s legal hold keeps things here. The organization can end when two people have released it.",
            "%(number)s legal holds keep things here. The organization can end when two people have released them.",
            number,
        )
        raise CannotDo(words % {"number": number})


def is_held() -> bool:
    """Whether anything is on legal hold. Take `deleting_lock` before."""
    return _holds() > 0


def _holds() -> int:
    return live_scopes().values("hold").distinct().count()


def _locked(*states: str) -> Closing:
    closing = Closing.objects.select_for_update(of=("self",)).filter(state__in=states).first()
    if closing is None:
        raise CannotDo(_("Nothing is under way that this could be said to."))
    return closing
