"""Flood protection: how many questions and confirmations leave for one number, block of numbers, source, organization.

They come on top of the limits that every text has (`texting.limits`: countries, blocks, ceilings), because whoever
fills in a form, or texts a keyword from a rented block of numbers, makes us send (SECURITY 2.9). What is beyond a limit
is not sent, the log says so once an hour, and a flood to one block stops the block until an admin lifts the alarm.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import OptInLimits
from tenancy import audit, rates
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.rates import Rate
from texting.limits import alarms
from texting.limits.bounds import Bound
from texting.limits.destinations import destination_of
from texting.limits.standing import standing
from texting.models import Contact, SendingStop

HOUR, DAY = 3_600, 86_400  # seconds


class Limited(StrEnum):
    """What is limited; also the columns of `OptInLimits`."""

    NUMBER = "number_day"
    PREFIX = "prefix_hour"
    SOURCE = "source_hour"
    ORGANIZATION = "organization_hour"


BOUNDS = {
    Limited.NUMBER: Bound(4, 1, 20),
    Limited.PREFIX: Bound(20, 5, 500),
    Limited.SOURCE: Bound(100, 10, 10_000),
    Limited.ORGANIZATION: Bound(300, 10, 50_000),
}
WORDS: dict[Limited, tuple[Promise, Promise]] = {
    Limited.NUMBER: (gettext_lazy("To one number, a day"), gettext_lazy("Questions and confirmations together.")),
    Limited.PREFIX: (
        gettext_lazy("To one block of numbers, an hour"),
        gettext_lazy("Beyond it the block is stopped until somebody lifts the alarm."),
    ),
    Limited.SOURCE: (gettext_lazy("From one form or keyword, an hour"), gettext_lazy("Of one program each.")),
    Limited.ORGANIZATION: (gettext_lazy("By the whole organization, an hour"), gettext_lazy("All programs together.")),
}


class CannotSet(ValueError):
    """A limit is out of its bounds; the message says which are possible."""


@dataclass(frozen=True)
class LimitRow:
    """One limit as its page shows it."""

    name: str
    label: str
    help: str
    now: int
    bound: Bound


def limits() -> dict[Limited, int]:
    """What holds in the active organization."""
    row = OptInLimits.objects.first() or OptInLimits()
    return {each: getattr(row, each.value) or BOUNDS[each].usual for each in Limited}


def rows(member: Membership) -> list[LimitRow]:
    """Every limit with its bounds."""
    require(member, Permission.FORMS_MANAGE)
    now = limits()
    return [LimitRow(each.value, str(WORDS[each][0]), str(WORDS[each][1]), now[each], BOUNDS[each]) for each in Limited]


def change(*, member: Membership, wanted: dict[Limited, int]) -> bool:
    """Set limits within their bounds, all or none. Raises CannotSet; returns whether any changed."""
    require(member, Permission.FORMS_MANAGE)
    before = limits()
    for each, number in wanted.items():
        bound = BOUNDS[each]
        if not bound.least <= number <= bound.most:
            words = {"what": WORDS[each][0], "least": f"{bound.least:,}", "most": f"{bound.most:,}"}
            raise CannotSet(_("%(what)s: choose a number between %(least)s and %(most)s.") % words)
    changed = {each: number for each, number in wanted.items() if before[each] != number}
    if not changed:
        return False
    OptInLimits.objects.bulk_create([OptInLimits()], ignore_conflicts=True)
    row = OptInLimits.objects.select_for_update().get()
    for each, number in changed.items():
        setattr(row, each.value, None if number == BOUNDS[each].usual else number)
    row.save()
    was, now = ({each.value: which[each] for each in changed} for which in (before, changed))
    audit.record(event=AuditKind.OPT_IN_LIMITS_CHANGED, actor=member, object=row, before=was, after=now)
    return True


def let_pass(contact: Contact, *, source: str) -> Limited | None:
    """Count one text about an opt-in of this number that came by `source`; the limit that forbids it, else None."""
    here, now = limits(), f"opt-in/{current_organization_id()}"
    place = destination_of(contact)
    asked = {
        Limited.NUMBER: (bytes(contact.number_index).hex(), DAY),
        Limited.PREFIX: (place.prefix_index.hex(), HOUR),
        Limited.SOURCE: (source, HOUR),
        Limited.ORGANIZATION: ("", HOUR),
    }
    wanted = [Rate(f"{now}/{each}/{key}", here[each], seconds) for each, (key, seconds) in asked.items()]
    beyond = [each for each, answer in zip(asked, rates.spend_all(*wanted), strict=True) if not answer.allowed]
    if not beyond:
        return None
    _tell(contact, beyond[0], here[beyond[0]])
    return beyond[0]


def may_go_to(contact: Contact) -> bool:
    """Whether the organization texts to the number's country at all, and nothing has stopped its block."""
    place, here = destination_of(contact), standing()
    stopped = SendingStop.objects.filter(prefix_index=place.prefix_index, lifted_at__isnull=True)
    return place.region in here.countries and not stopped.exists()


def _tell(contact: Contact, beyond: Limited, most: int) -> None:
    if beyond is Limited.PREFIX:
        alarms.stop(contact, SendingStop.Rule.OPT_INS, {"allowed": most})
    name = f"opt-in/{current_organization_id()}/told/{beyond}"
    if rates.spend(name, limit=1, per_seconds=HOUR).allowed:
        audit.record(event=AuditKind.OPT_IN_FLOOD, object=contact, limit=beyond.value, allowed=most)
