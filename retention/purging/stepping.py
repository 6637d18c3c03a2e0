"""One step of a purge, from "due" to "verified", each state stored before the next is begun.

due -> the keys are destroyed -> rows say that they ended, files are deleted, carriers are asked -> it is looked at
again. What carriers answer comes later, into the certificate.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import Purge, PurgeStep
from retention.purging import by_rows, contacts, conversations, exports, lease, records
from retention.purging.ending import day_of, days_of, end_findings, end_rows, still_named
from retention.purging.lease import TakenOver, still_mine
from retention.purging.planning import Due, Standing, alike, count_staying
from retention.purging.putting_off import put_off
from tenancy.crash_points import crash_here
from tenancy.encryption import CannotSeal, keyring
from tenancy.encryption.clear_days import shred_clear_days
from tenancy.encryption.day_shredding import shred_day
from tenancy.isolation import activate, kept_until_commit


class NotVerified(RuntimeError):
    """What was done is not found done: keys are there again, as after a restored backup."""


log = logging.getLogger("parley.purging")
State = PurgeStep.State
OVER = (State.VERIFIED, State.STAYED, State.FAILED)


def advance_all(organization: UUID, purge: Purge, steps: Sequence[PurgeStep]) -> None:
    """Take the steps as far as they go now: together where they can be, the others one by one.

    What goes wrong with many together is tried with each alone, where the error is stored with the one that has it.
    Raises TakenOver.
    """
    for together in (shred_together, _end_together, _verify_together):
        try:
            together(organization, purge, steps)
        except TakenOver:
            raise
        except Exception as error:
            log.error("purge_steps_alone", extra={"organization": str(organization), "error": type(error).__name__})
    for step in steps:
        if step.state not in OVER:
            advance(organization, purge, step)
            with activate(organization):
                lease.keep(purge)


def advance(organization: UUID, purge: Purge, step: PurgeStep) -> None:
    """Take a step as far as it goes now. An error is stored with it; a later round tries again, or the next night.

    Raises TakenOver.
    """
    try:
        while step.state not in OVER and not (step.again_at and step.again_at > timezone.now()):
            _MOVES[State(step.state)](organization, purge, step)
    except TakenOver:
        raise
    except Exception as error:  # one day's trouble is not the others'
        log.exception("purge_step_failed", extra={"organization": str(organization), "step": str(step.pk)})
        with activate(organization):
            put_off(organization, step, error)


def decided_at(purge: Purge) -> datetime:
    """The moment by which it is decided what ends: the purge's, which a clock that was ahead may have put too late."""
    return min(purge.at, timezone.now())


# --- Many days together ---


def shred_together(organization: UUID, purge: Purge, steps: Sequence[PurgeStep]) -> None:
    """Destroy the keys of all days that are due and of which nothing must stay: a transaction for each kind of keys."""
    for key_kind, of_kind in _by_kind(steps, State.DUE).items():
        with activate(organization):
            deleting_lock()
            still_mine(of_kind, State.DUE)
            days, gone = days_of(of_kind), set()
            for standing, some in alike(key_kind, days, decided_at(purge)):
                gone |= shred_clear_days(
                    key_kind,
                    {day: days[day] for day in some},
                    standing.conditions,
                    reason=f"purge {purge.pk}",
                )
            shredded = [step for step in of_kind if step.day in gone]
            _store(shredded, State.DUE, State.SHREDDED)
            lease.keep(purge)
        _stored(shredded, State.SHREDDED)


def _end_together(organization: UUID, purge: Purge, steps: Sequence[PurgeStep]) -> None:
    for of_kind in _by_kind(steps, State.SHREDDED).values():
        end_rows(organization, of_kind, purge.at)
        with activate(organization):
            _store(of_kind, State.SHREDDED, State.ENDED)
        _stored(of_kind, State.ENDED)


def _verify_together(organization: UUID, purge: Purge, steps: Sequence[PurgeStep]) -> None:
    """As `_verify`; those that are not found done are left to it."""
    for of_kind in _by_kind(steps, State.ENDED).values():
        there = keyring.those_stored(organization, [key_id for ids in days_of(of_kind).values() for key_id in ids])
        with activate(organization):
            left = still_named(of_kind)
            done = [step for step in of_kind if step.pk not in left and there.isdisjoint(days_of([step])[day_of(step)])]
            _store(done, State.ENDED, State.VERIFIED)
        _stored(done, State.VERIFIED)


def _by_kind(steps: Sequence[PurgeStep], state: PurgeStep.State) -> dict[str, list[PurgeStep]]:
    """The steps in this state that have a day and need not wait, by their kind of keys."""
    found: dict[str, list[PurgeStep]] = {}
    for step in steps:
        if step.state == state and step.day and not step.again_at:
            found.setdefault(step.key_kind, []).append(step)
    return found


def _store(steps: Sequence[PurgeStep], before: PurgeStep.State, state: PurgeStep.State) -> None:
    still_mine(steps, before)
    PurgeStep.objects.filter(pk__in=[step.pk for step in steps]).update(state=state, failure="")


def _stored(steps: Sequence[PurgeStep], state: PurgeStep.State) -> None:
    """What was stored has been committed."""
    for step in steps:
        step.state, step.failure = state, ""
    if steps:
        crash_here("after_purge_step")


# --- One day ---

_WITH_KEYS = {Kind.CONTACTS: contacts.end_contacts, Kind.EXPORTS: exports.end_exports}
"""Kinds that end row by row and of which each row has a key of its own."""
_COUNTED = (*by_rows.KINDS, Kind.BODIES)
"""Kinds of which steps without a day say what stays; those of texts are about carriers' records (`records`)."""


def _shred(organization: UUID, purge: Purge, step: PurgeStep) -> None:
    if step.day is None:
        if step.kind in _COUNTED:
            _count_staying(organization, purge, step)
        _move(organization, step, State.SHREDDED)
        return
    key_ids = tuple(bytes.fromhex(one) for one in step.key_ids)
    with activate(organization):
        deleting_lock()
        still_mine([step], State.DUE)
        at = decided_at(purge)
        step.kept = dict(count_staying(Due(Kind(step.kind), step.key_kind, step.day, key_ids), at))
        ends = any(Standing(step.key_kind, step.day, at).due_lanes)
    if not ends and keyring.those_stored(organization, key_ids) == set(key_ids):
        _move(organization, step, State.STAYED)  # a longer period was chosen, or a clock was ahead when it began
        return
    try:
        done = shred_day(
            organization,
            step.key_kind,
            step.day,
            key_ids,
            lambda model: _survivors(step, decided_at(purge), model),
            reason=f"purge {purge.pk}",
        )
    except CannotSeal:
        _move(organization, step, State.STAYED)
        return
    step.resealed += done.resealed
    step.again_at = done.again_at
    crash_here("after_day_shredded")
    _move(organization, step, State.SHREDDED if done.gone else State.DUE)


def _count_staying(organization: UUID, purge: Purge, step: PurgeStep) -> None:
    with activate(organization):
        deleting_lock()
        at, of_records = decided_at(purge), step.kind == Kind.BODIES
        step.kept = records.staying(at) if of_records else by_rows.staying(Kind(step.kind), at)


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
    if step.kind in _WITH_KEYS:
        _WITH_KEYS[Kind(step.kind)](organization, step, decided_at(purge))
        with activate(organization):
            by_rows.gather(step)
    elif step.kind == Kind.CONVERSATIONS:
        conversations.end_conversations(organization, step, decided_at(purge))
    elif step.day is None and step.kind == Kind.BODIES:
        records.end_records(organization, step, decided_at(purge))
    elif step.day is None:
        end_findings(organization, step, decided_at(purge))
    else:
        end_rows(organization, [step], purge.at)
    if step.day is None and step.kind in _COUNTED:  # what keeps them may have come, or gone, since the first count
        _count_staying(organization, purge, step)
    _move(organization, step, State.ENDED)


def _verify(organization: UUID, purge: Purge, step: PurgeStep) -> None:
    """No destroyed key is there, and no row names one."""
    if keyring.those_stored(organization, [bytes.fromhex(one) for one in step.key_ids]):
        raise NotVerified("a key that was destroyed is there")
    if step.day is None:
        _move(organization, step, State.VERIFIED)
        return
    with activate(organization):
        left = still_named([step])
    # A process that held the key may have written a row just before it went: noise, to be ended as the others.
    _move(organization, step, State.SHREDDED if left else State.VERIFIED)


def _move(organization: UUID, step: PurgeStep, state: PurgeStep.State) -> None:
    """From what it was when this process saw it last. Raises TakenOver when another has moved it since."""
    with activate(organization):
        still_mine([step], State(step.state))
        known = {"kept": step.kept, "resealed": step.resealed, "again_at": step.again_at}
        PurgeStep.objects.filter(pk=step.pk).update(state=state, failure="", **known)
    _stored([step], state)


_MOVES = {State.DUE: _shred, State.SHREDDED: _end, State.ENDED: _verify}
