"""What is asked on the page of what automations did."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from compliance.automations.reading import Wanted, known_rules
from compliance.forms.permission_forms import EARLIEST_YEAR, LATEST_YEAR
from compliance.models import AutomationRun


class AutomationLogForm(forms.Form):
    """Which runs, as it stands in the page's address."""

    rule = forms.ChoiceField(label=_("Automation"), required=False)
    result = forms.ChoiceField(
        label=_("Result"), required=False, choices=[("", _("All")), *AutomationRun.Result.choices]
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        rules = [(str(one.pk), one.name) for one in known_rules()]
        field_of(self, "rule", forms.ChoiceField).choices = [("", _("All")), *rules]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("since", "until"):
            if data.get(name) and not EARLIEST_YEAR <= data[name].year <= LATEST_YEAR:
                self.add_error(name, gettext("Choose a day of this century."))
        return data

    def wanted(self) -> Wanted:
        """What was asked for; what cannot be understood is left out and its field says so."""
        self.is_valid()
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value})
