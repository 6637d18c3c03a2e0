"""What people type when somebody leaves, and when they look for a receipt; checked for shape."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.leaving.reading import Filter
from accounts.leaving.steps import TO_TAKER
from accounts.models import Membership, OffboardingReceipt, Team

NOW, SUSPEND, LATER = "now", "suspend", "later"


class LeavingForm(forms.Form):
    """How somebody leaves, who goes on with their open conversations, and what becomes of their own templates."""

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
    own_to = forms.ChoiceField(label=_("Templates of their own"), required=False)

    def __init__(self, *args: Any, colleagues: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taker = field_of(self, "hand_to", forms.ModelChoiceField)
        rows = Membership.objects.filter(pk__in=[one.pk for one in colleagues])
        taker.queryset = rows.select_related("user").order_by("user__name")
        teams = [(str(pk), _("To %(team)s, as drafts") % {"team": name}) for pk, name in _teams()]
        own = field_of(self, "own_to", forms.ChoiceField)
        own.choices = [("", _("Archive them")), (TO_TAKER, _("To the colleague chosen above")), *teams]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("how") == LATER:
            for name in ("day", "hour"):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(_("Say on which day and at what time.")))
        if typed.get("own_to") == TO_TAKER and not typed.get("hand_to"):
            self.add_error("own_to", ValidationError(_("Choose the colleague above, or something else here.")))
        return typed


def _teams() -> list[tuple[UUID, str]]:
    return list(Team.objects.order_by("name").values_list("pk", "name"))


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
