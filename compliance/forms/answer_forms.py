"""What an admin types about the automatic answers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compliance.words.reserved_words import objections
from texting.number_words import why
from texting.phone_numbers import LONGEST_INPUT, BadNumber, parse


class AnswerForm(forms.Form):
    """Where help is, how often texts come, what they are about. Everything may stay empty."""

    phone = forms.CharField(
        label=_("Telephone for help"),
        max_length=LONGEST_INPUT,
        required=False,
        help_text=_("Toll-free, if you have one: carriers ask for it on short codes and in Canada."),
        widget=forms.TelInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(label=_("E-mail for help"), max_length=60, required=False)
    web = forms.URLField(
        assume_scheme="https",
        label=_("Web page with help"),
        max_length=60,
        required=False,
        help_text=_("Used when telephone or e-mail is missing."),
    )
    program = forms.CharField(
        label=_("What your texts are about"),
        max_length=30,
        required=False,
        help_text=_("One or two words after the company's name, such as Reminders."),
    )
    most_a_month = forms.IntegerField(
        label=_("Most texts a month"),
        min_value=1,
        max_value=999,
        required=False,
        help_text=_("Empty: the answers say that the frequency varies."),
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def clean_phone(self) -> str:
        """In E.164, "" for none."""
        typed: str = self.cleaned_data["phone"].strip()
        if not typed:
            return ""
        try:
            return parse(typed, self.region).e164
        except BadNumber as error:
            raise ValidationError(why(error)) from None

    def clean_program(self) -> str:
        """One line, and no word that means something else when a customer sends it back."""
        program = " ".join(self.cleaned_data["program"].split())
        for objection in objections(program):
            raise ValidationError(f"{objection.why} {objection.instead}")
        return program
