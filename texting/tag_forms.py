"""What people type about tags, checked for shape; use cases decide the rest."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from texting.models import Tag
from texting.models.tag import LONGEST_TAG
from texting.queries.tags import ShownTag


class TagForm(forms.Form):
    """A tag's name and colour."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_TAG,
        help_text=_("A few words, such as “VIP” or “Moved away”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    colour = forms.TypedChoiceField(
        label=_("Color"), choices=Tag.Colour.choices, initial=Tag.Colour.NEUTRAL, coerce=Tag.Colour
    )


class MergeForm(forms.Form):
    """Which tag takes another one's place."""

    into = forms.TypedChoiceField(label=_("Merge into"), coerce=UUID)

    def __init__(self, *args: Any, others: list[ShownTag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "into", forms.TypedChoiceField).choices = [(str(tag.id), tag.name) for tag in others]


class ContactTagsForm(forms.Form):
    """Which tags a contact has. `was`: those it had when the form was drawn, so that a colleague's stay."""

    tags = forms.TypedMultipleChoiceField(
        label=_("Tags"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )
    was = forms.TypedMultipleChoiceField(required=False, coerce=UUID, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, known: list[ShownTag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(tag.id), tag.name) for tag in known]
        for name in ("tags", "was"):
            field_of(self, name, forms.TypedMultipleChoiceField).choices = choices

    @property
    def changes(self) -> tuple[set[UUID], set[UUID]]:
        """Ids of the tags to put on and of those to take off."""
        wanted, was = set(self.cleaned_data["tags"]), set(self.cleaned_data["was"])
        return wanted - was, was - wanted
