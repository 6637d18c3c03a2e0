"""What people type about fields and into them, checked for shape; use cases decide the rest."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from texting.fields.defining import LONGEST_OPTION, MOST_OPTIONS, Right
from texting.fields.kinds import LONGEST_VALUE, NO, YES, BadValue, Kind
from texting.fields.reading import SeenField, SeenValue
from texting.fields.writing import BadValues, checked
from texting.models.field import LONGEST_FIELD, ContactField

_ROLE, _FIELD = "role-", "field-"


class _NamedForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_FIELD,
        help_text=_("What is known, such as “Policy number” or “Next visit”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    options = forms.CharField(
        label=_("Options of a choice"),
        required=False,
        max_length=MOST_OPTIONS * (LONGEST_OPTION + 2),
        help_text=_("One on each line. For other kinds leave it empty."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_options(self) -> list[str]:
        """Line by line."""
        return str(self.cleaned_data["options"]).splitlines()


class NewFieldForm(_NamedForm):
    """A field that is to be."""

    kind = forms.TypedChoiceField(
        label=_("Kind"),
        choices=Kind.choices,
        initial=Kind.TEXT,
        coerce=Kind,
        help_text=_("It cannot be changed later."),
    )
    field_order = ("name", "kind", "options")


class FieldForm(_NamedForm):
    """A field's name, its options if it is a choice, and what each role may do with it."""

    def __init__(self, *args: Any, kind: str, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role_ids = [role.pk for role in roles]
        if kind == Kind.CHOICE:
            self.fields["options"].help_text = _("One on each line. A value whose option is gone stays as it is.")
        else:
            del self.fields["options"]
        for role in roles:
            self.fields[f"{_ROLE}{role.pk}"] = forms.TypedChoiceField(
                label=role.name, choices=Right.choices, coerce=lambda typed: Right(int(typed))
            )
        self.fields["keys"] = forms.TypedChoiceField(
            label=_("API keys"),
            choices=Right.choices,
            coerce=lambda typed: Right(int(typed)),
            required=False,
            empty_value=None,
            help_text=_("Every key that sees contacts. To see or change values a key also needs the right to reveal."),
        )

    @property
    def rights(self) -> dict[UUID, Right]:
        """What was chosen, by role."""
        return {pk: self.cleaned_data[f"{_ROLE}{pk}"] for pk in self.role_ids}

    def keys_right(self, now: ContactField) -> Right:
        """What was chosen for API keys; what stands there when nothing was."""
        chosen: Right | None = self.cleaned_data["keys"]
        return Right(now.keys_right) if chosen is None else chosen

    @staticmethod
    def initial_rights(rights: dict[UUID, int]) -> dict[str, int]:
        """The names under which the form knows them."""
        return {f"{_ROLE}{pk}": right for pk, right in rights.items()}


class ValuesForm(forms.Form):
    """The values of one contact that the member may change.

    What stood there when it was drawn comes along, so that only what was changed is written, and a colleague's stays.
    """

    def __init__(self, data: Any = None, *, values: Sequence[SeenValue]) -> None:
        self.seen = {f"{_FIELD}{one.field.id}": one for one in values if one.field.may_edit}
        super().__init__(data, initial={name: one.stored for name, one in self.seen.items()})
        for name, one in self.seen.items():
            self.fields[name] = _control(one.field, one.stored)

    @property
    def typed(self) -> dict[UUID, str]:
        """What was changed, by field."""
        return {self.seen[name].field.id: str(self.cleaned_data[name]) for name in self.changed_data}

    def clean(self) -> dict[str, Any]:
        """Each value in its one spelling, or what is wrong with it."""
        for name in self.changed_data:
            field = self.seen[name].field
            try:
                checked(field.name, field.kind, self.cleaned_data.get(name, ""), field.options)
            except BadValue as error:
                self.add_error(name, str(error))
        return self.cleaned_data

    def take_errors(self, refused: BadValues) -> None:
        """What the use case found beside the form: it goes to the field that it is about."""
        for pk, words in refused.errors.items():
            name = f"{_FIELD}{pk}"
            self.add_error(name if name in self.fields else None, ValidationError(words))


def _control(field: SeenField, now: str) -> forms.CharField:
    """A text field whatever the kind, so that one place says what is wrong and what was typed is shown again."""
    return forms.CharField(
        label=field.name, required=False, max_length=LONGEST_VALUE, show_hidden_initial=True, widget=_widget(field, now)
    )


def _widget(field: SeenField, now: str) -> forms.Widget:
    if field.kind == Kind.YES_NO:
        return forms.Select(choices=[("", "—"), (YES, _now("Yes")), (NO, _now("No"))])
    if field.kind == Kind.CHOICE:
        kept = [now] if now and now not in field.options else []
        return forms.Select(choices=[("", "—"), *((one, one) for one in (*kept, *field.options))])
    if field.kind == Kind.DATE:
        return forms.DateInput()
    if field.kind == Kind.DATE_TIME:
        return forms.DateTimeInput()
    attrs = {"autocomplete": "off"} | ({"inputmode": "decimal"} if field.kind == Kind.NUMBER else {})
    return forms.TextInput(attrs=attrs)
