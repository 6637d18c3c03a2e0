"""What people type and choose to import a list."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compliance.importing import reading
from compliance.importing.attesting import sentences
from compliance.importing.columns import Meaning
from compliance.importing.starting import LONGEST_WORDING
from compliance.models import ConsentImport, Program

_LABELS = {
    Meaning.NUMBER: _("Phone number"),
    Meaning.NAME: _("Name"),
    Meaning.AGREED_ON: _("When they agreed"),
    Meaning.HOW: _("How they agreed"),
    Meaning.WORDING: _("The words they agreed to"),
}


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("One row for each person, up to 200,000 rows and 20 MB. Nothing is imported before you say so."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        allow_empty_file=True,
    )

    def raw(self) -> bytes:
        """The bytes, one more than may be at most."""
        return bytes(self.cleaned_data["file"].read(reading.MOST_BYTES + 1))


class ColumnsForm(forms.Form):
    """What each column means, by its position, and which program the people agreed to."""

    program = forms.ModelChoiceField(label=_("What they agreed to"), queryset=Program.objects.none())

    def __init__(self, *args: Any, headings: Sequence[str], programs: Iterable[Program], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = programs  # type: ignore[attr-defined]
        columns = [(str(at), heading or f"{at + 1}") for at, heading in enumerate(headings)]
        for meaning, label in _LABELS.items():
            must = meaning is Meaning.NUMBER
            self.fields[meaning.value] = forms.ChoiceField(
                label=label,
                required=must,
                choices=[("", _("Choose a column") if must else _("Not in the file")), *columns],
            )
        self.fields["date_order"] = forms.ChoiceField(
            label=_("Days are written"), choices=ConsentImport.DateOrder.choices
        )
        self.order_fields(["number", "name", "agreed_on", "date_order", "how", "wording", "program"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [cleaned[meaning.value] for meaning in Meaning if cleaned.get(meaning.value)]
        if len(chosen) != len(set(chosen)):
            raise ValidationError(_("Give each column one meaning."))
        return cleaned

    @property
    def meaning(self) -> dict[str, int]:
        """Position by meaning."""
        data = self.cleaned_data
        return {meaning.value: int(data[meaning.value]) for meaning in Meaning if data.get(meaning.value)}


class AttestForm(forms.Form):
    """Who answers for the list, and with what."""

    collected_by = forms.CharField(label=_("Who collected the permissions"), max_length=200)
    how = forms.CharField(
        label=_("How people agreed"),
        max_length=500,
        help_text=_("For example: a box on the intake form on paper, kept in the office."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    collected_on = forms.DateField(
        label=_("When they agreed"),
        required=False,
        help_text=_("For rows without a date of their own: the latest day on which any of them agreed."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    wording = forms.CharField(
        label=_("The words they agreed to"),
        required=False,
        max_length=LONGEST_WORDING,
        help_text=_("Word for word, for rows that do not bring their own. Without date and wording a permission must"
                    " be confirmed by the customer before anything is sent."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, organization: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.boxes = []
        for at, sentence in enumerate(sentences(organization)):
            self.fields[f"box{at}"] = forms.BooleanField(
                label=sentence, error_messages={"required": _("Say that this is so, or do not import the list.")}
            )
            self.boxes.append(f"box{at}")
