"""What is typed on the pages that set escalations up."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from compliance.detectors.findings import TYPES
from compliance.escalations.changing_hours import LONGEST_NAME, Wanted
from compliance.escalations.own_hours import USUAL
from compliance.escalations.policies import FIELDS, LONGEST, Clock
from compliance.escalations.rules import LONGEST_PHRASE, MOST_PHRASES
from compliance.escalations.switch_texts import LONGEST as LONGEST_TEXT
from compliance.models import BusinessHours, Escalation, EscalationRule
from compliance.screening.words import name_of

DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


class BusinessHoursForm(forms.Form):
    """Two times a day; a day without both is closed. 00:00 as the end is midnight."""

    time_zone = forms.CharField(
        label=_("Time zone"),
        help_text=_("Such as America/Denver. Empty: your organization's own."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    legal_holidays = forms.BooleanField(
        label=_("Legal holidays count in years without a day in the table below"), required=False
    )

    def __init__(self, *args: Any, row: BusinessHours | None, **kwargs: Any) -> None:
        days: dict[str, list[str]] = row.days if row else USUAL
        initial: dict[str, Any] = {
            "time_zone": row.time_zone if row else "",
            "legal_holidays": row.legal_holidays if row else True,
        }
        for day in range(7):
            window = days.get(str(day), ["", ""])
            initial |= {f"opens_{day}": window[0], f"closes_{day}": window[1]}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        for day, name in enumerate(DAYS):
            self.fields[f"opens_{day}"] = _clock(_("%(day)s, from") % {"day": name})
            self.fields[f"closes_{day}"] = _clock(_("until"))

    @property
    def day_fields(self) -> list[tuple[Any, Any]]:
        """The two fields of each day, Monday first."""
        return [(self[f"opens_{day}"], self[f"closes_{day}"]) for day in range(7)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for day in range(7):
            opens, closes = data.get(f"opens_{day}"), data.get(f"closes_{day}")
            missing = (opens is None) != (closes is None)
            if missing or (opens is not None and closes not in (None, time(0)) and opens >= closes):
                self.add_error(
                    f"opens_{day}", gettext("Give both times, the earlier first; leave both empty to close.")
                )
        return data

    @property
    def wanted(self) -> Wanted:
        """Only after it is valid."""
        data, days = self.cleaned_data, {}
        for day in range(7):
            opens, closes = data[f"opens_{day}"], data[f"closes_{day}"]
            if opens is not None and closes is not None:
                days[str(day)] = [f"{opens:%H:%M}", f"{closes:%H:%M}"]
        return Wanted(days, data["time_zone"].strip(), data["legal_holidays"])


def _clock(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=False, widget=widget)


class HolidayForm(forms.Form):
    """One day of the table."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=LONGEST, required=False)


class ClockForm(forms.Form):
    """The clock of one trigger, in minutes of business hours."""

    is_on = forms.BooleanField(label=_("Opens an escalation"), required=False)
    channel = forms.ChoiceField(
        label=_("Try first"),
        choices=[(one.value, one.label) for one in (Escalation.Channel.PHONE, Escalation.Channel.EMAIL)],
    )
    remind = _minutes(_("Remind the owner after"))
    reassign = _minutes(_("Give it to a supervisor after"))
    next_channel = _minutes(_("Try the other channel after"))
    breach = _minutes(_("Too late after"))

    def __init__(self, *args: Any, trigger: str, clock: Clock, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(clock, name) for name in FIELDS}
        super().__init__(*args, **kwargs)
        self.always = trigger == Escalation.Trigger.MEMBER
        if self.always:
            del self.fields["is_on"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        last = data.get("breach")
        for name in ("remind", "reassign", "next_channel"):
            if last and (data.get(name) or 0) > last:
                self.add_error(name, gettext("Nothing can be due after it is too late."))
        return data

    @property
    def clock(self) -> Clock:
        """Only after it is valid."""
        return Clock(
            **{"is_on": True} | {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
        )


class RuleForm(forms.Form):
    """A trigger of the organization's own."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    kind = forms.ChoiceField(
        label=_("What sets it off"), choices=EscalationRule.Kind.choices, widget=forms.RadioSelect, initial="words"
    )
    phrases = forms.CharField(
        label=_("Words and phrases"),
        help_text=_("One a line. Capitals, accents and punctuation do not matter; whole words only."),
        max_length=MOST_PHRASES * (LONGEST_PHRASE + 2),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    topics = forms.MultipleChoiceField(
        label=_("Kinds of findings"),
        help_text=_(
            "What sets off a rule for findings. With either kind of rule, they are not texted while it is open."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "topics", forms.MultipleChoiceField)
        names = [(kind, name_of(kind)) for kind in TYPES]
        field.choices = [(kind, name[:1].upper() + name[1:]) for kind, name in names]

    @property
    def wanted(self) -> dict[str, Any]:
        """As `rules.save` takes it. Only after it is valid."""
        data = self.cleaned_data
        return {**data, "phrases": data["phrases"].splitlines()}


class SwitchTextForm(forms.Form):
    """The words of one text."""

    body = forms.CharField(
        label=_("Text"),
        help_text=_("{brand} is your company's name, {reach} how you are reached. Empty: the ready-made words again."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
