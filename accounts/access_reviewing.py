"""Reviewing who has access, four times a year: begin, decide about each line, sign.

A review is a copy of what was there when it began, so that what was judged stays readable whatever comes. "Remove"
does at once what it says, by the use case that an admin would use, and only if the reviewer may; a line whose removal
was refused stays open. Nothing that was decided is changed: a second thought is a second row, and a signed review is
closed.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import deactivation, integrations, invitations, notices
from accounts.access_holding import held_now
from accounts.access_rules import rules_for_change
from accounts.mail.kinds import MailKind
from accounts.models import DirectoryToken, Integration, Membership
from accounts.models.access_review import AccessDecision, AccessKind, AccessLine, AccessReview, AccessSignOff
from accounts.permissions import Permission, require
from accounts.scim import connecting
from tenancy import audit
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

EVERY = timedelta(days=91)
TOLD_BEFORE = timedelta(days=14)
LONGEST_REMARK = 300


class StillOpen(Exception):
    """A review has been begun and is not signed yet."""


class Closed(Exception):
    """The review is signed: nothing is decided in it any more."""


class Undecided(Exception):
    """`count` lines have no decision yet."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True)
class Due:
    """When the next review is to be signed, and whether that is near or past."""

    on: date
    near: bool
    over: bool


def due(organization: Organization) -> Due:
    """A quarter after the last signed one, or after the organization began. Needs the organization active."""
    last = AccessSignOff.objects.order_by("-at").values_list("at", flat=True).first()
    today = timezone.localdate()
    on = timezone.localdate(last or organization.created_at) + EVERY
    return Due(on, on - TOLD_BEFORE <= today, on < today)


def review_waits(member: Membership) -> int:
    """1 for the list of settings when a review is near its date or past it, else 0."""
    return int(due(member.organization).near)


def open_review() -> AccessReview | None:
    """The active organization's review that is not signed yet."""
    return AccessReview.objects.filter(sign_offs__isnull=True).first()


def begin(*, actor: Membership) -> AccessReview:
    """Take down who has what now. Raises StillOpen, MissingPermission."""
    require(actor, Permission.ACCESS_REVIEW)
    rules_for_change(current_organization_id())  # its lock: of two who begin at once one goes first
    if open_review() is not None:
        raise StillOpen
    review = AccessReview.objects.create(begun_by=actor, due_on=due(actor.organization).on)
    AccessLine.objects.bulk_create(AccessLine(review=review, **vars(held)) for held in held_now(actor))
    audit.record(event=audit.AuditKind.ACCESS_REVIEW_BEGUN, actor=actor, object=review, lines=review.lines.count())
    return review


def decide(*, actor: Membership, line: AccessLine, keeps: bool, remark: str = "") -> None:
    """Keep what the line has, or take it away now.

    Raises Closed, MissingPermission, and what the removal raises: LastOwner, OwnMembership, FromDirectory.
    """
    require(actor, Permission.ACCESS_REVIEW)
    if line.review.sign_offs.exists():
        raise Closed
    if not keeps:
        _remove(actor, line)
    AccessDecision.objects.create(line=line, keeps=keeps, remark=remark[:LONGEST_REMARK], by=actor)
    audit.record(
        event=audit.AuditKind.ACCESS_DECIDED,
        actor=actor,
        object=line,
        verdict="keep" if keeps else "remove",
        kind=line.kind,
        subject=line.subject,
    )


def _remove(actor: Membership, line: AccessLine) -> None:
    """What is gone already is as it should be."""
    if line.kind == AccessKind.PERSON:
        _remove_person(actor, line)
    elif line.kind == AccessKind.KEY:
        for integration in Integration.objects.filter(pk=line.subject, membership__organization=actor.organization_id):
            integrations.end(actor=actor, integration=integration)
    else:
        of_ours = DirectoryToken.objects.filter(directory__membership__organization=actor.organization_id)
        for token in of_ours.select_related("directory__membership").filter(pk=line.subject):
            connecting.end_token(actor=actor, token=token)


def _remove_person(actor: Membership, line: AccessLine) -> None:
    found = Membership.objects.filter(pk=line.subject, organization=actor.organization_id)
    member = found.select_related("user", "organization").first()
    if member is None:
        return
    if member.joined_at is None:
        invitations.withdraw(actor=actor, member=member)
    else:
        with suppress(deactivation.AlreadyEnded):
            deactivation.deactivate(actor=actor, member=member)


def sign_off(*, actor: Membership, review: AccessReview, remark: str = "") -> AccessSignOff:
    """Close the review in one's own name. Raises Undecided, Closed, MissingPermission."""
    require(actor, Permission.ACCESS_REVIEW)
    left = review.lines.filter(decisions__isnull=True).count()
    if left:
        raise Undecided(left)
    try:
        with transaction.atomic():
            signed = AccessSignOff.objects.create(review=review, by=actor, remark=remark[:LONGEST_REMARK])
    except IntegrityError:
        raise Closed from None
    audit.record(event=audit.AuditKind.ACCESS_REVIEW_SIGNED, actor=actor, object=review)
    return signed


def remind() -> int:
    """Mail those who may review when the active organization's next review is near: once for each due date, and once
    more when it is over. Returns how many mails.
    """
    organization = Organization.objects.get(pk=current_organization_id())
    now_due = due(organization)
    told_for = now_due.on + timedelta(days=1) if now_due.over else now_due.on
    rules = rules_for_change(organization.pk) if now_due.near else None
    if rules is None or (rules.review_told_for is not None and rules.review_told_for >= told_for):
        return 0
    rules.review_told_for = told_for
    rules.save(update_fields=["review_told_for"])
    words = {"due": f"{now_due.on:%Y-%m-%d}"}
    return notices.tell(Permission.ACCESS_REVIEW, MailKind.ACCESS_REVIEW_DUE, route="access_review", words=words)
