"""What an admin types about a line, checked for shape; whether it is right the provider says."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from texting.lines import Settings
from texting.models import Line
from texting.phone_numbers import LONGEST_INPUT, BadNumber, display, parse
from texting.providers.base import OwnNumber
from texting.providers.catalog import CredentialField, ProviderCard

LONGEST_CREDENTIAL = 200


def credential_field(described: CredentialField) -> forms.CharField:
    """Secrets are typed hidden, are never filled in by the browser, and never come back in an answer."""
    attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
    if described.is_secret:
        widget: forms.Widget = forms.PasswordInput(attrs={**attributes, "autocomplete": "new-password"})
    else:
        widget = forms.TextInput(attrs={**attributes, "class": "mono"})
    return forms.CharField(
        label=str(described.label), help_text=str(described.help), max_length=LONGEST_CREDENTIAL, widget=widget
    )


class LineForm(forms.Form):
    """What can be changed at any time."""

    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        help_text=_("What your colleagues call it. Customers do not see it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    team = forms.ModelChoiceField(queryset=Team.objects.none(), label=_("Team"), empty_label=None)
    new_team = forms.CharField(
        label=_("Team"),
        max_length=40,
        help_text=_("You have no team yet. This one is made, with you in it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    texts_per_second = forms.FloatField(
        label=_("Texts a second"),
        min_value=0.01,
        max_value=500,
        initial=1,
        help_text=_("As many as the carrier lets this number send. An ordinary US number: 1; toll-free: 3."),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    carrier_answers_keywords = forms.BooleanField(
        label=_("The carrier answers STOP, START and HELP itself"),
        required=False,
        help_text=_("Twilio does, unless you switched it off there. Parley then records them without a second answer."),
    )

    def __init__(self, *args: Any, card: ProviderCard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101 - declared above
        team.queryset = Team.objects.all()
        del self.fields["new_team" if Team.objects.exists() else "team"]
        if not card.handles_keywords:
            del self.fields["carrier_answers_keywords"]

    def settings(self, team: Team) -> Settings:
        """What was typed, with the team that was chosen or made."""
        typed = self.cleaned_data
        return Settings(
            name=typed["name"],
            team=team,
            texts_per_second=typed["texts_per_second"],
            carrier_answers_keywords=bool(typed.get("carrier_answers_keywords")),
        )


class ConnectForm(LineForm):
    """A new line: the account's credentials, one of its numbers, and the rest."""

    number = forms.CharField(
        label=_("Number"),
        max_length=LONGEST_INPUT,
        help_text=_("Look the account's numbers up, or type one with its country code."),
        widget=forms.TelInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("account", "secret", "number", "name", "team", "new_team", "texts_per_second")

    def __init__(self, *args: Any, card: ProviderCard, region: str, **kwargs: Any) -> None:
        super().__init__(*args, card=card, **kwargs)
        self.card, self.region = card, region
        if "carrier_answers_keywords" in self.fields:
            self.fields["carrier_answers_keywords"].initial = True  # what such a carrier does unless it was told not to
        for described in card.fields:
            self.fields[described.name] = credential_field(described)
        self.order_fields(self.field_order)

    def offer(self, numbers: Iterable[OwnNumber], taken: set[str]) -> int:
        """Let the number be chosen instead of typed; returns how many there are to choose from."""
        free = [number for number in numbers if number.number not in taken]
        if free:
            choices = [(one.number, _label(one, self.region)) for one in free]
            field = self.fields["number"]
            self.fields["number"] = forms.ChoiceField(label=field.label, choices=choices)
            self.order_fields(self.field_order)
        return len(free)

    def clean_number(self) -> str:
        """E.164."""
        try:
            return parse(self.cleaned_data["number"], self.region).e164
        except BadNumber as error:
            raise ValidationError(str(error)) from None


class TokenForm(forms.Form):
    """A line's new token."""

    def __init__(self, *args: Any, card: ProviderCard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        described = next((one for one in card.fields if one.name == "secret"), None)
        if described:
            self.fields["secret"] = credential_field(described)
            self.fields["secret"].label = _("New token")


def initial_of(line: Line) -> dict[str, Any]:
    """The line as its form shows it."""
    return {
        "name": line.name,
        "team": line.team_id,
        "texts_per_second": f"{line.texts_per_second:g}",
        "carrier_answers_keywords": line.carrier_answers_keywords,
    }


def _label(number: OwnNumber, region: str) -> str:
    shown = display(number.number, region)
    digits = "".join(sign for sign in number.name if sign.isdigit())
    return shown if digits and number.number.endswith(digits) else f"{shown}, {number.name[:60]}"
