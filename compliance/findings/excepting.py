"""Exceptions of an organization: made from a finding that was judged wrong, looked at again after 90 days, removed."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from accounts.setting_floors import TooWeak, require_strong
from compliance.models import Finding, FindingException
from compliance.screening.excepted import HOLDS_FOR, may_be_excepted, parts
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind

MOST = 200
"""At a time: each text with a likely finding is held against all of them."""


class CannotExcept(ValueError):
    """There can be no such exception; the message says why."""


def phrases_of(finding: Finding) -> list[str]:
    """The phrases of our lists that an exception from this finding may be narrowed to."""
    return parts(rule for rule, _weight in finding.reasons)[1]


def make(*, member: Membership, finding: Finding, phrase: str) -> FindingException:
    """Findings like this one are none from now on; `phrase` "" for whatever its rules matched.

    Raises CannotExcept, MissingPermission.
    """
    require(member, Permission.FINDINGS_EXCEPT)
    check(finding)
    if phrase and phrase not in phrases_of(finding):
        raise CannotExcept(_("Choose one of the phrases."))
    if FindingException.objects.filter(ended_at=None).count() >= MOST:
        raise CannotExcept(_("There are too many exceptions. Remove those that are not needed."))
    _hold_against_floors(member, finding.type)
    now = timezone.now()
    rules, _phrases = parts(rule for rule, _weight in finding.reasons)
    made = FindingException(
        type=finding.type,
        rules=rules,
        phrase=phrase,
        finding_id=finding.pk,
        made_by=member,
        made_at=now,
        review_at=now + timedelta(days=HOLDS_FOR),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise CannotExcept(_("There is this exception already. Say on its page that it stays.")) from None
    _record(AuditKind.FINDING_EXCEPTION_MADE, member, made)
    return made


def _hold_against_floors(member: Membership, kind: str) -> None:
    try:
        require_strong(member, "content", type=kind)
    except TooWeak as weak:
        raise CannotExcept(str(weak)) from None


def check(finding: Finding) -> None:
    """Raises CannotExcept for a finding that no exception can be made from."""
    if finding.verdict != Finding.Verdict.WRONG:
        raise CannotExcept(_("Only a finding that was judged wrong can become an exception."))
    if not may_be_excepted(finding.type, finding.confidence):
        raise CannotExcept(
            _("There are no exceptions for what is sure, nor for cards, social security and tax numbers and secrets.")
        )


def keep(*, member: Membership, exception_id: UUID) -> bool:
    """It stays for another 90 days from now. False when it was removed meanwhile. Raises MissingPermission."""
    require(member, Permission.FINDINGS_EXCEPT)
    found = FindingException.objects.select_for_update().filter(pk=exception_id, ended_at=None).first()
    if found is None:
        return False
    found.review_at = timezone.now() + timedelta(days=HOLDS_FOR)
    found.save(update_fields=["review_at"])
    _record(AuditKind.FINDING_EXCEPTION_KEPT, member, found)
    return True


def remove(*, member: Membership, exception_id: UUID) -> bool:
    """Such findings are findings again. False when it was removed before. Raises MissingPermission."""
    require(member, Permission.FINDINGS_EXCEPT)
    found = FindingException.objects.select_for_update().filter(pk=exception_id, ended_at=None).first()
    if found is None:
        return False
    found.ended_at = timezone.now()
    found.save(update_fields=["ended_at"])
    _record(AuditKind.FINDING_EXCEPTION_REMOVED, member, found)
    return True


def _record(kind: AuditEventKind, member: Membership, about: FindingException) -> None:
    what = {"kind": about.type, "rules": about.rules, "phrase": about.phrase, "finding": str(about.finding_id)}
    audit.record(event=kind, actor=member, object=about, **what)
