"""A finding as a detector leaves it, for tests that are about something else."""

from typing import Any

from django.utils import timezone

from compliance.models import Finding


def keep_finding(**what: Any) -> Finding:
    """Store one, in the running activation; `what` says where it is, and all that is not usual."""
    usual = {
        "direction": "in",
        "confidence": "high",
        "score": 1.0,
        "reasons": [],
        "rules_version": "1",
        "was_removed": False,
        "found_at": timezone.now(),
    }
    return Finding.objects.create(**{**usual, **what})
