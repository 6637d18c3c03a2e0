"""What people choose to ask many for permission."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compliance.models import ConsentImport, PermissionRequest, Program
from texting.models import Line


class RequestForm(forms.Form):
    """Whom to ask, for what, from where, how fast."""

    audience = forms.ChoiceField(
        label=_("Whom to ask"), choices=PermissionRequest.Audience.choices, widget=forms.RadioSelect
    )
    of_import = forms.ModelChoiceField(
        label=_("Of which import"),
        queryset=ConsentImport.objects.none(),
        required=False,
        help_text=_("Only for people of an import."),
    )
    program = forms.ModelChoiceField(label=_("For what"), queryset=Program.objects.none())
    line = forms.ModelChoiceField(label=_("From which line"), queryset=Line.objects.none())
    an_hour = forms.IntegerField(
        label=_("How many an hour, at most"), min_value=1, help_text=_("Quiet hours and your sending limits hold too.")
    )

    def __init__(
        self,
        *args: Any,
        programs: Iterable[Program],
        lines: Iterable[Line],
        imports: Iterable[ConsentImport],
        fastest: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("program", programs), ("line", lines), ("of_import", imports)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields["line"].label_from_instance = lambda line: line.name  # type: ignore[attr-defined]
        self.fields["of_import"].label_from_instance = _named  # type: ignore[attr-defined]
        self.fields["an_hour"] = forms.IntegerField(
            label=_("How many an hour, at most"),
            min_value=1,
            max_value=fastest,
            help_text=_("Quiet hours and your sending limits hold too."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("audience") != PermissionRequest.Audience.WEAK:
            cleaned["of_import"] = None
        elif not cleaned.get("of_import"):
            self.add_error("of_import", ValidationError(_("Choose the import.")))
        return cleaned


def _named(one: ConsentImport) -> str:
    return f"{one.file_name} ({one.made_at:%Y-%m-%d})"
