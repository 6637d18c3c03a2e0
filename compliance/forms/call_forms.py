"""What people type about calls."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.escalations.acting import LONGEST_WORDS
from compliance.models import Call
from texting.phone_numbers import LONGEST_INPUT


class CallForm(forms.Form):
    """Where the member is rung. `press` makes two clicks one call."""

    number = forms.CharField(
        label=_("Your phone"),
        help_text=_("It rings first. Remembered for your next call; nobody else sees it."),
        max_length=LONGEST_INPUT,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    they_asked = forms.BooleanField(label=_("They asked to be called now"), required=False)
    press = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: object, is_quiet: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not is_quiet:
            del self.fields["they_asked"]


class CallResultForm(forms.Form):
    """What came of a call."""

    result = forms.ChoiceField(label=_("What came of it"), choices=Call.Result.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Note"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    closes = forms.BooleanField(label=_("It is settled: close the escalation"), required=False)
