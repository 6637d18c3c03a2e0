"""The clock of each trigger: business minutes until the owner is reminded, a supervisor has it, the other channel is
tried, and it is too late."""

from dataclasses import dataclass

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import Escalation, EscalationPolicy, EscalationStep
from tenancy import audit
from tenancy.audit import AuditKind

Kind, Trigger, Channel = EscalationStep.Kind, Escalation.Trigger, Escalation.Channel
LONGEST = 60 * 24 * 30  # minutes; more than that is no clock


@dataclass(frozen=True)
class Clock:
    """`channel`: what is tried first, e-mail or phone. Minutes; None: never."""

    channel: str = Channel.PHONE
    remind: int | None = 30
    reassign: int | None = 45
    next_channel: int | None = 50
    breach: int | None = 60
    is_on: bool = True

    @property
    def steps(self) -> dict[EscalationStep.Kind, int]:
        """What is due after how many minutes."""
        minutes = {
            Kind.REMIND: self.remind,
            Kind.REASSIGN: self.reassign,
            Kind.CHANNEL: self.next_channel,
            Kind.BREACH: self.breach,
        }
        return {kind: after for kind, after in minutes.items() if after is not None}


USUAL = Clock()
"""One business hour, for every trigger (DOMAIN 6)."""
FIELDS = ("is_on", "channel", "remind", "reassign", "next_channel", "breach")


def clock_of(trigger: str) -> Clock:
    """The active organization's for this trigger."""
    return clocks().get(trigger, USUAL)


def clocks() -> dict[str, Clock]:
    """Those that were changed, by trigger; one statement."""
    return {
        row.trigger: Clock(**{name: getattr(row, name) for name in FIELDS}) for row in EscalationPolicy.objects.all()
    }


def change(*, member: Membership, trigger: str, clock: Clock) -> bool:
    """Store it for what is opened from now on; the steps of what is open stay. Whether anything changed.

    What a colleague escalates cannot be switched off. Raises MissingPermission, ValueError for a bad clock.
    """
    require(member, Permission.ESCALATIONS_MANAGE)
    check(trigger, clock)
    before = clock_of(trigger)
    if before == clock:
        return False
    row, _made = EscalationPolicy.objects.update_or_create(
        trigger=trigger, defaults={name: getattr(clock, name) for name in FIELDS}
    )
    changed = [name for name in FIELDS if getattr(before, name) != getattr(clock, name)]
    values = {name: [getattr(before, name), getattr(clock, name)] for name in changed}
    audit.record(event=AuditKind.ESCALATION_CLOCK_CHANGED, actor=member, object=row, trigger=trigger, changed=values)
    return True


def check(trigger: str, clock: Clock) -> None:
    """Raise ValueError for a trigger, a channel or minutes that cannot be."""
    if trigger not in Trigger.values or clock.channel not in (Channel.PHONE, Channel.EMAIL):
        raise ValueError("no such trigger or channel")
    if trigger == Trigger.MEMBER and not clock.is_on:
        raise ValueError("what a colleague escalates is always escalated")
    if any(not 1 <= minutes <= LONGEST for minutes in clock.steps.values()):
        raise ValueError(f"minutes are between 1 and {LONGEST}")
    if clock.breach is not None and any(minutes > clock.breach for minutes in clock.steps.values()):
        raise ValueError("nothing can be due after it is too late")
