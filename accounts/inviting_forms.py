"""Whom to invite, as typed, pasted or uploaded."""

from typing import IO, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import RoleChoiceForm
from accounts.inviting_many import LONGEST_LIST


class InviteForm(RoleChoiceForm):
    """Who is invited, and as what."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    field_order = ("name", "email", "roles", "teams")


class InviteManyForm(RoleChoiceForm):
    """A list, pasted or as a file, and as what everybody on it comes in."""

    text = forms.CharField(
        label=_("List"),
        required=False,
        max_length=LONGEST_LIST,
        help_text=_("One person a line: name, e-mail. Paste it from a spreadsheet if you like."),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("Or a CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"})
    )
    field_order = ("text", "file", "roles", "teams")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file is not None:
            cleaned["text"] = self._read(file)
        if not self.errors and not str(cleaned.get("text", "")).strip():
            self.add_error("text", _("Paste a list or choose a file."))
        return cleaned

    def _read(self, file: IO[bytes]) -> str:
        raw = file.read(LONGEST_LIST + 1)
        raw = raw if len(raw) <= LONGEST_LIST else b""
        try:
            text: str = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")  # what spreadsheets on Windows write
        if not text.strip() or "\x00" in text:
            self.add_error("file", ValidationError(_("Choose a CSV file with at most 50 kB of text.")))
        return text
