"""What the carriers allow a registered sender: brands, campaigns, and the pace of a campaign's lines together."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tenancy.ids import new_id
from tenancy.isolation import TenantModel, same_organization
from tenancy.models import Organization

MOST_A_MINUTE = 100_000
MOST_A_DAY = 10_000_000


class Brand(TenantModel):
    """A business as the carriers know it: its texts of a day are counted together by T-Mobile, on all its numbers.

    `daily_segments` None: no cap. `tier` is a key of `texting.limits.carriers.presets.TIERS`.
    """

    name = models.CharField(max_length=60)
    registry_id = models.CharField(max_length=40, blank=True, help_text="As the registry or the provider names it.")
    tier = models.CharField(max_length=20)
    daily_segments = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_A_DAY)]
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "name"], name="texting_brand_name"),
            models.CheckConstraint(
                condition=models.Q(daily_segments__isnull=True) | models.Q(daily_segments__gte=1),
                name="texting_brand_cap",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Campaign(TenantModel):
    """A registered use of some lines: what AT&T lets them send in a minute, together.

    `message_class` is a key of `texting.limits.carriers.presets.CLASSES`.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=60)
    registry_id = models.CharField(max_length=40, blank=True, help_text="As the registry or the provider names it.")
    message_class = models.CharField(max_length=20)
    segments_a_minute = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_A_MINUTE)])
    pictures_a_minute = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_A_MINUTE)], help_text="Texts with pictures or files."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("brand"),
            models.UniqueConstraint(fields=["organization", "name"], name="texting_campaign_name"),
            models.CheckConstraint(
                condition=models.Q(segments_a_minute__gte=1, pictures_a_minute__gte=1), name="texting_campaign_rates"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignPace(models.Model):
    """A directory row (ids and times only): the outbox paces a campaign's lines before an organization is active.

    `free_at` is the database's time at which all that was handed out is paid for: `texting.limits.carriers.pacing`.
    """

    campaign_id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    segment_seconds = models.FloatField()
    picture_seconds = models.FloatField()
    burst_seconds = models.FloatField()
    free_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.campaign_id)
