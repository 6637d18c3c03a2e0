"""What an admin changes about the limits: a raise for today, ceilings, rates, countries, alarms. Each with a reason or
within bounds, in the history and in the log.
"""

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from texting.limits.bounds import BOUNDS, RAISE_TIMES, Limited
from texting.limits.region_names import name_of
from texting.limits.regions import regions
from texting.limits.standing import Kind, forget, standing
from texting.models import AllowedCountry, LimitChange, SendingCount, SendingLimits, SendingStop
from texting.queries import NotYours

What = LimitChange.What
LEAST_REASON = 5  # characters that say something


class NotPossible(Exception):
    """It is not changed; the message is a sentence for the person who asked."""


def most_for_today() -> int:
    """Segments to which an admin may raise today's ceiling."""
    here = standing()
    return max(here.segments_a_day, min(here.usual_segments * RAISE_TIMES, here.most_segments))


def raise_for_today(*, member: Membership, segments: int, reason: str) -> None:
    """Raise today's ceilings, money in proportion. Raises NotPossible beyond the bounds or without a reason."""
    require(member, Permission.LIMITS_MANAGE)
    reason = _reason(reason)
    row, here = _locked(), standing()
    most = most_for_today()
    if not here.segments_a_day < segments <= most:
        raise NotPossible(
            _("Today's ceiling can be raised to between %(least)s and %(most)s segments.")
            % {"least": f"{here.segments_a_day + 1:,}", "most": f"{most:,}"}
        )
    row.raised_on = here.day.astimezone(here.zone).date()
    row.raised_segments = segments
    row.raised_micros = max(here.micros_a_day, here.usual_micros * segments // max(here.usual_segments, 1))
    row.save()
    kept = {"before": here.segments_a_day, "after": segments}
    _keep(member, What.RAISED_TODAY, row, AuditKind.SENDING_CEILING_CHANGED, reason=reason, **kept)


def set_ceiling(*, member: Membership, segments: int, reason: str) -> None:
    """Set what may be sent each day: lower at will, higher only to what the operator allows."""
    require(member, Permission.LIMITS_MANAGE)
    reason = _reason(reason)
    row = _locked()
    if segments > row.daily_segments:
        raise NotPossible(_("A daily ceiling grows with use. Raise it for today, or ask whoever runs Parley for you."))
    before, row.daily_segments = row.daily_segments, segments
    row.daily_micros = row.daily_micros * segments // max(before, 1)
    row.save()
    _keep(member, What.CEILING, row, AuditKind.SENDING_CEILING_CHANGED, reason=reason, before=before, after=segments)


def set_rate(*, member: Membership, limited: Limited, texts: int) -> bool:
    """Set an hour's limit within its bounds. Whether that changed anything."""
    require(member, Permission.LIMITS_MANAGE)
    bound, row = BOUNDS[limited], _locked()
    if not bound.least <= texts <= bound.most:
        words = {"least": f"{bound.least:,}", "most": f"{bound.most:,}"}
        raise NotPossible(_("Choose a number between %(least)s and %(most)s.") % words)
    before = getattr(row, limited.value) or bound.usual
    if before == texts:
        return False
    setattr(row, limited.value, None if texts == bound.usual else texts)
    row.save()
    _keep(
        member,
        What.RATE,
        row,
        AuditKind.SENDING_RATE_CHANGED,
        subject=limited.value,
        before=before,
        after=texts,
    )
    return True


def add_country(*, member: Membership, region: str) -> str:
    """Allow texts to a region. Returns its name. Raises NotPossible for one that is not known or the own."""
    require(member, Permission.LIMITS_MANAGE)
    if region not in regions():
        raise NotPossible(_("This country is not known."))
    if region in standing().countries:
        raise NotPossible(_("%(country)s is allowed already.") % {"country": name_of(region)})
    row, made = AllowedCountry.objects.get_or_create(region=region, defaults={"added_by": member})
    if made:
        _keep(member, What.COUNTRY_ADDED, row, AuditKind.SENDING_COUNTRY_ADDED, subject=region)
    return name_of(region)


def remove_country(*, member: Membership, region: str) -> str:
    """Texts to a region stop, also those that wait. Returns its name. Raises NotPossible when it was not added."""
    require(member, Permission.LIMITS_MANAGE)
    row = AllowedCountry.objects.filter(region=region).first()
    if row is None:
        raise NotPossible(_("This country is not on your list."))
    row.delete()
    _keep(member, What.COUNTRY_REMOVED, None, AuditKind.SENDING_COUNTRY_REMOVED, subject=region)
    return name_of(region)


def lift_stop(*, member: Membership, stop_id: UUID, reason: str) -> None:
    """End an alarm with a reason. What was counted until now raises no second one. Raises NotYours, NotPossible."""
    require(member, Permission.LIMITS_MANAGE)
    row = SendingStop.objects.select_for_update(of=("self",)).filter(pk=stop_id).first()
    if row is None:
        raise NotYours
    reason = _reason(reason)
    if row.lifted_at is not None:
        raise NotPossible(_("Somebody else has lifted this alarm already."))
    row.lifted_at, row.lifted_by, row.lift_reason = timezone.now(), member, reason
    row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    counted = SendingCount.objects.filter(kind=Kind.PREFIX, key=row.prefix_index)
    counted.update(texts=0, new_contacts=[], last_digits=[], codes=0, codes_used=0)
    _keep(member, What.LIFTED, row, AuditKind.SENDING_STOP_LIFTED, subject=row.rule, reason=reason)


def _locked() -> SendingLimits:
    """The organization's row, made at its first change."""
    SendingLimits.objects.bulk_create([SendingLimits()], ignore_conflicts=True)
    forget()
    return SendingLimits.objects.select_for_update().get()


def _reason(reason: str) -> str:
    words = " ".join(reason.replace("\x00", "").split())
    if len(words) < LEAST_REASON:
        raise NotPossible(_("Say in a few words why. It stays in the history."))
    return words[:500]


def _keep(
    member: Membership, what: What, row: Model | None, kind: AuditEventKind, *, reason: str = "", **kept: Any
) -> None:
    """In the history with its reason, in the log without: a reason may name somebody."""
    LimitChange.objects.create(what=what, reason=reason, actor=member, **kept)
    audit.record(event=kind, actor=member, object=row, **kept)
    forget()
