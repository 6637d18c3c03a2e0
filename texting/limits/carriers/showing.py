"""Brands, their campaigns and today's use, for the pages and the API; brands whose day is used up, for the inbox."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import Membership
from accounts.permissions import Permission, require
from texting.limits.bounds import NEAR
from texting.limits.carriers.days import EDGE, FOR_BULK, day_of, next_day
from texting.limits.carriers.presets import CLASSES, OTHER, TIERS
from texting.limits.carriers.warnings import ALL
from texting.models import Brand, Campaign, Line, OutboxEntry, SendingCount
from texting.queries import NotYours, visible_lines


@dataclass(frozen=True)
class CampaignRow:
    """A campaign; `lines` are names."""

    id: UUID
    name: str
    registry_id: str
    message_class: str | Promise
    segments_a_minute: int
    pictures_a_minute: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class BrandRow:
    """A brand today. `cap` None: none is set. `waiting`: texts put off to the next day, from `resumes_at` on.

    `is_full`: a reply did not fit today.
    """

    id: UUID
    name: str
    registry_id: str
    tier: str | Promise
    cap: int | None
    used: int
    waiting: int
    resumes_at: datetime
    is_full: bool = False
    campaigns: tuple[CampaignRow, ...] = field(default=())

    @property
    def percent(self) -> int:
        return 100 * self.used // self.cap if self.cap else 0

    @property
    def is_near(self) -> bool:
        return self.cap is not None and self.used >= self.cap * NEAR

    @property
    def bulk_waits(self) -> bool:
        """Only the part that is kept for people is left."""
        return self.cap is not None and self.used >= int(self.cap * FOR_BULK)

    @property
    def is_reached(self) -> bool:
        return self.cap is not None and (self.used >= self.cap or (self.is_full and self.bulk_waits))

    @property
    def tone(self) -> str:
        """How the day's bar is drawn."""
        return "danger" if self.is_reached else "warning" if self.is_near else ""


def brands(member: Membership) -> list[BrandRow]:
    """Every brand with its campaigns."""
    require(member, Permission.LIMITS_MANAGE)
    return _rows(Brand.objects.all())


def brand(member: Membership, brand_id: UUID) -> Brand:
    """One of them. Raises NotYours."""
    require(member, Permission.LIMITS_MANAGE)
    found = Brand.objects.filter(pk=brand_id).first()
    if found is None:
        raise NotYours
    return found


def campaign(member: Membership, campaign_id: UUID) -> Campaign:
    """One of them, with its brand. Raises NotYours."""
    require(member, Permission.LIMITS_MANAGE)
    found = Campaign.objects.select_related("brand").filter(pk=campaign_id).first()
    if found is None:
        raise NotYours
    return found


def free_lines(member: Membership) -> list[str]:
    """Names of lines that belong to no campaign."""
    require(member, Permission.LIMITS_MANAGE)
    return list(Line.objects.filter(campaign=None, is_active=True).order_by("name").values_list("name", flat=True))


def waiting_brands(member: Membership) -> list[BrandRow]:
    """Brands of the member's lines whose day is used up, or that have texts waiting for the next one."""
    mine = {line.campaign_id for line in visible_lines(member) if line.campaign_id}
    if not mine:
        return []
    return [row for row in _rows(Brand.objects.filter(campaigns__in=mine).distinct()) if row.waiting or row.is_reached]


def brands_of(campaigns: Iterable[UUID | None]) -> dict[UUID, tuple[CampaignRow, BrandRow]]:
    """By a campaign's id: the campaign and its brand, for those of these ids that there are."""
    mine = {campaign for campaign in campaigns if campaign}
    rows = _rows(Brand.objects.filter(campaigns__in=mine).distinct()) if mine else []
    return {one.id: (one, row) for row in rows for one in row.campaigns if one.id in mine}


def _rows(found: Iterable[Brand]) -> list[BrandRow]:
    """Four queries, whatever their number."""
    wanted, today = list(found), day_of(timezone.now())
    campaigns: dict[UUID, list[Campaign]] = defaultdict(list)
    for one in Campaign.objects.filter(brand__in=wanted):
        campaigns[one.brand_id].append(one)
    lines: dict[UUID, list[Line]] = defaultdict(list)
    for line in Line.objects.filter(campaign__brand__in=wanted).defer("credentials"):
        if line.campaign_id:
            lines[line.campaign_id].append(line)
    keys = {row.pk.bytes: row.pk for row in wanted}
    counts = SendingCount.objects.filter(kind=SendingCount.Kind.BRAND, key__in=list(keys), begins_at=today)
    used = {keys[bytes(row.key)]: row for row in counts}
    late = OutboxEntry.objects.filter(
        line_id__in=[line.pk for each in lines.values() for line in each],
        state=OutboxEntry.State.READY,
        due_at__gte=next_day(today),
    )
    waits = dict(late.order_by().values_list("line_id").annotate(Count("pk")))
    return [
        BrandRow(
            id=row.pk,
            name=row.name,
            registry_id=row.registry_id,
            tier=TIERS.get(row.tier, TIERS[OTHER]).label,
            cap=row.daily_segments,
            used=used[row.pk].segments if row.pk in used else 0,
            waiting=sum(waits.get(line.pk, 0) for one in campaigns[row.pk] for line in lines[one.pk]),
            resumes_at=next_day(today) + EDGE,
            is_full=row.pk in used and used[row.pk].told_percent >= ALL,
            campaigns=tuple(_campaign(one, lines[one.pk]) for one in campaigns[row.pk]),
        )
        for row in wanted
    ]


def _campaign(row: Campaign, lines: Iterable[Line]) -> CampaignRow:
    return CampaignRow(
        id=row.pk,
        name=row.name,
        registry_id=row.registry_id,
        message_class=CLASSES.get(row.message_class, CLASSES[OTHER]).label,
        segments_a_minute=row.segments_a_minute,
        pictures_a_minute=row.pictures_a_minute,
        lines=tuple(line.name for line in lines),
    )
