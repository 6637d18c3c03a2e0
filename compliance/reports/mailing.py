"""The report by mail: counts of the last whole week or month, to members who may read reports.

Each period is mailed once: the row says up to which day its member was told, and it changes with the mail or not at
all. Whoever may read reports no longer is taken off when the next round comes, and gets no mail in between.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import mail
from accounts.mail import MailKind
from accounts.mail.writing import Word, day_in_words
from accounts.models import Membership, MembershipRole, Role
from accounts.permissions import Permission, require
from compliance.models import ReportMail
from compliance.reports import counting
from compliance.reports.figures import Ledger
from compliance.reports.periods import Period, last_month, last_week
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

More = Callable[[Membership, Period], dict[str, Word]]
"""What else a mail says to this reader of the period, for its template."""


@dataclass(frozen=True)
class Reader:
    """A member who may read reports, and how often they are mailed: "" for never."""

    id: UUID
    name: str
    every: str


def readers(member: Membership) -> list[Reader]:
    """Everybody who could get the mail, by name. Raises MissingPermission."""
    require(member, Permission.REPORTS_READ)
    every = dict(ReportMail.objects.values_list("member_id", "every"))
    found = [Reader(one.pk, one.user.name, every.get(one.pk, "")) for one in _able()]
    return sorted(found, key=lambda one: one.name.casefold())


def choose(*, actor: Membership, member_id: UUID, every: str) -> bool:
    """Mail a member every week or month, or ("") no longer; whether there is such a member. Harmless when repeated.

    A change begins with the next whole period. Everybody with the right to read reports chooses for themselves; for
    others it takes the right to manage people. Raises MissingPermission, ValueError for another word.
    """
    require(actor, Permission.REPORTS_READ)
    if member_id != actor.pk:
        require(actor, Permission.PEOPLE_MANAGE)
    member = _able().filter(pk=member_id).first()
    if member is None:
        return False
    rows = ReportMail.objects.filter(member=member)
    if not every:
        changed = rows.delete()[0] > 0
    else:
        wanted, now = ReportMail.Every(every), timezone.now()
        changed = not rows.filter(every=wanted).exists()
        told_until = _period(
            wanted, member.organization, now.astimezone(ZoneInfo(member.organization.time_zone)).date()
        )
        if changed:
            ReportMail.objects.update_or_create(
                member=member,
                defaults={"every": wanted, "added_by": actor, "added_at": now, "told_until": told_until.last},
            )
    if changed:
        audit.record(event=AuditKind.REPORT_MAIL_CHANGED, actor=actor, object=member, every=every or "never")
    return True


def mail_due(more: More) -> int:
    """Mail what is due in the active organization, in the running transaction. Returns how many mails; twice is once.

    Several periods that nobody was told of, because the clock stood still, are one mail about the newest.
    """
    rows = list(ReportMail.objects.select_for_update(skip_locked=True, of=("self",)).select_related("member__user"))
    if not rows:
        return 0
    organization = Organization.objects.get(pk=current_organization_id())
    able = set(_able().filter(pk__in=[row.member_id for row in rows]).values_list("pk", flat=True))
    ReportMail.objects.filter(pk__in=[row.pk for row in rows if row.member_id not in able]).delete()
    today, told = timezone.now().astimezone(ZoneInfo(organization.time_zone)).date(), 0
    for every in ReportMail.Every:
        readers_now = [row for row in rows if row.every == every and row.member_id in able]
        told += _mail(organization, _period(every, organization, today), readers_now, more)
    return told


def _mail(organization: Organization, period: Period, rows: Sequence[ReportMail], more: More) -> int:
    """Tell those of the period who were not told yet; counted once for all of them."""
    late = [row for row in rows if row.told_until < period.last]
    if not late:
        return 0
    words = _words(organization, period, counting.ledger(period), counting.ledger(period.before))
    told = 0
    for row in late:
        row.told_until = period.last
        row.save(update_fields=["told_until"])
        with suppress(mail.TooManyMails, mail.BadAddress):
            mail.queue(to=row.member.user, kind=MailKind.PERMISSION_REPORT, words=words | more(row.member, period))
            told += 1
    return told


def _words(organization: Organization, period: Period, now: Ledger, then: Ledger) -> dict[str, Word]:
    """Counts, days and the organization's name: nothing about a customer or a member."""
    page = settings.PUBLIC_BASE_URL + reverse("permission_report")
    return {
        "organization": organization.name,
        "first": day_in_words(period.first, "j M Y"),
        "last": day_in_words(period.last, "j M Y"),
        "opt_ins": now.joined,
        "opt_ins_before": then.joined,
        "opt_outs": now.left,
        "opt_outs_before": then.left,
        "net": now.net,
        "page_link": f"{page}?since={period.first}&until={period.last}",
    }


def _period(every: str, organization: Organization, today: date) -> Period:
    last = last_week if every == ReportMail.Every.WEEK else last_month
    return last(today, organization.time_zone)


def _able() -> QuerySet[Membership]:
    """People of the active organization who may read reports now."""
    roles = [role for role in Role.objects.all() if Permission.REPORTS_READ in role.granted]
    return Membership.objects.filter(
        Q(is_owner=True) | Q(pk__in=MembershipRole.objects.filter(role__in=roles).values("membership")),
        organization=current_organization_id(),
        is_active=True,
        is_machine=False,
        user__is_active=True,
        joined_at__isnull=False,
    ).select_related("user", "organization")
