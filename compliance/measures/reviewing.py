"""Who sees to a measure, when it is reviewed, and the signature with the figures that were seen."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import mail, notices
from accounts.languages import DEFAULT, written_in
from accounts.mail import MailKind
from accounts.models import Membership, MembershipRole, Role
from accounts.permissions import Permission, require
from compliance.measures import register
from compliance.measures.catalogue.table import MEASURES, VERSION
from compliance.models import MeasureDuty, MeasureReview
from compliance.reports.periods import Period
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

TOLD_BEFORE = timedelta(days=14)
LEAST_NOTE, LONGEST_NOTE = 5, 2000


class NotPossible(ValueError):
    """Nothing changed."""


class SignedMeanwhile(NotPossible):
    """Somebody signed since the page was shown, or the same click came twice."""


def able_owners() -> QuerySet[Membership]:
    """People of the active organization who may read the register now."""
    roles = [role for role in Role.objects.all() if Permission.MEASURES_READ in role.granted]
    here = Membership.objects.filter(
        Q(is_owner=True) | Q(pk__in=MembershipRole.objects.filter(role__in=roles).values("membership")),
        organization=current_organization_id(),
        is_active=True,
        is_machine=False,
        user__is_active=True,
    )
    return here.select_related("user", "organization").order_by("user__name", "pk")


def assign(*, actor: Membership, measure: str, owner_id: UUID | None, due_on: date | None = None) -> None:
    """Say who sees to it, and when it is reviewed next. Raises NotPossible for somebody who cannot read the register
    or a day outside of today to two years, MissingPermission.
    """
    require(actor, Permission.MEASURES_MANAGE)
    owner = able_owners().filter(pk=owner_id).first() if owner_id else None
    if owner_id and owner is None:
        raise NotPossible
    today = timezone.localdate()
    duty = MeasureDuty.objects.select_for_update().filter(measure=measure).first()
    if duty is None or (due_on and due_on != duty.due_on and not today <= due_on <= today + timedelta(days=731)):
        raise NotPossible
    before = (duty.owner_id, duty.due_on)
    duty.owner, duty.due_on = owner, due_on or duty.due_on
    if before == (duty.owner_id, duty.due_on):
        return
    duty.told_for = None
    duty.save(update_fields=["owner", "due_on", "told_for"])
    audit.record(
        event=AuditKind.MEASURE_OWNED, actor=actor, object=duty, measure=measure, owner=owner_id, due_on=duty.due_on
    )


def sign_off(*, actor: Membership, measure: str, period: Period, note: str, last_id: UUID | None) -> MeasureReview:
    """Sign what the figures of the period say now, with a note. `last_id`: the newest review that the signer saw.

    Raises SignedMeanwhile, NotPossible without a note or for a measure that does not apply, MissingPermission.
    """
    require(actor, Permission.MEASURES_MANAGE)
    note = note.replace("\x00", "").strip()
    duty = MeasureDuty.objects.select_for_update().filter(measure=measure, applies=True).first()
    if duty is None or not LEAST_NOTE <= len(note) <= LONGEST_NOTE:
        raise NotPossible
    with written_in(DEFAULT):  # kept for everybody, whatever language the actor reads
        shown = register.one_measure(actor, measure, period)
        figures = [_frozen(one) for one in shown.figures] if shown else []
        rows = shown.controls if shown else ()
        controls = [{"key": one.control.key, "title": str(one.control.title), "on": one.on} for one in rows]
    if shown is None or not shown.because:
        raise NotPossible
    if (shown.last.pk if shown.last else None) != last_id:
        raise SignedMeanwhile
    next_on = months_later(timezone.localdate(), MEASURES[measure].every)
    review = MeasureReview.objects.create(
        measure=measure,
        by=actor,
        due_on=duty.due_on,
        next_on=next_on,
        since=period.first,
        until=period.last,
        figures=figures,
        controls=controls,
        gaps=len(shown.gaps),
        catalogue_version=VERSION,
        note=note,
    )
    duty.due_on, duty.told_for = next_on, None
    duty.save(update_fields=["due_on", "told_for"])
    audit.record(
        event=AuditKind.MEASURE_SIGNED, actor=actor, object=review, measure=measure, gaps=review.gaps, next_on=next_on
    )
    return review


def _frozen(shown: register.ShownFigure) -> dict[str, object]:
    figure = shown.figure
    return {
        "key": shown.kind.key,
        "title": str(shown.kind.title),
        "part": figure.part,
        "whole": figure.whole,
        "share": figure.share,
        "target": figure.target,
        "is_met": figure.is_met,
        "note": figure.note,
    }


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of its month when that has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def reviews(measure: str) -> list[MeasureReview]:
    """Signed reviews of it, the newest first; at most 100."""
    return list(MeasureReview.objects.filter(measure=measure).select_related("by__user").order_by("-at", "-id")[:100])


def remind() -> int:
    """Mail who sees to measures whose review is near, once for each due day, and once more when it is over.

    What nobody owns, or somebody who may not read it any more, is told to those who manage measures. Returns how many
    mails. It commits with the rows that say that they were told, so twice is once.
    """
    today = timezone.localdate()
    near = MeasureDuty.objects.filter(applies=True, due_on__lte=today + TOLD_BEFORE).order_by("due_on", "pk")
    rows = [row for row in near.select_for_update(skip_locked=True) if _is_news(row, today)]
    if not rows:
        return 0
    owners = {member.pk: member for member in able_owners().filter(wants_mails=True)}
    by_owner: dict[UUID | None, list[MeasureDuty]] = defaultdict(list)
    for row in rows:
        row.told_for = _told_for(row, today)
        by_owner[row.owner_id if row.owner_id in owners else None].append(row)
    MeasureDuty.objects.bulk_update(rows, ["told_for"])
    told = 0
    for owner_id, theirs in by_owner.items():
        words = _words(theirs)
        if owner_id is None:
            told += notices.tell(Permission.MEASURES_MANAGE, MailKind.MEASURES_DUE, route="measures", words=words)
            continue
        page = {"page_link": settings.PUBLIC_BASE_URL + reverse("measures")}
        name = {"organization": Organization.objects.get(pk=current_organization_id()).name}
        with suppress(mail.TooManyMails, mail.BadAddress):
            mail.queue(to=owners[owner_id].user, kind=MailKind.MEASURES_DUE, words={**name, **page, **words})
            told += 1
    return told


def _told_for(row: MeasureDuty, today: date) -> date:
    return row.due_on + timedelta(days=1) if row.due_on < today else row.due_on


def _is_news(row: MeasureDuty, today: date) -> bool:
    return row.told_for is None or row.told_for < _told_for(row, today)


def _words(rows: Iterable[MeasureDuty]) -> dict[str, mail.writing.Word]:
    """Names of laws, a count, a day: nothing about anybody."""
    due = [row for row in rows if row.measure in MEASURES]
    titles = mail.writing.said_later(lambda: ", ".join(str(MEASURES[row.measure].title) for row in due))
    return {"number": len(due), "measures": titles, "due": f"{min(row.due_on for row in due):%Y-%m-%d}" if due else ""}
