"""What only a person knows of a text that comes from a template."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from compliance.message_templates.placeholders import LONGEST_VALUE, PLACEHOLDERS, wrong_with


class ValuesForm(forms.Form):
    """One field for each placeholder that is still open."""

    def __init__(self, *args: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for name in names:
            one = PLACEHOLDERS[name]
            self.fields[f"value_{name}"] = forms.CharField(
                label=str(one.label), help_text=str(one.help), max_length=LONGEST_VALUE, required=False
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.refuse({name: wrong_with(name, data.get(f"value_{name}", "")) for name in self.names})
        return data

    @property
    def values(self) -> dict[str, str]:
        """By placeholder. Only after it is valid."""
        return {name: self.cleaned_data[f"value_{name}"] for name in self.names}

    def refuse(self, why: Mapping[str, str]) -> None:
        """Put each sentence beside its field."""
        for name, sentence in why.items():
            if sentence and f"value_{name}" not in self.errors:
                self.add_error(f"value_{name}" if name in self.names else None, sentence)
