"""What is typed when a text is to leave later, and on the list of those that are."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from texting.gate import OutsideHours
from texting.models import ScheduledText
from texting.scheduled.checking import When
from texting.scheduled.local_times import NoSuchTime, TwiceThatDay, moment, place, usual_choices
from texting.scheduled.reading import TABS, Tab, Wanted
from texting.scheduled.recurring import LAST_YEAR
from texting.scheduled.their_clock import Zone

OTHER = "other"
FIRST_YEAR = 2000
"""A time before is none that we offered; a zone's clock could not even be read in the first year."""
LOCAL = "%Y-%m-%dT%H:%M"


class WallField(forms.DateTimeField):
    """A time as a clock shows it, without a zone: Django's own field would read it by our clock."""

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            wall = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise forms.ValidationError(_("Write the time as the field shows it.")) from None
        return wall.replace(tzinfo=None, second=0, microsecond=0)


class WhenForm(forms.Form):
    """A time that is offered, or another one by the clock of a zone."""

    choice = forms.CharField(label=_("When"), max_length=40, required=False)
    wall = WallField(
        label=_("Date and time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )
    zone = forms.ChoiceField(label=_("By the clock of"), required=False)
    fold = forms.ChoiceField(
        label=_("Which one"),
        choices=[("", ""), ("first", _("Before clocks go back")), ("second", _("After clocks went back"))],
        required=False,
    )
    outside_hours = forms.ChoiceField(choices=[("", ""), ("wait", ""), ("send", "")], required=False)

    def __init__(
        self, *args: Any, zones: list[Zone], now: datetime, given: ScheduledText | None = None, **kwargs: Any
    ) -> None:
        self.zones = {one.name: one for one in zones}
        self.offered = [(choice.at.isoformat(), choice.label) for choice in usual_choices(zones[0].info, now)]
        first = zones[0]
        if given is not None:
            first = self.zones.get(given.zone, first)
            wall = given.send_at.astimezone(first.info).replace(tzinfo=None)
            kwargs.setdefault("initial", {"choice": OTHER, "wall": wall, "zone": first.name})
        else:
            choice = next((at for at, _label in self.offered), OTHER)
            kwargs.setdefault("initial", {"choice": choice, "zone": first.name})
        super().__init__(*args, **kwargs)
        self.asks_fold = self.asks_hours = False
        self.opens = ""
        self.now = now
        chosen = field_of(self, "zone", forms.ChoiceField)
        chosen.choices = [(one.name, f"{place(one.name)} ({one.known_from.label})") for one in zones]

    @property
    def only_zone(self) -> Zone | None:
        """The zone, where there is no choice."""
        return next(iter(self.zones.values())) if len(self.zones) == 1 else None

    @property
    def picked(self) -> str:
        """Which offer is chosen now."""
        return str(self["choice"].value() or OTHER)

    def clean_choice(self) -> datetime | None:
        """The moment of an offer, also of one that was made a moment ago; None for another time."""
        choice: str = self.cleaned_data["choice"]
        if choice in {"", OTHER}:
            return None
        try:
            at = datetime.fromisoformat(choice)
        except ValueError:
            raise forms.ValidationError(_("Choose one of these times, or another.")) from None
        if at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise forms.ValidationError(_("Choose one of these times, or another."))
        return at.astimezone(UTC)

    def clean(self) -> dict[str, Any]:
        """The moment, in `when`."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        hours = OutsideHours(data["outside_hours"]) if data["outside_hours"] else OutsideHours.ASK
        zone = self.zones.get(data["zone"]) or next(iter(self.zones.values()))
        if data["choice"] is not None:
            data["when"] = When(data["choice"], zone, hours)
        elif data.get("wall") is None:
            self.add_error("wall", _("Choose a date and a time."))
        else:
            data["when"] = self._moment(data["wall"], zone, data["fold"], hours)
        return data

    def _moment(self, wall: datetime, zone: Zone, fold: str, hours: OutsideHours) -> When | None:
        second = {"first": False, "second": True}.get(fold)
        try:
            return When(moment(wall, ZoneInfo(zone.name), second=second), zone, hours)
        except TwiceThatDay as twice:
            self.asks_fold = True
            self.add_error("fold", str(twice))
        except (NoSuchTime, OverflowError) as error:
            far = _("That is more than a year ahead. Choose an earlier time.")
            self.add_error("wall", str(error) if isinstance(error, NoSuchTime) else far)
        return None


class ScheduledFilter(forms.Form):
    """Which scheduled texts a list shows. What makes no sense is left out."""

    line = forms.ChoiceField(label=_("Line"), required=False)
    by = forms.ChoiceField(label=_("Written by"), required=False)
    state = forms.ChoiceField(choices=[(tab.value, "") for tab in TABS], required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: list[tuple[str, str]], authors: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, all_of_them, rows in (("line", _("All lines"), lines), ("by", _("Everybody"), authors)):
            chosen = field_of(self, name, forms.ChoiceField)
            chosen.choices = [("", all_of_them), *rows]

    def wanted(self) -> Wanted:
        """Also of a form that is wrong: without what is wrong in it."""
        self.is_valid()
        data = self.cleaned_data
        return Wanted(Tab(data.get("state") or ""), _id(data.get("line")), _id(data.get("by")))


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None
