"""Saying whether a finding was right. It changes nothing about the text: what was removed was never stored."""

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import Finding
from tenancy import audit
from tenancy.audit import AuditKind


def decide(*, member: Membership, finding: Finding, verdict: Finding.Verdict) -> Finding:
    """The verdict is the member's from now on; judging it again takes it back. The same again does nothing.

    Raises MissingPermission, and ValueError for "to judge", which is no verdict.
    """
    require(member, Permission.FINDINGS_DECIDE)
    if verdict is Finding.Verdict.OPEN:
        raise ValueError("Right or wrong.")
    mine = Finding.objects.select_for_update().get(pk=finding.pk)
    before = mine.verdict
    if before == verdict:
        return mine
    mine.verdict, mine.decided_by, mine.decided_at = verdict, member, timezone.now()
    mine.save(update_fields=["verdict", "decided_by", "decided_at"])
    audit.record(
        event=AuditKind.FINDING_DECIDED,
        actor=member,
        object=mine,
        kind=mine.type,
        verdict=verdict.value,
        before=before,
        rules=mine.rules_version,
    )
    return mine
