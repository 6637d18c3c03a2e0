"""What people type on the pages of compliance."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compliance.implied import exemption
from compliance.models import ConsentEvent, ReportMail
from compliance.opt_out.opt_out_questions import LONGEST_REASON
from compliance.opt_out.told_to_members import LONGEST_WORDS
from compliance.receipts.gathering import Reason
from compliance.reports.periods import LONGEST
from texting.number_words import why
from texting.phone_numbers import LONGEST_INPUT, BadNumber, PhoneNumber, parse

EARLIEST_YEAR, LATEST_YEAR = 2000, 2099


class TestTextForm(forms.Form):
    """One's own number, and saying that it is."""

    number = forms.CharField(
        label=_("Your own phone number"), max_length=LONGEST_INPUT, widget=forms.TelInput(attrs={"autocomplete": "tel"})
    )
    is_mine = forms.BooleanField(
        label=_("This number is my own, and I agree to get a test text on it."),
        error_messages={"required": _("Only your own phone may get a test text. Say that it is yours.")},
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def clean_number(self) -> PhoneNumber:
        """The error says what is wrong with it."""
        try:
            return parse(self.cleaned_data["number"], self.region)
        except BadNumber as error:
            raise ValidationError(why(error)) from None


class KeepForm(forms.Form):
    """Why a text was no wish to stop, or the number is the customer's after all."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("What the text meant, and how you know."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ToldForm(forms.Form):
    """What a customer told a member; `channels` other than a text, which speaks for itself."""

    channel = forms.ChoiceField(label=_("How they told you"), choices=ConsentEvent.Channel.choices)
    words = forms.CharField(
        label=_("What they said"),
        help_text=_("In their own words, as well as you remember."),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    happened_at = forms.DateTimeField(
        label=_("When"),
        help_text=_("Leave it empty if it was just now."),
        required=False,
        widget=forms.DateTimeInput(),
    )


class OptOutForm(ToldForm):
    """They want no more texts."""

    confirm = forms.BooleanField(
        label=_("Send one text that confirms it"),
        help_text=_("The only one that still may go, and only within five minutes."),
        required=False,
        initial=True,
    )


class PurchaseForm(forms.Form):
    """They bought something from us."""

    bought_on = forms.DateField(
        label=_("Day of the purchase"),
        help_text=_("From then on you may text them for two years."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    words = forms.CharField(
        label=_("What they bought"),
        help_text=_("Enough to find it again: the order, the invoice, the contract."),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PatientForm(ToldForm):
    """A patient gave their number; one box for each thing that only people know."""

    def __init__(self, *args: Any, organization: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].label = _("How they gave you the number")
        self.fields["words"].label = _("What they said, or where it is written")
        for at, sentence in enumerate(exemption.declared(organization)):
            self.fields[f"box{at}"] = forms.BooleanField(
                label=sentence, error_messages={"required": _("Say that this is so, or ask the patient to opt in.")}
            )


class ReceiptForm(forms.Form):
    """Whose receipt, why, and as what: a page unless `form` says pdf or json."""

    number = forms.CharField(
        label=_("Phone number"),
        max_length=LONGEST_INPUT,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=_("Why"), choices=[("", _("Choose one")), *((one.value, one.label) for one in Reason)]
    )
    form = forms.CharField(max_length=4, required=False, widget=forms.HiddenInput)


class PeriodForm(forms.Form):
    """Days of a report, both included; at most a year."""

    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """The error says what is wrong with the two."""
        data: dict[str, Any] = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            raise ValidationError(_("The last day is before the first."))
        if since and until and (until - since).days >= LONGEST:
            raise ValidationError(_("A report covers at most a year. Choose fewer days."))
        if any(day and not EARLIEST_YEAR <= day.year <= LATEST_YEAR for day in (since, until)):
            raise ValidationError(_("Choose days of this century."))
        return data


class ReportMailForm(forms.Form):
    """Who gets the report by mail, and how often."""

    member = forms.UUIDField(widget=forms.HiddenInput)
    every = forms.ChoiceField(
        label=_("How often"), required=False, choices=[("", _("Never")), *ReportMail.Every.choices]
    )
