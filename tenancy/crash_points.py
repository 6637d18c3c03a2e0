"""Named places where a process can be killed, or held up, on purpose: how crashes are tried.

Between two steps that belong together a process can die, and what is true then must be found out by whoever comes
next. `crash_here("after_claim")` marks such a place. It does nothing unless the system runs locally and the environment
names the place: `CRASH_AT` kills the process as nothing can prevent (SIGKILL), `PAUSE_AT`
stops it the first time until somebody sends SIGCONT. `tests/faults` runs every place of `POINTS`.
"""

import os
import signal

from django.conf import settings

# In the order in which a text passes them.
POINTS = (
    "before_queued",  # the text is written, not committed
    "before_doorbell",  # committed; nobody was told
    "after_claim",  # the text is a worker's; no attempt is written down
    "before_prepared",  # the attempt is written, not committed
    "before_call",  # the attempt is committed; the provider knows nothing
    "after_call",  # the provider has answered; nobody has written it down
    "before_recorded",  # the answer is written, not committed
    "after_recorded",  # committed; the task is not acknowledged
    "after_spooled",  # the database is away; the answer is on disk
    "before_spool_done",  # the answer is in the database, and still on disk
    "after_leases_ran_out",  # an entry is unconfirmed; its text does not say so yet
    "before_looked_up",  # taken for a look; the provider was not asked
    "before_settled",  # the provider's list is known; nothing is written
    "before_webhook_commit",  # a text or a report is written, not committed
    "before_webhook_answer",  # committed; the provider does not know that we have it
    "after_keys_destroyed",  # a purge has destroyed keys; what they sealed is still there, and the log says nothing
)
OTHER_POINTS = (
    "before_import_commit",  # a batch of a list is written, not committed
    "before_scheduled_commit",  # texts whose time has come are queued, not committed
    "before_repeated_commit",  # the next texts of series are made, not committed
    "before_followed_commit",  # texts whose date has moved have their new times, not committed
    "before_announced_commit",  # some recipients of an announcement are queued, not committed
    "before_dated_commit",  # what dates of contacts set off is written, not committed
    "before_automated_commit",  # what a rule did is written, not committed
    "before_escalation_steps_commit",  # steps of escalations are done, not committed
    "before_checks_commit",  # some conversations are judged, not committed
    "before_check_run_commit",  # a batch of history is judged, not committed
    "before_backup_named",  # both databases are copied, and neither copy has its name
    "after_key_renewed",  # a purge made a newer key for what must stay; nothing is under it
    "after_day_shredded",  # a purge's keys of a day are destroyed; its step does not say so
    "before_rows_ended",  # a batch of rows says that its words ended, not committed
    "before_texts_deleted",  # a purge has deleted a batch of texts and kept facts, not committed
    "before_files_ended",  # a purge has deleted files that somebody asked for, their keys are gone; not committed
    "before_export_ready",  # a piece of an export is stored; the file is not whole
    "before_erased_commit",  # a batch of an erased person's rows says so, not committed
    "after_keys_rewritten",  # the tables of keys hold no destroyed one any more; the write-ahead log does
    "after_organization_keys_destroyed",  # an organization has ended; what its keys had wrapped is not replaced yet
    "before_rows_cleared",  # a batch of rows of an ended organization is deleted, not committed
    "after_rows_cleared",  # it is committed; the next one is not begun
    "after_purge_step",  # a purge's step is stored; the next one is not begun
    "after_forms_kept",  # what opens older forms of what must stay is stored; that it is sealed anew is not committed
    "after_resealed",  # what must stay is under the newer key; the older ones are still there
)
"""Where no text passes."""

_paused: set[str] = set()


def crash_here(point: str) -> None:
    """Die or wait here, if this system was started to do so."""
    if point == settings.CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
    if point == settings.PAUSE_AT and point not in _paused:
        _paused.add(point)
        os.kill(os.getpid(), signal.SIGSTOP)
