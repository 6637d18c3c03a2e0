"""The organization's own record of what its provider sent and what became of it."""

import json
import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership, RequestKind, SamlAttempt, SamlRequest
from accounts.saml.postcheck import Assertion
from accounts.saml.refusals import Reason, shortened

KEPT = timedelta(days=30)
MOST_AN_HOUR = 2000  # of one organization; what comes beyond them is refused all the same and not written down
MOST_KEPT = 500  # of one organization: a flood of refused messages pushes older ones out, it does not fill a disk
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_MOST_VALUES = 20


def new_reference() -> str:
    """What a person reads out to an admin: `K7QP-3MXA`."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def note(
    *,
    reference: str,
    kind: RequestKind,
    reason: Reason | None,
    address: str | None,
    member: Membership | None = None,
    request: SamlRequest | None = None,
    facts: dict[str, Any] | None = None,
) -> SamlAttempt | None:
    """Write an attempt down; None when there was a flood. Needs the organization active."""
    hour_ago = timezone.now() - timedelta(hours=1)
    recent = SamlAttempt.objects.filter(at__gt=hour_ago)[:MOST_AN_HOUR]
    if reason is not None and recent.count() == MOST_AN_HOUR:
        return None
    return SamlAttempt.objects.create(
        reference=reference,
        kind=kind,
        reason=reason.value if reason else "",
        member=member,
        request=request,
        address=address,
        facts=json.dumps(facts, ensure_ascii=False) if facts else None,
        at=timezone.now(),
    )


def what_came(assertion: Assertion) -> dict[str, Any]:
    """What pages show of an assertion: short, and never the message itself."""
    values = {
        shortened(attribute, 200): [shortened(value, 200) for value in found[:_MOST_VALUES]]
        for attribute, found in list(assertion.attributes.items())[:40]
    }
    return {"name_id": assertion.name_id, "format": assertion.name_id_format, "attributes": values}


def forget_old() -> int:
    """Delete what is too old, and what is too much, in the active organization; how many there were."""
    now = timezone.now()
    gone = SamlAttempt.objects.filter(at__lte=now - KEPT).delete()[0]
    kept = SamlAttempt.objects.order_by("-at").values_list("at", flat=True)[MOST_KEPT : MOST_KEPT + 1]
    for oldest in kept:
        gone += SamlAttempt.objects.filter(at__lte=oldest).delete()[0]
    return gone
