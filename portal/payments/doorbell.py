"""Has something that is due done at once; a bell that gets lost costs a minute, until the clock's round."""

from uuid import UUID

from django.db import transaction


def ring_after_commit(subject_id: UUID) -> None:
    """Ring when the running transaction has committed. Redis is told an id."""
    from portal.payments.tasks import do_what_is_due  # the task's module imports what is above us

    def ring() -> None:  # Django names the function when it failed, and a partial has no name
        do_what_is_due.delay(str(subject_id))

    transaction.on_commit(ring, robust=True)
