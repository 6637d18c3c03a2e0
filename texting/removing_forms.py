"""Why the words of a text are to go, and how much of it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from texting.models import Redaction
from texting.redacting import LONGEST_WORDS

WORDS, ALL = "words", "all"


class RemoveTextForm(forms.Form):
    """`what` is asked of those only who may delete."""

    what = forms.ChoiceField(
        label=_("What goes"),
        choices=[
            (WORDS, _("The words and files; the thread goes on saying who wrote when")),
            (ALL, _("Everything: the thread says only that there was a text. Reports go on counting it")),
        ],
        initial=WORDS,
        widget=forms.RadioSelect,
    )
    reason = forms.TypedChoiceField(
        label=_("Why"), choices=Redaction.Reason.choices, coerce=Redaction.Reason, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=LONGEST_WORDS,
        required=False,
        help_text=_("Colleagues read it in the thread. Do not repeat what you remove."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, may_delete: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_delete:
            del self.fields["what"]

    @property
    def deletes(self) -> bool:
        """Whether all of it is to go."""
        return bool(self.cleaned_data.get("what") == ALL)

    def clean(self) -> dict[str, Any]:
        """What is none of the reasons is said in words."""
        found = super().clean() or {}
        if found.get("reason") == Redaction.Reason.OTHER and not str(found.get("words", "")).strip():
            self.add_error("words", ValidationError(_("Say why in a few words.")))
        return found
