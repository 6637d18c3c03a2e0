"""What is typed on the pages about hours."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from compliance.hours import time_zones
from compliance.hours.changing_hours import LONGEST_REASON, Wanted
from compliance.hours.customer_place import Place
from compliance.hours.hours_table import AUTOMATED, STATES
from compliance.models import HoursRules

_DAYS = {"wk": _("Monday to Friday"), "sat": _("Saturday"), "sun": _("Sunday")}
_USUAL: dict[str, list[str] | None] = {"wk": ["08:00", "20:00"], "sat": ["09:00", "18:00"], "sun": None}


def _clock(label: Any, *, required: bool = True) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=required, widget=widget)


class HoursForm(forms.Form):
    """An organization's own hours. The hours abroad are two fields a day; a day without both is closed."""

    soft_opens = _clock(_("From"))
    soft_closes = _clock(_("Until"))
    only_warns = forms.BooleanField(
        label=_("Only say what time it is there"),
        help_text=_(
            "Whoever writes outside these hours sees the time and sends as always; appointments leave at once."
        ),
        required=False,
    )
    without = forms.MultipleChoiceField(
        label=_("Rows that you do not follow"),
        help_text=_("They are about automated devices. For a state that you leave out, the federal hours hold."),
        choices=[(code, STATES[code]) for code in AUTOMATED],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    healthcare = forms.BooleanField(
        label=_("Appointment texts rely on the exemption for healthcare"),
        help_text=_("One a day and three a week to each phone, of 160 characters at most: 47 CFR 64.1200(a)(9)(iv)."),
        required=False,
    )
    wk_opens, wk_closes = _clock(_("Weekdays, from")), _clock(_("until"))
    sat_opens, sat_closes = _clock(_("Saturday, from"), required=False), _clock(_("until"), required=False)
    sun_opens, sun_closes = _clock(_("Sunday, from"), required=False), _clock(_("until"), required=False)
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Needed for rows that you leave out, for only being told the time, and for the exemption."),
        max_length=LONGEST_REASON,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for day in _DAYS:
            opens, closes = data.get(f"{day}_opens"), data.get(f"{day}_closes")
            if (opens is None) != (closes is None) or (opens and closes and opens >= closes):
                self.add_error(
                    f"{day}_opens", gettext("Give both times, the earlier first; leave both empty to close.")
                )
        return data

    @property
    def wanted(self) -> Wanted:
        """What the form says. Only after it is valid."""
        data = self.cleaned_data
        courtesy = {day: _pair(data[f"{day}_opens"], data[f"{day}_closes"]) for day in _DAYS}
        return Wanted(
            soft_opens=data["soft_opens"],
            soft_closes=data["soft_closes"],
            only_warns=data["only_warns"],
            without=tuple(data["without"]),
            courtesy={} if courtesy == _USUAL else courtesy,
            healthcare=data["healthcare"],
            reason=data["reason"],
        )


def initial_of(row: HoursRules) -> dict[str, Any]:
    """The form as the rules are now."""
    courtesy: dict[str, list[str] | None] = row.courtesy or _USUAL
    days = {
        f"{day}_{end}": time.fromisoformat(window[at]) if (window := courtesy.get(day)) else None
        for day in _DAYS
        for at, end in enumerate(("opens", "closes"))
    }
    names = ("soft_opens", "soft_closes", "only_warns", "without", "healthcare")
    return {name: getattr(row, name) for name in names} | days


def _pair(opens: time | None, closes: time | None) -> list[str] | None:
    return [f"{opens:%H:%M}", f"{closes:%H:%M}"] if opens and closes else None


class PlaceForm(forms.Form):
    """Where a customer says that they are."""

    time_zone = forms.CharField(
        label=_("Time zone"),
        help_text=_("Only if they told you, such as America/Denver. It counts before the zone of their number."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    state = forms.ChoiceField(label=_("State or province"), required=False)
    zip_code = forms.CharField(label=_("ZIP or postal code"), max_length=12, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "state", forms.ChoiceField)
        field.choices = [("", gettext("Not known"))] + [
            (code, f"{STATES[code]} ({code})" if code in STATES else code) for code in time_zones.states()
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        found = time_zones.flaws(
            state=data.get("state", ""), zip_code=data.get("zip_code", ""), zone=data.get("time_zone", "")
        )
        for name, sentence in found.items():
            self.add_error(name, sentence)
        return data

    @property
    def place(self) -> Place:
        """What the form says. Only after it is valid."""
        data = self.cleaned_data
        return Place(time_zone=data["time_zone"], state=data["state"], zip_code=data["zip_code"])
