"""Purges begin by the night and by hand, and go on until they are over, whoever dies meanwhile.

One at a time for each organization: the database refuses a second one, and a process that works at one says until when
(`busy_until`), so that another takes over when it died.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention import certificates
from retention.choices import Choices
from retention.conflicts import hiding
from retention.due import lanes
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import Purge, PurgeStep
from retention.purging import by_rows, contacts, conversations, exports, lease, records
from retention.purging.nights import due_night
from retention.purging.planning import Due, count_ending, due_keys, whole_days_kept
from retention.purging.putting_off import PAUSES
from retention.purging.stepping import OVER, advance_all
from retention.purging.words import KEYS
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption.rotation import REPLACED_KEYS_STAY
from tenancy.isolation import activate, current_organization_id
from tenancy.models import Organization

log = logging.getLogger("parley.purging")

ALONE = 1000
"""So many texts one person may end by hand; for more another has to agree (DOMAIN.md 8.3)."""
State = Purge.State
OPEN = (State.ASKED, State.RUNNING)


class CannotPurge(ValueError):
    """Not now; the message says why."""


@dataclass(frozen=True)
class Plan:
    """What a purge would end now: keys to destroy, rows by kind and model, rules; by these choices."""

    dues: list[Due]
    rows: dict[Kind, Counter[str]]
    findings: bool
    contacts: int
    conversations: int
    exports: int
    records: int
    rules: list[dict[str, object]]
    choices: Choices

    @property
    def texts(self) -> int:
        """How many texts."""
        return self.rows.get(Kind.BODIES, Counter())["texting.Message"]

    @property
    def still(self) -> set[Kind]:
        """Kinds that end row by row of which nothing ends."""
        ends = {
            Kind.FINDINGS: self.findings,
            Kind.CONTACTS: self.contacts,
            Kind.CONVERSATIONS: self.conversations,
            Kind.EXPORTS: self.exports,
        }
        return {kind for kind, number in ends.items() if not number}

    @property
    def is_empty(self) -> bool:
        """Nothing is due."""
        by_row = (self.findings, self.contacts, self.conversations, self.exports, self.records)
        return not (self.dues or any(by_row))


def plan(at: datetime, *, counted: bool = True) -> Plan:
    """What is due at a moment in the active organization; takes the lock, so for short transactions."""
    deleting_lock()
    choices = Choices.load()  # who changes one waits for the lock
    dues = due_keys(at, choices)
    rows: dict[Kind, Counter[str]] = {}
    for due in dues if counted else ():
        rows.setdefault(due.kind, Counter()).update(count_ending(due, at))
    findings = by_rows.ending(Kind.FINDINGS, at, choices) > 0
    if people := by_rows.ending(Kind.CONTACTS, at, choices):
        rows[Kind.CONTACTS] = Counter({contacts.CONTACTS: people})
    if frames := by_rows.ending(Kind.CONVERSATIONS, at, choices):
        rows[Kind.CONVERSATIONS] = Counter({conversations.CONVERSATIONS: frames})
    if files := by_rows.ending(Kind.EXPORTS, at, choices):
        rows[Kind.EXPORTS] = Counter({exports.EXPORTS: files})
    if copies := records.ending(at, choices):
        rows.setdefault(Kind.BODIES, Counter())[records.RECORDS] = copies
    return Plan(dues, rows, findings, people, frames, files, copies, _rules(at, choices), choices)


def _rules(at: datetime, choices: Choices) -> list[dict[str, object]]:
    """Which periods hold, each once."""
    found: list[dict[str, object]] = []
    for kind in Kind:
        for lane in lanes(kind, choices=choices):
            cutoff = lane.cutoff(at)
            said: dict[str, object] = {
                "kind": kind.value,
                "days": lane.days,
                "team": str(lane.team or ""),
                "tag": str(lane.tag or ""),
                "before": cutoff.isoformat() if cutoff else "",
            }
            if said not in found:
                found.append(said)
    return found


# --- Beginning ---


def begin_night(now: datetime) -> Purge | None:
    """This night's purge of the active organization, made unless there was one; None then, or while another runs.

    What somebody asked for by hand and nobody has agreed to waits no longer: the night takes what is due anyway.
    """
    organization = Organization.objects.get(pk=current_organization_id())
    night = due_night(organization.pk, now, organization.time_zone)
    begun = Purge.objects.filter(Q(night=night) | Q(state=State.RUNNING))
    if begun.exists():
        return None
    deleting_lock()  # which another process may have that begins it just now
    if begun.exists():
        return None
    for purge in Purge.objects.select_for_update().filter(state=State.ASKED):
        purge.state = State.DROPPED
        purge.save(update_fields=["state"])
        audit.record(event=AuditKind.PURGE_CALLED_OFF, object=purge, by="night")
    wanted = plan(now, counted=False)
    return _begin(wanted, at=now, night=night, kept=_kept_whole(wanted, now))


def ask(*, member: Membership) -> Purge:
    """Begin one by hand, or, when it is large, ask a second person. Raises CannotPurge."""
    require(member, Permission.RETENTION_MANAGE)
    now = timezone.now()
    deleting_lock()
    if Purge.objects.filter(state__in=OPEN).exists():
        raise CannotPurge(_("A purge is running or waits for a second person. There is one at a time."))
    wanted = plan(now)
    if wanted.is_empty:
        raise CannotPurge(_("Nothing is due."))
    purge = _begin(wanted, at=now, asked_by=member, kept=_kept_whole(wanted, now))
    audit.record(
        event=AuditKind.PURGE_ASKED, actor=member, object=purge, texts=wanted.texts, alone=purge.state == State.RUNNING
    )
    return purge


def agree(*, member: Membership, purge: Purge) -> None:
    """A second person says yes. Raises CannotPurge for the first one, or when it no longer waits."""
    require(member, Permission.RETENTION_MANAGE)
    if purge.asked_by_id == member.pk:
        raise CannotPurge(_("You asked for it. Another person has to agree."))
    _decide(member, purge, State.RUNNING)
    _runs_since(timezone.now())
    audit.record(event=AuditKind.PURGE_AGREED, actor=member, object=purge)


def call_off(*, member: Membership, purge: Purge) -> None:
    """Anybody who may manage retention calls off what still waits. Raises CannotPurge when it no longer waits."""
    require(member, Permission.RETENTION_MANAGE)
    _decide(member, purge, State.DROPPED)
    audit.record(event=AuditKind.PURGE_CALLED_OFF, actor=member, object=purge)


def _decide(member: Membership, purge: Purge, state: Purge.State) -> None:
    if not Purge.objects.filter(pk=purge.pk, state=State.ASKED).update(state=state, decided_by=member):
        raise CannotPurge(_("It does not wait for a second person any more."))


def _kept_whole(wanted: Plan, at: datetime) -> list[PurgeStep]:
    """Steps that say how much is due and stays where nothing ends: by kind of keys, and of kinds that end by rows."""
    found = [
        PurgeStep(kind=KEYS[key_kind], key_kind=key_kind, kept=dict(counts))
        for key_kind, counts in whole_days_kept(at, wanted.dues, wanted.choices).items()
    ]
    choices = wanted.choices
    found += [PurgeStep(kind=kind, kept=kept) for kind in wanted.still if (kept := by_rows.staying(kind, at, choices))]
    if not wanted.records and (kept := records.staying(at, choices)):
        found.append(PurgeStep(kind=Kind.BODIES, kept=kept))
    for step in found:
        step.state = PurgeStep.State.STAYED
    return found


def _begin(
    wanted: Plan,
    *,
    at: datetime,
    kept: Sequence[PurgeStep],
    night: date | None = None,
    asked_by: Membership | None = None,
) -> Purge:
    large = asked_by is not None and wanted.texts > ALONE
    purge = Purge.objects.create(
        at=at,
        night=night,
        trigger=Purge.Trigger.NIGHT if night else Purge.Trigger.HAND,
        state=State.ASKED if large else State.DONE if wanted.is_empty else State.RUNNING,
        asked_by=asked_by,
        rules=wanted.rules,
        ended_at=at if wanted.is_empty else None,
    )
    steps = [
        PurgeStep(
            purge=purge, kind=due.kind, key_kind=due.key_kind, day=due.day, key_ids=[one.hex() for one in due.key_ids]
        )
        for due in wanted.dues
    ]
    steps += [PurgeStep(purge=purge, kind=kind) for kind in by_rows.KINDS if kind not in wanted.still]
    steps += [PurgeStep(purge=purge, kind=Kind.BODIES)] if wanted.records else []
    for step in kept:
        step.purge = purge
    PurgeStep.objects.bulk_create([*steps, *kept])
    if purge.state == State.RUNNING:
        _runs_since(at)
    return purge


def _runs_since(moment: datetime | None) -> None:
    """Where figures find it, which are asked of no organization (decision 412)."""
    Organization.everyone.filter(pk=current_organization_id()).update(purging_since=moment)


# --- Going on ---


def run_nights(*, goes_on: bool = True) -> dict[str, int]:
    """One round through all organizations: begin what is due tonight, go on with what has begun, write certificates.

    Not `goes_on`: begin and write only, since another thread of this process is at one.
    """
    counts = {"organizations": 0, "finished": 0, "failed": 0}
    for organization_id in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            with activate(organization_id):
                hiding.settle(timezone.now())
            with activate(organization_id):
                begin_night(timezone.now())
            counts["finished"] += goes_on and go_on(organization_id)
            with activate(organization_id):
                certificates.renew()
            counts["organizations"] += 1
        except Exception as error:  # one organization's trouble is not the others'
            log.exception("purge_failed", extra={"organization": str(organization_id), "error": type(error).__name__})
            counts["failed"] += 1
    return counts


def go_on(organization_id: UUID) -> bool:
    """Take the organization's running purge as far as it goes now. Whether it is over."""
    taken = take(organization_id)
    if taken is None:
        return False
    purge, steps = taken
    try:
        advance_all(organization_id, purge, steps)
    except lease.TakenOver:
        log.warning("purge_taken_over", extra={"organization": str(organization_id), "purge": str(purge.pk)})
        return False  # the other one gives it back
    return give_back(organization_id, purge)


def take(organization_id: UUID) -> tuple[Purge, list[PurgeStep]] | None:
    """The organization's running purge and its open steps, unless there is none or another process is at it."""
    with activate(organization_id):
        now = timezone.now()
        rows = Purge.objects.select_for_update(skip_locked=True).filter(lease.free(now), state=State.RUNNING)
        purge = rows.first()
        if purge is None:
            return None
        lease.take(purge)
        _mind_the_clock(purge, now)
        return purge, list(purge.steps.exclude(state__in=OVER).order_by("day", "kind"))


def _mind_the_clock(purge: Purge, now: datetime) -> None:
    """A clock that was ahead has left moments in the future, for which nobody waits and which no figure shows."""
    late = lease.out_of_reach(now, max(*PAUSES, REPLACED_KEYS_STAY))
    purge.steps.filter(again_at__gt=late).update(again_at=None)
    Organization.everyone.filter(pk=current_organization_id(), purging_since__gt=now).update(purging_since=now)


def give_back(organization_id: UUID, purge: Purge) -> bool:
    """Let others take it. Whether it is over."""
    with activate(organization_id):
        return lease.give_up(purge) and _finish(purge)


def _finish(purge: Purge) -> bool:
    if PurgeStep.objects.filter(purge=purge).exclude(state__in=OVER).exists():
        return False
    if not Purge.objects.filter(pk=purge.pk, state=State.RUNNING).update(state=State.DONE, ended_at=timezone.now()):
        return False
    _runs_since(None)
    rows: Counter[str] = Counter()
    for step in PurgeStep.objects.filter(purge=purge):
        rows.update(step.ended)
    audit.record(event=AuditKind.PURGE_DONE, object=purge, rows=dict(rows), steps=purge.steps.count())
    certificates.renew()
    return True
