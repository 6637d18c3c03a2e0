"""What an admin types about a line, checked for shape; whether it is right the provider says."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Team
from texting.limits.carriers.presets import OTHER, SENDERS
from texting.lines import HasTexts, OtherLineForCodes, Settings
from texting.models import Line
from texting.number_words import why
from texting.phone_numbers import LONGEST_INPUT, BadNumber, display, parse
from texting.providers.base import OwnNumber
from texting.providers.catalog import CredentialField, ProviderCard

LONGEST_CREDENTIAL = 200
DEFAULT_SENDER = "long_code"


def credential_field(described: CredentialField) -> forms.CharField:
    """Secrets are typed hidden, are never filled in by the browser, and never come back in an answer."""
    attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
    if described.is_secret:
        widget: forms.Widget = forms.PasswordInput(attrs={**attributes, "autocomplete": "new-password"})
    else:
        widget = forms.TextInput(attrs={**attributes, "class": "mono"})
    return forms.CharField(
        label=str(described.label),
        help_text=str(described.help),
        max_length=LONGEST_CREDENTIAL,
        required=not described.optional,
        widget=widget,
    )


def _senders() -> list[tuple[str, str]]:
    return [
        (key, _now("%(kind)s · %(pace)g a second") % {"kind": one.label, "pace": one.per_second})
        if one.per_second
        else (key, str(one.label))
        for key, one in SENDERS.items()
    ]


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
    sender = forms.ChoiceField(
        label=_("Kind of number"),
        choices=_senders,
        required=False,
        initial=DEFAULT_SENDER,
        help_text=_("It decides the pace. A long text counts as several segments, as the carriers count."),
    )
    texts_per_second = forms.FloatField(
        label=_("Segments a second"),
        min_value=0.01,
        max_value=500,
        required=False,
        help_text=_("As many as the carrier lets this number send."),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    carrier_answers_keywords = forms.BooleanField(
        label=_("The carrier answers STOP, START and HELP itself"),
        required=False,
        help_text=_("Twilio does, unless you switched it off there. Parley then records them without a second answer."),
    )

    sends_codes = forms.BooleanField(
        label=_("Only for sign-in codes"),
        required=False,
        help_text=_(
            "Codes for your colleagues leave here and nothing else does. What comes in on it is shown to nobody."
        ),
    )

    def __init__(self, *args: Any, card: ProviderCard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = field_of(self, "team", forms.ModelChoiceField)
        team.queryset = Team.objects.all()
        del self.fields["new_team" if Team.objects.exists() else "team"]
        if not card.handles_keywords:
            del self.fields["carrier_answers_keywords"]

    def clean(self) -> dict[str, Any]:
        """A pace is typed where the kind of number gives none."""
        typed: dict[str, Any] = self.cleaned_data
        typed["pace"] = SENDERS[typed.get("sender") or OTHER].per_second or typed.get("texts_per_second")
        if typed["pace"] is None and not {"sender", "texts_per_second"} & self.errors.keys():
            self.add_error("texts_per_second", _("Type how many segments a second the carrier lets this number send."))
        return typed

    def settings(self, team: Team) -> Settings:
        """What was typed, with the team that was chosen or made."""
        typed = self.cleaned_data
        return Settings(
            name=typed["name"],
            team=team,
            texts_per_second=typed["pace"],
            carrier_answers_keywords=bool(typed.get("carrier_answers_keywords")),
            sends_codes=typed["sends_codes"],
        )


class ConnectForm(LineForm):
    """A new line: the account's credentials, one of its numbers, and the rest."""

    number = forms.CharField(
        label=_("Number"),
        max_length=LONGEST_INPUT,
        help_text=_("Look the account's numbers up, or type one with its country code."),
        widget=forms.TelInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("account", "secret", "number", "name", "team", "new_team", "sender", "texts_per_second")

    def __init__(self, *args: Any, card: ProviderCard, region: str, **kwargs: Any) -> None:
        super().__init__(*args, card=card, **kwargs)
        self.card, self.region = card, region
        if "carrier_answers_keywords" in self.fields:
            self.fields["carrier_answers_keywords"].initial = True  # what such a carrier does unless it was told not to
        for described in card.fields:
            self.fields[described.name] = credential_field(described)
        if card.has_pools:
            self.fields["provider_chooses"] = forms.BooleanField(
                label=_("The service chooses the number"),
                required=False,
                help_text=_("It sends from any number of its pool. Else every text leaves from this line's number."),
            )
        self.order_fields(self.field_order)

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What most accounts do not need."""
        names = [one.name for one in self.card.fields if one.optional]
        return [self[name] for name in (*names, "provider_chooses") if name in self.fields]

    @property
    def more_is_open(self) -> bool:
        """Whether something of it was typed or is wrong."""
        return any(field.errors or field.data for field in self.more_fields) if self.is_bound else False

    def clean(self) -> dict[str, Any]:
        """Key and secret belong together; only a service has numbers to choose from."""
        typed = super().clean()
        for name, other in (("api_key", "api_key_secret"), ("api_key_secret", "api_key")):
            if typed.get(other) and not typed.get(name) and name not in self.errors and name in self.fields:
                self.add_error(name, _("The key's SID and its secret belong together."))
        if typed.get("provider_chooses") and not typed.get("messaging_service") and "messaging_service" in self.fields:
            self.add_error("messaging_service", _("Type the service that chooses the number."))
        return typed

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
            raise ValidationError(why(error)) from None


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
    sender = next((key for key, one in SENDERS.items() if one.per_second == line.texts_per_second), OTHER)
    return {
        "name": line.name,
        "team": line.team_id,
        "sender": sender,
        "texts_per_second": f"{line.texts_per_second:g}" if sender == OTHER else "",
        "carrier_answers_keywords": line.carrier_answers_keywords,
        "sends_codes": line.sends_codes,
    }


def why_not_for_codes(refused: HasTexts | OtherLineForCodes) -> str:
    """What an admin is told whose line cannot be, or no longer not be, the one for codes."""
    if isinstance(refused, OtherLineForCodes):
        return _now("Another line is for sign-in codes already. Change that one first.")
    return _now("This line has texts, which would be hidden or shown by this. Connect a line of its own for codes.")


def _label(number: OwnNumber, region: str) -> str:
    shown = display(number.number, region)
    digits = "".join(sign for sign in number.name if sign.isdigit())
    return shown if digits and number.number.endswith(digits) else f"{shown}, {number.name[:60]}"
