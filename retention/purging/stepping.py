"""One step of a purge, from "due" to "verified", each state stored before the next is begun.

due -> the keys are destroyed -> rows say that they ended, files are deleted, carriers are asked -> it is looked at
again. What carriers answer comes later, into the certificate.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import Purge, PurgeStep
from retention.purging.ending import day_of, end_findings, end_rows, still_named
from retention.purging.planning import Due, Standing, count_staying
from tenancy.crash_points import crash_here
from tenancy.encryption import CannotSeal, day_scope, keyring
from tenancy.encryption.day_shredding import shred_day
from tenancy.isolation import activate, kept_until_commit


class NotVerified(RuntimeError):
    """What was done is not found done: keys are there again, as after a restored backup."""


log = logging.getLogger("parley.purging")
State = PurgeStep.State
OVER = (State.VERIFIED, State.STAYED)


def advance(organization: UUID, purge: Purge, step: PurgeStep) -> None:
    """Take a step as far as it goes now. An error is stored with it, and the next round tries again."""
    try:
        while step.state not in OVER and not (step.again_at and step.again_at > timezone.now()):
            _MOVES[State(step.state)](organization, purge, step)
    except Exception as error:  # one day's trouble is not the others'
        log.exception("purge_step_failed", extra={"organization": str(organization), "step": str(step.pk)})
        with activate(organization):
            PurgeStep.objects.filter(pk=step.pk).update(failure=type(error).__name__[:60])


def _shred(organization: UUID, purge: Purge, step: PurgeStep) -> None:
    if step.day is None:
        _move(organization, step, State.SHREDDED)
        return
    key_ids = tuple(bytes.fromhex(one) for one in step.key_ids)
    with activate(organization):
        deleting_lock()
        step.kept = dict(count_staying(Due(Kind(step.kind), step.key_kind, step.day, key_ids), purge.at))
    try:
        done = shred_day(
            organization,
            step.key_kind,
            step.day,
            key_ids,
            lambda model: _survivors(step, purge.at, model),
            reason=f"purge {purge.pk}",
        )
    except CannotSeal:
        _move(organization, step, State.STAYED)
        return
    step.resealed += done.resealed
    step.again_at = done.again_at
    crash_here("after_day_shredded")
    _move(organization, step, State.SHREDDED if done.gone else State.DUE)


class _Now:
    """What holds in the active transaction, asked once: a shred asks for each of some twenty models."""

    def __init__(self) -> None:
        self.standing: dict[UUID, Standing] = {}


def _survivors(step: PurgeStep, at: datetime, model: type[models.Model]) -> Q | None:
    """Asked in each transaction of the shred: policies and keepers as they are now, under the lock."""
    now = kept_until_commit(_Now).standing
    if step.pk not in now:
        deleting_lock()
        now[step.pk] = Standing(step.key_kind, day_of(step), at)
    return now[step.pk].survivors(model)


def _end(organization: UUID, purge: Purge, step: PurgeStep) -> None:
    (end_findings if step.day is None else end_rows)(organization, step, purge.at)
    _move(organization, step, State.ENDED)


def _verify(organization: UUID, purge: Purge, step: PurgeStep) -> None:
    """No destroyed key is there, and no row names one."""
    if step.day is None:
        _move(organization, step, State.VERIFIED)
        return
    there = keyring.stored_ids(organization, step.key_kind, day_scope(step.day))
    if set(step.key_ids) & {one.hex() for one in there}:
        raise NotVerified("a key that was destroyed is there")
    with activate(organization):
        left = still_named(organization, step)
    # A process that held the key may have written a row just before it went: noise, to be ended as the others.
    _move(organization, step, State.SHREDDED if left else State.VERIFIED)


def _move(organization: UUID, step: PurgeStep, state: PurgeStep.State) -> None:
    with activate(organization):
        step.state, step.failure = state, ""
        step.save(update_fields=["state", "failure", "kept", "resealed", "again_at"])
    crash_here("after_purge_step")


_MOVES = {State.DUE: _shred, State.SHREDDED: _end, State.ENDED: _verify}
