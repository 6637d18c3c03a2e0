"""What is said of texts that repeat, by programs and to them."""

from typing import Any

from rest_framework import serializers

from accounts.api.paging import PageParameters
from accounts.api.reading import Strict
from texting.gate import OutsideHours
from texting.models import TextSeries
from texting.scheduled.recurring import LAST_YEAR, MOST_GAP, MOST_TIMES, Every
from texting.sending import LONGEST

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class NewSeries(Strict):
    """A text in a conversation, again and again, by the clock where the customer is."""

    conversation_id = serializers.UUIDField()
    body = serializers.CharField(max_length=LONGEST, trim_whitespace=False)
    every = serializers.ChoiceField(choices=[one.value for one in Every])
    gap = serializers.IntegerField(min_value=1, max_value=MOST_GAP, default=1, help_text="2: every other.")
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=DAYS),
        required=False,
        max_length=len(DAYS),
        help_text="With `week`; without it, the day of the week of `starts`.",
    )
    month_day = serializers.IntegerField(
        min_value=0,
        max_value=31,
        required=False,
        help_text="With `month`: 0 is its last day; a month that is too short has its last day instead. Without it, "
        "the day of `starts`.",
    )
    at = serializers.RegexField(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", help_text="What the clock shows: 09:00.")
    starts = serializers.DateField(required=False, help_text="The first day it may leave on; today without it.")
    until = serializers.DateField(required=False, help_text="The last day.")
    times = serializers.IntegerField(min_value=1, max_value=MOST_TIMES, required=False, help_text="Texts at most.")
    time_zone = serializers.CharField(
        max_length=64,
        required=False,
        help_text="By whose clock, when the customer may be in several zones; without it, the one that is safe. Keys "
        "without contacts:reveal use the organization's.",
    )
    outside_hours = serializers.ChoiceField(
        choices=[OutsideHours.WAIT.value, OutsideHours.SEND.value],
        default=OutsideHours.WAIT.value,
        help_text="Of a time that is outside the hours for texts: `wait` for them, or `send` all the same.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wrong: dict[str, list[str]] = {
            name: [f"Write a day before the year {LAST_YEAR + 1}."]
            for name in ("starts", "until")
            if name in attrs and attrs[name].year > LAST_YEAR
        }
        if "weekdays" in attrs and attrs["every"] != Every.WEEK:
            wrong["weekdays"] = ["This goes with `week` only."]
        if "month_day" in attrs and attrs["every"] != Every.MONTH:
            wrong["month_day"] = ["This goes with `month` only."]
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


class ShownSeries(serializers.Serializer):  # type: ignore[type-arg]
    """A text that repeats."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    contact_id = serializers.UUIDField()
    line_id = serializers.UUIDField()
    body = serializers.CharField(help_text="As this key may read it.")
    state = serializers.ChoiceField(choices=TextSeries.State.values)
    why = serializers.CharField(help_text="What paused or ended it, in words; empty where a person or program did.")
    pattern = serializers.CharField(help_text="In words, by the clock of `place`.")
    place = serializers.CharField()
    next_at = serializers.ListField(
        child=serializers.DateTimeField(), help_text="When its next texts are due, three at most."
    )
    made = serializers.IntegerField(help_text="How many texts were made of it, with the one that waits.")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class SeriesPage(serializers.Serializer):  # type: ignore[type-arg]
    """Series, the newest first."""

    data = ShownSeries(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page; null on the last one.")


class SeriesParameters(PageParameters):
    """Which series."""

    state = serializers.ChoiceField(choices=TextSeries.State.values, required=False)
    conversation_id = serializers.UUIDField(required=False)
