"""What is due is looked at, in small batches. Exactly one computing of one state, however many clocks run.

A batch holds its rows (`FOR UPDATE SKIP LOCKED`) from the reading of the facts to the commit, so whoever dies halfway
has done nothing, and what marks a conversation meanwhile waits and makes it due again. Redis only rings.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from compliance.models import CheckedConversation, CheckOutcome
from compliance.review_checks.computing import Done, compute
from tenancy.crash_points import crash_here

log = logging.getLogger("parley.review_checks")
BATCH = 50
LATER = timedelta(minutes=10)  # one that broke is tried again then, so that it holds up no other
Because = CheckOutcome.Because


def look_at_due(then: Callable[[Sequence[CheckedConversation]], object] | None = None) -> int:
    """Take some of what is due, in the running transaction. Returns how many; 0: nothing is left.

    `then` is given what was looked at, in the same transaction and behind the same locks.
    """
    rows = CheckedConversation.objects.select_for_update(skip_locked=True, of=("self",))
    held = list(rows.filter(due_at__lte=timezone.now()).order_by("due_at", "id")[:BATCH])
    fresh = [row for row in held if row.number == 0]
    seen = [row for row in held if row.number]
    for part, because in ((fresh, Because.RESOLVED), (seen, Because.EVENT)):
        if part:
            compute_safely(part, because)
            if then:
                _go_on_safely(part, then)
    crash_here("before_checks_commit")
    return len(held)


def compute_safely(held: Sequence[CheckedConversation], because: CheckOutcome.Because) -> Done:
    """`compute`; where that breaks, one by one, and the broken one later."""
    try:
        with transaction.atomic():
            return compute(held, because=because)
    except Exception as error:
        if len(held) > 1:
            parts = [compute_safely([row], because) for row in held]
            return sum(parts, Done())
        [row] = held
        CheckedConversation.objects.filter(pk=row.pk).update(due_at=timezone.now() + LATER)
        log.error(
            "review_checks_broke", extra={"conversation": str(row.conversation_id), "error": type(error).__name__}
        )
        return Done(looked_at=1)


def _go_on_safely(held: Sequence[CheckedConversation], then: Callable[[Sequence[CheckedConversation]], object]) -> None:
    """`then`, one by one where that breaks; a broken one is looked at again later."""
    try:
        with transaction.atomic():
            then(held)
    except Exception as error:
        if len(held) > 1:
            for row in held:
                _go_on_safely([row], then)
            return
        [row] = held
        CheckedConversation.objects.filter(pk=row.pk).update(due_at=timezone.now() + LATER)
        log.error(
            "after_review_checks_broke",
            extra={"conversation": str(row.conversation_id), "error": type(error).__name__},
        )
