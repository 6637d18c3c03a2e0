"""What an admin writes down about brands and campaigns, as the carriers granted them. It holds at once."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting.limits.carriers import warnings
from texting.limits.carriers.days import days_at
from texting.limits.carriers.pacing import pace_of
from texting.limits.changing import NotPossible
from texting.models import Brand, Campaign, CampaignPace, Line, LineKey
from texting.queries import NotYours

Row = TypeVar("Row", Brand, Campaign)
MOST_LINES = 49  # of a campaign: T-Mobile's rule for its pool of numbers


@dataclass(frozen=True)
class BrandSettings:
    """`tier` is a key of `presets.TIERS`; `daily_segments` None: no cap."""

    name: str
    registry_id: str
    tier: str
    daily_segments: int | None


@dataclass(frozen=True)
class CampaignSettings:
    """`message_class` is a key of `presets.CLASSES`; both rates at least 1."""

    name: str
    registry_id: str
    message_class: str
    segments_a_minute: int
    pictures_a_minute: int


def add_brand(*, member: Membership, settings: BrandSettings) -> Brand:
    """A new brand. Raises NotPossible when the name is taken."""
    require(member, Permission.LIMITS_MANAGE)
    brand = Brand(**asdict(settings))
    _store(brand)
    audit.record(event=AuditKind.CARRIER_BRAND_ADDED, actor=member, object=brand, cap=brand.daily_segments)
    return brand


def change_brand(*, member: Membership, brand_id: UUID, settings: BrandSettings) -> Brand:
    """Another name, tier or cap. Texts that wait for the next day go on waiting. Raises NotYours, NotPossible."""
    require(member, Permission.LIMITS_MANAGE)
    brand = _locked(Brand, brand_id)
    before = brand.daily_segments
    for name, value in asdict(settings).items():
        setattr(brand, name, value)
    _store(brand)
    if brand.daily_segments != before:
        warnings.forget(brand, since=days_at(timezone.now())[0])
    audit.record(
        event=AuditKind.CARRIER_BRAND_CHANGED, actor=member, object=brand, before=before, after=brand.daily_segments
    )
    return brand


def remove_brand(*, member: Membership, brand_id: UUID) -> None:
    """Only one without campaigns. Raises NotYours, NotPossible."""
    require(member, Permission.LIMITS_MANAGE)
    brand = _locked(Brand, brand_id)
    if brand.campaigns.exists():
        raise NotPossible(_("This brand has campaigns. Remove them first."))
    audit.record(event=AuditKind.CARRIER_BRAND_REMOVED, actor=member, object=brand)
    brand.delete()


def add_campaign(
    *, member: Membership, brand_id: UUID, settings: CampaignSettings, lines: Collection[UUID]
) -> Campaign:
    """A new campaign of a brand, with these lines. Raises NotYours, NotPossible."""
    require(member, Permission.LIMITS_MANAGE)
    campaign = Campaign(brand=_locked(Brand, brand_id), **asdict(settings))
    _store(campaign)
    _keep_pace(campaign)
    _give(campaign, lines)
    audit.record(event=AuditKind.CARRIER_CAMPAIGN_ADDED, actor=member, object=campaign, **_rates(campaign))
    return campaign


def change_campaign(
    *, member: Membership, campaign_id: UUID, settings: CampaignSettings, lines: Collection[UUID]
) -> Campaign:
    """Another name or class, other lines. Raises NotYours, NotPossible."""
    require(member, Permission.LIMITS_MANAGE)
    campaign = _locked(Campaign, campaign_id)
    for name, value in asdict(settings).items():
        setattr(campaign, name, value)
    _store(campaign)
    _give(campaign, lines)
    _keep_pace(campaign)
    audit.record(event=AuditKind.CARRIER_CAMPAIGN_CHANGED, actor=member, object=campaign, **_rates(campaign))
    return campaign


def remove_campaign(*, member: Membership, campaign_id: UUID) -> None:
    """Its lines keep their own paces and belong to none. Raises NotYours."""
    require(member, Permission.LIMITS_MANAGE)
    campaign = _locked(Campaign, campaign_id)
    _give(campaign, [])
    CampaignPace.objects.filter(campaign_id=campaign.pk).delete()
    audit.record(event=AuditKind.CARRIER_CAMPAIGN_REMOVED, actor=member, object=campaign)
    campaign.delete()


def _locked(model: type[Row], pk: UUID) -> Row:
    row = model.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotYours
    return row


def _store(row: Brand | Campaign) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NotPossible(_("This name is taken. Choose another one.")) from None


def _give(campaign: Campaign, lines: Collection[UUID]) -> None:
    """These lines belong to the campaign, and no others. A line has one campaign. Raises NotPossible, NotYours.

    The lines' keys change before the campaign's pace, in the order in which a claim locks them.
    """
    if len(lines) > MOST_LINES:
        raise NotPossible(_("A campaign has at most %(most)d numbers.") % {"most": MOST_LINES})
    wanted = list(Line.objects.select_for_update(of=("self",)).filter(pk__in=lines).order_by("pk"))
    if len(wanted) != len(set(lines)):
        raise NotYours
    if any(line.campaign_id not in {None, campaign.pk} for line in wanted):
        raise NotPossible(_("A number belongs to one campaign. Take it out of the other one first."))
    ids = [line.pk for line in wanted]
    Line.objects.filter(campaign=campaign).exclude(pk__in=ids).update(campaign=None)
    Line.objects.filter(pk__in=ids).update(campaign=campaign)
    LineKey.objects.filter(campaign_id=campaign.pk).exclude(line_id__in=ids).update(campaign_id=None)
    LineKey.objects.filter(line_id__in=ids).update(campaign_id=campaign.pk)


def _keep_pace(campaign: Campaign) -> None:
    pace = pace_of(segments_a_minute=campaign.segments_a_minute, pictures_a_minute=campaign.pictures_a_minute)
    CampaignPace.objects.update_or_create(
        campaign_id=campaign.pk,
        defaults={
            "organization_id": current_organization_id(),
            "segment_seconds": pace.segment,
            "picture_seconds": pace.picture,
            "burst_seconds": pace.burst,
        },
    )


def _rates(campaign: Campaign) -> dict[str, Any]:
    return {"segments": campaign.segments_a_minute, "pictures": campaign.pictures_a_minute}
