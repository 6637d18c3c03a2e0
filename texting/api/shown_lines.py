"""What the API gives of lines: their registration with the carriers, and who may be given their conversations."""

from collections.abc import Sequence

from rest_framework import serializers

from texting.api.shown import Named, Shown
from texting.limits.carriers.showing import BrandRow, CampaignRow, brands_of
from texting.models import Line


class ShownBrand(serializers.Serializer):  # type: ignore[type-arg]
    """A registered business, and its day at the carriers, which begins at midnight in Los Angeles."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    segments_a_day = serializers.IntegerField(allow_null=True, help_text="T-Mobile's cap; null where none is set.")
    segments_today = serializers.IntegerField()
    resumes_at = serializers.DateTimeField(help_text="When texts go on that a day has no room for.")


class ShownCampaign(serializers.Serializer):  # type: ignore[type-arg]
    """A registered use of some lines, which share its pace."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    segments_a_minute = serializers.IntegerField()
    pictures_a_minute = serializers.IntegerField(help_text="Texts with pictures or files.")
    brand = ShownBrand()


class ShownLine(serializers.Serializer):  # type: ignore[type-arg]
    """One of the organization's own numbers."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    number = serializers.CharField()
    team = Named()
    is_active = serializers.BooleanField()
    segments_per_second = serializers.FloatField(help_text="The line's own pace.")
    campaign = ShownCampaign(allow_null=True)


class ShownMembers(serializers.Serializer):  # type: ignore[type-arg]
    """People who may be given the conversations of a line."""

    data = Named(many=True)  # type: ignore[assignment]


class ShownLines(serializers.Serializer):  # type: ignore[type-arg]
    """The lines that the key may use."""

    data = ShownLine(many=True)  # type: ignore[assignment]


def show_lines(lines: Sequence[Line]) -> list[Shown]:
    """`ShownLine`s, with their campaigns in as many queries as for one."""
    known = brands_of(line.campaign_id for line in lines)
    return [_show_line(line, known.get(line.campaign_id) if line.campaign_id else None) for line in lines]


def _show_line(line: Line, registered: tuple[CampaignRow, BrandRow] | None) -> Shown:
    return {
        "id": line.pk,
        "name": line.name,
        "number": line.number,
        "team": {"id": line.team_id, "name": line.team.name},
        "is_active": line.is_active,
        "segments_per_second": line.texts_per_second,
        "campaign": _show_campaign(*registered) if registered else None,
    }


def _show_campaign(campaign: CampaignRow, brand: BrandRow) -> Shown:
    return {
        "id": campaign.id,
        "name": campaign.name,
        "segments_a_minute": campaign.segments_a_minute,
        "pictures_a_minute": campaign.pictures_a_minute,
        "brand": {
            "id": brand.id,
            "name": brand.name,
            "segments_a_day": brand.cap,
            "segments_today": brand.used,
            "resumes_at": brand.resumes_at,
        },
    }
