"""What people type and choose to import a list."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from compliance.implied import exemption
from compliance.importing import reading
from compliance.importing.attesting import sentences
from compliance.importing.columns import Meaning
from compliance.importing.details import FIELD
from compliance.importing.starting import LONGEST_WORDING
from compliance.models import ConsentImport, Program

_LABELS = {
    Meaning.NUMBER: _("Phone number"),
    Meaning.NAME: _("Name"),
    Meaning.AGREED_ON: _("When they agreed or bought"),
    Meaning.HOW: _("How they agreed"),
    Meaning.WORDING: _("The words they agreed to"),
}


_BY_LAW = {
    ConsentImport.Basis.PURCHASE.value: (_("Who made the list"), _("Where the purchases are written down")),
    ConsentImport.Basis.HEALTHCARE.value: (_("Who made the list"), _("How patients gave you these numbers")),
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

    basis = forms.ChoiceField(
        label=_("What the list shows"),
        help_text=_("A purchase permits information to Canadian numbers for two years; each row needs its day under"
                    " When. Patients' numbers permit appointment texts, where you rely on that exemption."),
        widget=forms.RadioSelect,
        initial=ConsentImport.Basis.AGREED,
    )  # fmt: skip
    program = forms.ModelChoiceField(label=_("What the texts are about"), queryset=Program.objects.none())

    def __init__(
        self,
        *args: Any,
        headings: Sequence[str],
        programs: QuerySet[Program],
        more: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.keys = [*(meaning.value for meaning in Meaning), *(key for key, _label in more)]
        field_of(self, "program", forms.ModelChoiceField).queryset = programs
        without = set() if exemption.is_on() else {ConsentImport.Basis.HEALTHCARE.value}
        bases = [each for each in ConsentImport.Basis.choices if each[0] not in without]
        field_of(self, "basis", forms.ChoiceField).choices = bases
        columns = [(str(at), heading or f"{at + 1}") for at, heading in enumerate(headings)]
        for meaning, label in _LABELS.items():
            must = meaning is Meaning.NUMBER
            self.fields[meaning.value] = forms.ChoiceField(
                label=label,
                required=must,
                choices=[("", _("Choose a column") if must else _("Not in the file")), *columns],
            )
        self.has_fields = any(key.startswith(FIELD) for key, _label in more)
        if self.has_fields:
            self.fields["replaces"] = forms.BooleanField(
                label=_("The list is right where a field says something else already"),
                help_text=_("Else fields are written only where nothing stands. What the list leaves empty stays."),
                required=False,
            )
        for key, name in more:
            choices = [("", _("Not in the file")), *columns]
            self.fields[key] = forms.ChoiceField(label=name, required=False, choices=choices)
        self.fields["date_order"] = forms.ChoiceField(
            label=_("Days are written"), choices=ConsentImport.DateOrder.choices
        )
        self.order_fields(["number", "name", "agreed_on", "date_order", "how", "wording", "basis", "program"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [cleaned[key] for key in self.keys if cleaned.get(key)]
        if len(chosen) != len(set(chosen)):
            raise ValidationError(_("Give each column one meaning."))
        return cleaned

    @property
    def more(self) -> list[BoundField]:
        """The columns that say more about a person: tags and fields."""
        return [self[key] for key in self.keys if key not in set(Meaning)]

    @property
    def meaning(self) -> dict[str, int]:
        """Position by meaning."""
        data = self.cleaned_data
        return {key: int(data[key]) for key in self.keys if data.get(key)}


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

    def __init__(self, *args: Any, organization: str, basis: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.boxes = []
        if (
            basis != ConsentImport.Basis.AGREED
        ):  # the law asks for no wording, and each row has its own day or needs none
            del self.fields["wording"], self.fields["collected_on"]
            self.fields["collected_by"].label, self.fields["how"].label = _BY_LAW[basis]
            self.fields["how"].help_text = _("So that somebody else finds it: which system, which folder.")
        for at, sentence in enumerate(sentences(organization, basis)):
            self.fields[f"box{at}"] = forms.BooleanField(
                label=sentence, error_messages={"required": _("Say that this is so, or do not import the list.")}
            )
            self.boxes.append(f"box{at}")
