"""What people type about requests."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from retention.models import SubjectRequest
from retention.models.subject_request import LONGEST_WORDS
from retention.requests.opening import Wanted


class RequestForm(forms.Form):
    """What is said of a new request. `press` makes two clicks one request."""

    number = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=_("What they ask for"), choices=SubjectRequest.Kind.choices)
    law = forms.ChoiceField(
        label=_("Under which law"),
        help_text=_("It says until when you have to answer."),
        choices=SubjectRequest.Law.choices,
    )
    channel = forms.ChoiceField(label=_("How it came in"), choices=SubjectRequest.Channel.choices)
    received_on = forms.DateField(
        label=_("On which day"), initial=timezone.localdate, widget=forms.DateInput(attrs={"type": "date"})
    )
    proof = forms.ChoiceField(
        label=_("How they proved that the number is theirs"),
        help_text=_("Nothing is handed out or erased before."),
        choices=SubjectRequest.Proof.choices,
        required=False,
    )
    proof_words = forms.CharField(
        label=_("More about that"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    press = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    @property
    def wanted(self) -> Wanted:
        """Only after it is valid."""
        data: dict[str, Any] = self.cleaned_data
        return Wanted(
            data["kind"],
            data["law"],
            data["channel"],
            data["number"],
            data["received_on"],
            data["proof"],
            data["proof_words"],
        )


class ProofForm(forms.Form):
    """How a person proved who they are."""

    proof = forms.ChoiceField(
        label=_("How they proved that the number is theirs"), choices=SubjectRequest.Proof.choices
    )
    words = forms.CharField(
        label=_("More about that"), required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReasonForm(forms.Form):
    """Why more time is needed, or what the person was told."""

    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
