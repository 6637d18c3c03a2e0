"""What people type where two rules disagree."""

from django import forms
from django.utils.translation import gettext_lazy as _

from retention.models import ConflictDecision
from retention.models.conflict import LONGEST_BECAUSE


class DecisionForm(forms.Form):
    """Which rule goes first, and why."""

    outcome = forms.ChoiceField(
        label=_("What becomes of it"), choices=ConflictDecision.Outcome.choices, widget=forms.RadioSelect
    )
    because = forms.CharField(
        label=_("Why"),
        help_text=_("Which rule holds for you and who said so. Stored sealed; it stays in the history."),
        max_length=LONGEST_BECAUSE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
