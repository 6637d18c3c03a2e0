"""What is typed when a text is to leave again and again, or by a date of its contact."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from texting.models import TextSeries
from texting.scheduled.following import Dated
from texting.scheduled.recurring import LAST_DAY, LAST_YEAR, MOST_GAP, MOST_TIMES, Every, Pattern
from texting.scheduled.relative import MOST, PASSING, USUAL_TIME, Relation, Unit
from texting.scheduled.repeating import Repeats
from texting.scheduled.series import pattern_of
from texting.scheduled_forms import FIRST_YEAR, WhenForm

BY_DATE = "by_date"
_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
_HOW_OFTEN = [("", _("Once")), ("day", _("Every day")), ("week", _("Every week")), ("month", _("Every month"))]


class _Repeating(forms.Form):
    """How often, and how long."""

    repeat = forms.ChoiceField(
        label=_("Repeat"),
        choices=_HOW_OFTEN,
        required=False,
    )
    gap = forms.IntegerField(
        label=_("Every how many"),
        help_text=_("1 is every day, week or month; 2 is every other."),
        min_value=1,
        max_value=MOST_GAP,
        initial=1,
        required=False,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these days"),
        choices=[(str(day), name) for day, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: the day of the week of the first one."),
    )
    month_day = forms.ChoiceField(
        label=_("On which day"),
        choices=[("same", _("The day of the first one")), ("last", _("The last day of the month"))],
        required=False,
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    times = forms.IntegerField(label=_("At most so many texts"), min_value=1, max_value=MOST_TIMES, required=False)

    def clean_until(self) -> date | None:
        """Its days are counted up to a year that no text waits for."""
        until: date | None = self.cleaned_data["until"]
        if until is not None and not FIRST_YEAR <= until.year <= LAST_YEAR:
            said = _now("Write a day between the years %(first)d and %(last)d.")
            raise forms.ValidationError(said % {"first": FIRST_YEAR, "last": LAST_YEAR})
        return until

    def pattern(self, first: datetime) -> Repeats | None:
        """What was chosen, for a first time on the wall (naive); None for once."""
        data = self.cleaned_data
        if not data.get("repeat"):
            return None
        return Repeats(
            Pattern(
                Every(data["repeat"]),
                first.time(),
                first.date(),
                data.get("gap") or 1,
                tuple(data.get("weekdays") or [first.weekday()]),
                LAST_DAY if data.get("month_day") == "last" else first.day,
                data.get("until"),
            ),
            data.get("times"),
        )


class LaterForm(WhenForm, _Repeating):
    """A time, once or again and again; or a distance to a date of the contact."""

    number = forms.IntegerField(
        label=_("How long"), min_value=0, max_value=max(MOST.values()), required=False, initial=24
    )
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days")), ("weeks", _("weeks"))],
        required=False,
        initial="hours",
    )
    side = forms.ChoiceField(
        label=_("Before or after"),
        choices=[("before", _("before")), ("after", _("after"))],
        required=False,
    )
    date_field = forms.ChoiceField(label=_("Date"), required=False)
    day_time = forms.TimeField(
        label=_("At what time"),
        required=False,
        widget=_TIME,
        help_text=_("For days and weeks. Left empty: the time of the date, or 9:00 am where it has none."),
    )

    def __init__(self, *args: Any, dates: Sequence[Dated] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dates = {str(one.field.id): one for one in dates}
        self.is_by_date = False
        chosen = field_of(self, "date_field", forms.ChoiceField)
        chosen.choices = [(key, f"{one.field.name} ({one.text or _('empty')})") for key, one in self.dates.items()]

    def clean_choice(self) -> datetime | None:
        """As the form of a time has it; "by a date" is none."""
        self.is_by_date = bool(self.dates) and self.cleaned_data["choice"] == BY_DATE
        return None if self.is_by_date else super().clean_choice()

    def clean(self) -> dict[str, Any]:
        """`when` and perhaps `repeats`; or `relation`."""
        if self.is_by_date:
            data = self.cleaned_data
            data["relation"] = None if self.errors else self._relation(data)
            return data
        data = super().clean()
        when = data.get("when")
        if when is not None and not self.errors:
            first = when.at.astimezone(when.zone.info).replace(tzinfo=None)
            data["repeats"] = self.pattern(first)
        return data

    def _relation(self, data: dict[str, Any]) -> Relation | None:
        dated = self.dates.get(data["date_field"]) or next(iter(self.dates.values()))
        if data["number"] is None:
            self.add_error("number", _("Write a number."))
            return None
        unit, at = Unit(data["unit"] or Unit.HOURS), data["day_time"]
        if unit in PASSING:
            at = None
        elif at is None and dated.field.kind == "date":
            at = USUAL_TIME
        return Relation(UUID(str(dated.field.id)), data["number"], unit, data["side"] == "after", at)


class SeriesForm(_Repeating):
    """A series as it is, to be changed."""

    at = forms.TimeField(label=_("Time"), widget=_TIME)
    field_order = ("repeat", "gap", "weekdays", "month_day", "at", "until", "times")

    def __init__(self, *args: Any, series: TextSeries, **kwargs: Any) -> None:
        self.series = series
        kwargs.setdefault(
            "initial",
            {
                "repeat": series.every,
                "gap": series.gap,
                "weekdays": [str(day) for day in series.weekdays],
                "month_day": "last" if series.day == LAST_DAY else "same",
                "at": series.at,
                "until": series.until,
                "times": series.times,
            },
        )
        super().__init__(*args, **kwargs)
        chosen = field_of(self, "repeat", forms.ChoiceField)
        chosen.choices = _HOW_OFTEN[1:]  # once is no series
        chosen.required = True
        days = field_of(self, "month_day", forms.ChoiceField)
        same = series.day if series.day != LAST_DAY else series.starts.day
        days.choices = [("same", _("On day %(day)d") % {"day": same}), ("last", _("The last day of the month"))]
        self.same = same

    @property
    def repeats(self) -> Repeats:
        """What was chosen. Its first day stays, since gaps are counted from it."""
        data, starts = self.cleaned_data, pattern_of(self.series).starts
        pattern = Pattern(
            Every(data["repeat"]),
            data["at"],
            starts,
            data.get("gap") or 1,
            tuple(data["weekdays"] or [starts.weekday()]),
            LAST_DAY if data["month_day"] == "last" else self.same,
            data["until"],
        )
        return Repeats(pattern, data["times"])
