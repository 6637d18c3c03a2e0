"""What a new organization is called and where it is."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.mail.writing import plain
from accounts.recovering_forms import AddressForm


class OrganizationForm(AddressForm):
    """A company and the address of its first owner."""

    name = forms.CharField(
        label=_("Company"),
        max_length=60,
        help_text=_("As its customers know it: the first text of each conversation begins with it."),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    country = forms.RegexField(
        r"^[A-Z]{2}$", label=_("Country"), initial="US", help_text=_("Two letters, such as US."), strip=True
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), initial="America/New_York")
    field_order = ("name", "country", "time_zone", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = field_of(self, "time_zone", forms.ChoiceField)
        zones.choices = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        self.fields["email"].label = _("The first owner's e-mail")
        self.fields["email"].widget.attrs.pop("autofocus", None)

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if plain(name) != name or not slugify(name):
            raise ValidationError(_("Use the company's name alone, without addresses and links."))
        return name
