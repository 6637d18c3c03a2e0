"""Announcements in the API: what it takes, and what it gives."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.settings import api_settings

from accounts.api.paging import PageParameters
from accounts.api.reading import Strict
from texting.announcements import reading
from texting.announcements.earlier import Outcome
from texting.announcements.reading import Numbers
from texting.announcements.words import reason_words
from texting.api.shapes import MOST_VALUES, MomentField
from texting.limits.prices import prices
from texting.models import Announcement, AnnouncementRecipient
from texting.models.announcement import LONGEST_NAME
from texting.purposes import Purpose
from texting.sending import LONGEST

State, RowState = Announcement.State, AnnouncementRecipient.State
PURPOSES = (Purpose.ALERT.value, Purpose.APPOINTMENT.value, Purpose.BULK.value)
_NEXT = "The cursor of the next page; null on the last one."


class NewAudience(Strict):
    """Contacts for whom all of this holds; with nothing in it, all that the key may see."""

    tag = serializers.UUIDField(required=False, help_text="With this tag.")
    without_tag = serializers.UUIDField(required=False, help_text="Without this tag.")
    agreement = serializers.CharField(required=False, max_length=60, help_text="Agreed to this program.")
    region = serializers.CharField(required=False, max_length=2, min_length=2, help_text="Country of the number: US.")
    since = serializers.DateField(required=False, help_text="Known since that day or later.")
    saved = serializers.UUIDField(required=False, help_text="Of a saved filter that is shared with everybody.")
    earlier = serializers.UUIDField(required=False, help_text="Of an announcement that has begun; with `outcome`.")
    outcome = serializers.ChoiceField(
        choices=Outcome.values,
        required=False,
        help_text="Who got it; got it and wrote to its line since; got it and wrote nothing; did not get it; was left "
        "out by its check.",
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if ("earlier" in attrs) != ("outcome" in attrs):
            raise serializers.ValidationError({"outcome": ["Send earlier and outcome together."]})
        return attrs


class NewAnnouncement(Strict):
    """One text to many."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="For colleagues; customers do not see it.")
    line_id = serializers.UUIDField(help_text="One of GET /lines.")
    purpose = serializers.ChoiceField(choices=PURPOSES, help_text="Which permission each customer must have given.")
    body = serializers.CharField(
        max_length=LONGEST, trim_whitespace=False, required=False, help_text="The text; or send `template`."
    )
    template = serializers.UUIDField(required=False, help_text="Instead of `body`: the `id` of one of GET /templates.")
    values = serializers.DictField(
        child=serializers.CharField(max_length=200),
        required=False,
        help_text="With `template`: a value for each placeholder that Parley cannot fill.",
    )
    audience = NewAudience()

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        wrong: dict[str, list[str]] = {}
        if ("body" in attrs) == ("template" in attrs):
            wrong["body"] = ["Send exactly one of body, template."]
        if "values" in attrs and "template" not in attrs:
            wrong["values"] = ["This goes with a template only."]
        if len(attrs.get("values", {})) > MOST_VALUES:  # type: ignore[arg-type]
            wrong["values"] = [f"Send at most {MOST_VALUES} of them."]
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


class Beginning(Strict):
    """Now, with nothing in it; else one of the two."""

    begins_at = MomentField(required=False, help_text="The moment, with its offset: 2026-12-01T09:00:00-05:00.")
    begins_theirs = serializers.RegexField(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$",
        required=False,
        help_text="What the clock of each customer is to show, without an offset: 2026-12-01T09:00.",
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if len(attrs) > 1:
            raise serializers.ValidationError(
                {api_settings.NON_FIELD_ERRORS_KEY: ["Send begins_at or begins_theirs, not both."]}
            )
        return attrs


class AnnouncementParameters(PageParameters):
    """Which announcements."""

    state = serializers.ChoiceField(choices=State.values, required=False)


class RecipientParameters(PageParameters):
    """Which recipients."""

    state = serializers.ChoiceField(choices=RowState.values, required=False)


class ShownNumbers(serializers.Serializer):  # type: ignore[type-arg]
    """How many recipients are where; `delivered` is part of `sent`."""

    left_out = serializers.IntegerField()
    ready = serializers.IntegerField(help_text="Let through by the check, not queued yet.")
    queued = serializers.IntegerField()
    sent = serializers.IntegerField()
    delivered = serializers.IntegerField(allow_null=True, help_text="Null in lists.")
    refused = serializers.IntegerField()
    failed = serializers.IntegerField()
    taken_back = serializers.IntegerField()


class ShownLeftOut(serializers.Serializer):  # type: ignore[type-arg]
    """Why some do not get it."""

    reason = serializers.CharField(help_text="In words.")
    people = serializers.IntegerField()


class ShownAnnouncementCheck(serializers.Serializer):  # type: ignore[type-arg]
    """What the check found."""

    checked_at = serializers.DateTimeField()
    people = serializers.IntegerField()
    segments = serializers.IntegerField()
    cost = serializers.FloatField(help_text="About, in whole units of `currency`.")
    currency = serializers.CharField()
    left_out = ShownLeftOut(many=True)


class ShownAnnouncement(serializers.Serializer):  # type: ignore[type-arg]
    """An announcement, and how far it is."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    line_id = serializers.UUIDField()
    purpose = serializers.CharField()
    body = serializers.CharField(allow_null=True)
    template = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=State.values)
    why = serializers.CharField(help_text="Why it paused or did not begin by itself; empty where a person did it.")
    created_at = serializers.DateTimeField()
    begins_at = serializers.DateTimeField(allow_null=True, help_text="When the first of it may leave.")
    begins_theirs = serializers.CharField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    recipients = ShownNumbers()
    check = ShownAnnouncementCheck(allow_null=True, help_text="Of a single one, until it starts; null in lists.")


class AnnouncementPage(serializers.Serializer):  # type: ignore[type-arg]
    """Announcements, the newest first."""

    data = ShownAnnouncement(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text=_NEXT)


class ShownRecipient(serializers.Serializer):  # type: ignore[type-arg]
    """What became of one customer. Who it is says GET /contacts/{id}."""

    contact_id = serializers.UUIDField()
    message_id = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=RowState.values)
    reason = serializers.CharField(help_text="Why not, in words; empty where there is nothing to say.")
    segments = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)


class RecipientPage(serializers.Serializer):  # type: ignore[type-arg]
    """Recipients, in the order in which they are queued."""

    data = ShownRecipient(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text=_NEXT)


def show_announcement(row: Announcement, numbers: Numbers, *, check: bool = False) -> dict[str, Any]:
    """`ShownAnnouncement`. `check`: of a single one, with what its check found and how many have arrived."""
    found = None
    if check and row.checked_at is not None and row.started_at is None:
        forecast = reading.forecast(row)
        found = {
            "checked_at": row.checked_at,
            "people": forecast.people,
            "segments": forecast.segments,
            "cost": forecast.cost,
            "currency": prices().currency,
            "left_out": [{"reason": reason, "people": people} for reason, people in forecast.why],
        }
    names: Iterable[str] = ShownNumbers().fields
    recipients: dict[str, int | None] = {name: getattr(numbers, name) for name in names}
    if not check:
        recipients["delivered"] = None
    return {
        "id": row.pk,
        "name": row.name,
        "line_id": row.line_id,
        "purpose": row.purpose,
        "body": row.body if row.template_id is None else None,
        "template": row.template_id,
        "state": row.state,
        "why": row.why,
        "created_at": row.made_at,
        "begins_at": row.begins_at,
        "begins_theirs": row.begins_theirs or None,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "recipients": recipients,
        "check": found,
    }


def show_recipient(row: Announcement, one: AnnouncementRecipient) -> dict[str, Any]:
    """`ShownRecipient`."""
    return {
        "contact_id": one.contact_id,
        "message_id": one.message_id,
        "state": one.state,
        "reason": reason_words(one.reason, row.report.get("said", {})) if one.reason else "",
        "segments": one.segments,
        "since": one.moved_at,
    }
