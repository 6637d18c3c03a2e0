"""What an admin types about brands and campaigns: a preset in the carrier's own terms, or figures of one's own."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from texting.limits.carriers.changing import BrandSettings, CampaignSettings
from texting.limits.carriers.presets import CLASSES, OTHER, TIERS
from texting.models import Line
from texting.models.carrier import MOST_A_DAY, MOST_A_MINUTE

_NAME = forms.TextInput(attrs={"autocomplete": "off"})
_ID = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"})
_FIGURE = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


def _tiers() -> list[tuple[str, str]]:
    return [
        (key, f"{one.label} · {_a_day(one.daily_segments)}" if one.daily_segments else str(one.label))
        for key, one in TIERS.items()
    ]


def _classes() -> list[tuple[str, str]]:
    return [
        (key, f"{one.label} · {_a_minute(one.segments_a_minute)}" if one.segments_a_minute else str(one.label))
        for key, one in CLASSES.items()
    ]


def _a_day(segments: int) -> str:
    return _now("%(segments)s a day") % {"segments": number_format(segments, use_l10n=True, force_grouping=True)}


def _a_minute(segments: int) -> str:
    return _now("%(segments)s a minute") % {"segments": number_format(segments, use_l10n=True, force_grouping=True)}


class BrandForm(forms.Form):
    """A brand and T-Mobile's cap of its day."""

    name = forms.CharField(
        label=_("Name"), max_length=60, widget=_NAME, help_text=_("As it is registered, such as Lakeview Clinic LLC.")
    )
    registry_id = forms.CharField(
        label=_("Brand ID"),
        max_length=40,
        required=False,
        widget=_ID,
        help_text=_("From your provider's console. It is for finding it again; nothing is sent with it."),
    )
    tier = forms.ChoiceField(
        label=_("T-Mobile's brand tier"),
        choices=_tiers,
        help_text=_(
            "When another system sends for the same brand, choose another figure and leave room for it: T-Mobile "
            "counts all of them together."
        ),
    )
    daily_segments = forms.IntegerField(
        label=_("Segments a day"),
        min_value=1,
        max_value=MOST_A_DAY,
        required=False,
        widget=_FIGURE,
    )

    def clean(self) -> dict[str, Any]:
        """A figure is needed where no tier gives one."""
        typed: dict[str, Any] = self.cleaned_data
        if typed.get("tier") == OTHER and not typed.get("daily_segments") and "daily_segments" not in self.errors:
            self.add_error("daily_segments", _("Type the figure that the carrier told you."))
        return typed

    def settings(self) -> BrandSettings:
        """What was typed; a tier's own figure counts unless it is the other one."""
        typed = self.cleaned_data
        figure = TIERS[typed["tier"]].daily_segments or typed["daily_segments"]
        return BrandSettings(typed["name"], typed["registry_id"], typed["tier"], figure)


class CampaignForm(forms.Form):
    """A campaign, AT&T's class of it, and the lines that belong to it."""

    name = forms.CharField(
        label=_("Name"), max_length=60, widget=_NAME, help_text=_("What it is for, such as Appointment reminders.")
    )
    registry_id = forms.CharField(
        label=_("Campaign ID"),
        max_length=40,
        required=False,
        widget=_ID,
        help_text=_("From your provider's console. It is for finding it again; nothing is sent with it."),
    )
    message_class = forms.ChoiceField(label=_("AT&T's message class"), choices=_classes)
    segments_a_minute = forms.IntegerField(
        label=_("Segments a minute"),
        min_value=1,
        max_value=MOST_A_MINUTE,
        required=False,
        widget=_FIGURE,
    )
    pictures_a_minute = forms.IntegerField(
        label=_("Texts with pictures a minute"),
        min_value=1,
        max_value=MOST_A_MINUTE,
        required=False,
        widget=_FIGURE,
    )
    lines = forms.MultipleChoiceField(
        label=_("Lines"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They share the campaign's pace. A number belongs to one campaign."),
    )

    def __init__(self, *args: Any, lines: Iterable[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "lines", forms.MultipleChoiceField)
        field.choices = [(str(line.pk), line.name) for line in lines]
        if not field.choices:
            del self.fields["lines"]

    def clean(self) -> dict[str, Any]:
        """Figures are needed where no class gives them."""
        typed: dict[str, Any] = self.cleaned_data
        if typed.get("message_class") == OTHER:
            for name in ("segments_a_minute", "pictures_a_minute"):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, _("Type the figure that the carrier told you."))
        return typed

    def settings(self) -> CampaignSettings:
        """What was typed; a class' own figures count unless it is the other one."""
        typed = self.cleaned_data
        chosen = CLASSES[typed["message_class"]]
        return CampaignSettings(
            typed["name"],
            typed["registry_id"],
            typed["message_class"],
            chosen.segments_a_minute or typed["segments_a_minute"],
            chosen.pictures_a_minute or typed["pictures_a_minute"],
        )

    def chosen_lines(self) -> list[UUID]:
        """Ids of the lines."""
        return [UUID(one) for one in self.cleaned_data.get("lines", [])]
