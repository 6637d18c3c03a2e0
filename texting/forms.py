"""What people type on the pages of texting, checked for shape; use cases decide the rest."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from texting.conversations import LONGEST_NOTE
from texting.models import Line
from texting.number_words import why
from texting.phone_numbers import LONGEST_INPUT, BadNumber, PhoneNumber, display, parse
from texting.queries import Colleague

LONGEST_NAME = 120  # characters
TEAM = "team"  # the choice that stands for "nobody: back to the team"


class NewConversationForm(forms.Form):
    """Whom to text, under which name, on which line."""

    number = forms.CharField(
        label=_("Phone number"),
        max_length=LONGEST_INPUT,
        widget=forms.TelInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("A contact who is known already keeps their name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    line = forms.TypedChoiceField(label=_("Text from"), coerce=UUID)

    def __init__(self, *args: Any, lines: list[Line], region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region
        field = field_of(self, "line", forms.TypedChoiceField)
        field.choices = [(str(line.pk), f"{line.name}, {display(line.number, region)}") for line in lines]

    def clean_number(self) -> PhoneNumber:
        """The number in E.164; the error says what is wrong with it."""
        try:
            return parse(self.cleaned_data["number"], self.region)
        except BadNumber as error:
            raise ValidationError(why(error)) from None


class AssignForm(forms.Form):
    """Who goes on with a conversation. `was` is who had it when the form was drawn."""

    to = forms.ChoiceField(label=_("Who goes on"), widget=forms.RadioSelect)
    was = forms.UUIDField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note for them"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("Stays in the thread. Customers never see it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, colleagues: list[Colleague], me: UUID, team: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "to", forms.ChoiceField)
        own = [(str(one.id), _("%(name)s (you)") % {"name": one.name}) for one in colleagues if one.id == me]
        others = [(str(one.id), one.name) for one in colleagues if one.id != me]
        field.choices = [*own, *others, (TEAM, _("Nobody: back to %(team)s") % {"team": team})]

    @property
    def assignee(self) -> UUID | None:
        """The chosen colleague; None for the team."""
        chosen = self.cleaned_data["to"]
        return None if chosen == TEAM else UUID(chosen)


class NameForm(forms.Form):
    """The name of a contact."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Leave it empty to show the number instead."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class NumberForm(forms.Form):
    """A full number to look somebody up by."""

    number = forms.CharField(
        label=_("Phone number"),
        max_length=LONGEST_INPUT,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
