"""Why somebody wants to see a customer, what the report is asked for, and how an organization wants it."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from texting.models import Reveal
from texting.models.reveal import MOST_MINUTES, MOST_USUAL
from texting.queries.reveals import RevealFilter, people_who_revealed
from texting.revealing import LEAST_WORDS, MOST_WORDS


class RevealForm(forms.Form):
    """A reason from the list, and a few words about it."""

    reason = forms.ChoiceField(label=_("Why do you need it?"), choices=Reveal.Reason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In a few words"),
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        help_text=_("Supervisors and auditors read this. Do not write the customer's name or number."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def chosen(self) -> Reveal.Reason:
        """The reason; only for a valid form."""
        return Reveal.Reason(self.cleaned_data["reason"])


class ReportForm(forms.Form):
    """What to look for, as it stands in the page's address."""

    who = forms.TypedChoiceField(label=_("Person"), required=False, coerce=UUID, empty_value=None)
    reason = forms.ChoiceField(label=_("Reason"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        people = [(str(key), name) for key, name in people_who_revealed()]
        choices: dict[str, list[Any]] = {
            "who": [("", _("Everybody")), *people],
            "reason": [("", _("Any")), *Reveal.Reason.choices],
        }
        for name, entries in choices.items():
            field = field_of(self, name, forms.ChoiceField)
            field.choices = entries

    def wanted(self) -> RevealFilter:
        """What was asked for; what cannot be understood is left out and its field says so."""
        self.is_valid()
        return RevealFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class RulesForm(forms.Form):
    """How long a customer is shown, and how many an hour are usual."""

    minutes = forms.IntegerField(label=_("Minutes that a customer is shown"), min_value=1, max_value=MOST_MINUTES)
    contacts_an_hour = forms.IntegerField(
        label=_("Customers an hour that are usual for one person"),
        min_value=1,
        max_value=MOST_USUAL,
        help_text=_("When somebody reveals more, whoever manages roles gets a mail, once an hour at the most."),
    )
