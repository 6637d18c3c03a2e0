"""What people type when somebody leaves, and when they look for a receipt; checked for shape."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.leaving.reading import Filter
from accounts.models import Membership, OffboardingReceipt

NOW, SUSPEND, LATER = "now", "suspend", "later"


class LeavingForm(forms.Form):
    """How somebody leaves, and who goes on with their open conversations."""

    how = forms.ChoiceField(
        label=_("How"),
        choices=[
            (NOW, _("Deactivate now: they have left")),
            (SUSPEND, _("Suspend now: they may come back")),
            (LATER, _("Deactivate on a day to come")),
        ],
        widget=forms.RadioSelect,
        initial=NOW,
    )
    day = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput)
    hour = forms.TimeField(label=_("At"), required=False, initial="18:00", widget=forms.TimeInput)
    hand_to = forms.ModelChoiceField(
        queryset=Membership.objects.none(),
        label=_("Open conversations"),
        required=False,
        empty_label=_("Back to the team"),
    )

    def __init__(self, *args: Any, colleagues: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taker = field_of(self, "hand_to", forms.ModelChoiceField)
        rows = Membership.objects.filter(pk__in=[one.pk for one in colleagues])
        taker.queryset = rows.select_related("user").order_by("user__name")

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("how") == LATER:
            for name in ("day", "hour"):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(_("Say on which day and at what time.")))
        return typed


class ReceiptFilterForm(forms.Form):
    """What to look for among the receipts, as it stands in the page's address."""

    text = forms.CharField(label=_("Search"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("Everything")), *OffboardingReceipt.Kind.choices]
    )
    by = forms.ChoiceField(label=_("By"), required=False, choices=[("", _("Anybody")), *OffboardingReceipt.By.choices])
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput)
    member = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)

    def wanted(self) -> Filter:
        """What was asked for; what cannot be understood is left out and its field says so."""
        self.is_valid()
        return Filter(**{name: value for name, value in self.cleaned_data.items() if value})
