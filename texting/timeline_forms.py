"""What a contact's timeline is narrowed to, as it stands in addresses."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership
from texting.timeline.kinds import Kind, offered
from texting.timeline.merging import Narrowed

_YEARS = range(2000, 2100)


class TimelineForm(forms.Form):
    """A kind that the member may see, and days, both included."""

    kind = forms.ChoiceField(
        label=_("What"), required=False, error_messages={"invalid_choice": _("Choose one of the kinds.")}
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Everything")), *((kind.value, kind.label) for kind in offered(member))]
        field_of(self, "kind", forms.ChoiceField).choices = choices
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = _("Choose a day.")

    def clean_since(self) -> date | None:
        """A day that can be counted with."""
        return self._near(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        """A day that can be counted with, and not before the first."""
        until, since = self._near(self.cleaned_data["until"]), self.cleaned_data.get("since")
        if until and since and until < since:
            raise forms.ValidationError(_("The last day is before the first."))
        return until

    def _near(self, day: date | None) -> date | None:
        if day and day.year not in _YEARS:
            raise forms.ValidationError(_("Choose days of this century."))
        return day

    @property
    def narrowed(self) -> Narrowed:
        """Of a valid form."""
        said = self.cleaned_data
        return Narrowed(Kind(said["kind"]) if said["kind"] else None, said["since"], said["until"])

    @property
    def query(self) -> str:
        """The same for another address: "" when nothing is narrowed. Of a valid form."""
        return urlencode({name: str(said) for name, said in self.cleaned_data.items() if said})
