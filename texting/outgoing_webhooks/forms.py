"""What admins type about endpoints."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenancy import egress
from texting.models import WebhookDelivery
from texting.outgoing_webhooks.kinds import OFFERED, EventKind
from texting.outgoing_webhooks.words import KINDS, REFUSALS


class EndpointForm(forms.Form):
    """Where, what for, and which events."""

    url = forms.CharField(
        label=_("Address"),
        help_text=_("An https address of your own server. Its path may hold a secret; it is stored sealed."),
        max_length=2100,  # a longer one is told so by the guard
        strip=True,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
        ),
    )
    description = forms.CharField(
        label=_("What it is for"), max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    kinds = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(kind.value, KINDS[kind]) for kind in OFFERED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )

    def clean_url(self) -> str:
        """The address in its usual spelling; the error says what to change."""
        try:
            return str(egress.address(self.cleaned_data["url"]))
        except egress.EgressRefused as refused:
            raise ValidationError(str(REFUSALS[refused.reason])) from None

    def clean_kinds(self) -> list[EventKind]:
        """The chosen kinds."""
        return [EventKind(value) for value in self.cleaned_data["kinds"]]


class ContentForm(forms.Form):
    """The confirmation that is asked for before texts, names and numbers leave."""

    sure = forms.BooleanField(
        label=_("I am allowed to send this to that server, and its owner keeps it as safe as we do."),
        error_messages={"required": _("Tick the box to say so.")},
    )


class LogForm(forms.Form):
    """Which part of the log is shown, as it stands in the page's address."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any state")), *WebhookDelivery.State.choices]
    )
    kind = forms.ChoiceField(
        label=_("Event"),
        required=False,
        choices=[("", _("Every event")), *((one.value, one.value) for one in EventKind)],
    )


class ReplayForm(forms.Form):
    """Since which day failed deliveries are made again, in the organization's time."""

    since = forms.DateField(label=_("Failed since"), widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].error_messages["invalid"] = _("Choose a day.")
