"""A step that an error stopped is tried again, later and later, and then left to the next night (decision 403)."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from retention.models import PurgeStep
from retention.purging import telling
from retention.purging.by_rows import gather
from retention.purging.lease import still_mine
from tenancy.encryption import keyring

_MINUTES = (0, 5, 15, 60, 180)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)
"""Until a step that an error stopped is tried again, after the first, second ... one. Then it is left to the next
night, so that one damaged row does not keep everything else from ending.
"""


def put_off(organization: UUID, step: PurgeStep, error: Exception) -> None:
    """Until later; after the last pause it is not done, and the next night, which finds it due, tries anew.

    Not so where keys of a day are gone: its rows must say so, and no other night would find them. That is asked of the
    keys: a step that says "due" may have died behind their end, and those of one that is past it may be there again.
    Raises TakenOver.
    """
    still_mine([step], PurgeStep.State(step.state))
    pause = PAUSES[min(step.tries, len(PAUSES) - 1)]
    step.tries, step.failure = step.tries + 1, type(error).__name__[:60]
    step.again_at = timezone.now() + pause
    if step.tries == len(PAUSES) + 1:
        telling.tell_of_trouble(step)
    if step.tries > len(PAUSES) and _has_its_keys(organization, step):
        step.state, step.again_at = PurgeStep.State.FAILED, None
        gather(step)  # what its batches destroyed is destroyed, and is certified
    step.save(update_fields=["tries", "failure", "again_at", "state"])


def _has_its_keys(organization: UUID, step: PurgeStep) -> bool:
    """Whether every key of its day is stored, or it has no day: the next night finds what it is about."""
    key_ids = {bytes.fromhex(one) for one in step.key_ids}
    return not step.day or keyring.those_stored(organization, key_ids) == key_ids
