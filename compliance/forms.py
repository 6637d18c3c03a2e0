"""What people type on the pages of compliance."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from texting.phone_numbers import LONGEST_INPUT, BadNumber, PhoneNumber, parse


class TestTextForm(forms.Form):
    """One's own number, and saying that it is."""

    number = forms.CharField(
        label=_("Your own phone number"), max_length=LONGEST_INPUT, widget=forms.TelInput(attrs={"autocomplete": "tel"})
    )
    is_mine = forms.BooleanField(
        label=_("This number is my own, and I agree to get a test text on it."),
        error_messages={"required": _("Only your own phone may get a test text. Say that it is yours.")},
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def clean_number(self) -> PhoneNumber:
        """The error says what is wrong with it."""
        try:
            return parse(self.cleaned_data["number"], self.region)
        except BadNumber as error:
            raise ValidationError(str(error)) from None
