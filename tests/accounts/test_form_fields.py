"""A form's field is what it was declared to be, or it is said which one is not."""

import pytest
from django import forms

from accounts.form_fields import field_of


class Sample(forms.Form):
    day = forms.DateField()


def test_a_field_of_another_kind_or_name_is_a_mistake_of_ours() -> None:
    form = Sample()
    assert field_of(form, "day", forms.DateField) is form.fields["day"]
    with pytest.raises(TypeError, match="day is a DateField, not a ChoiceField"):
        field_of(form, "day", forms.ChoiceField)
    with pytest.raises(KeyError):
        field_of(form, "hour", forms.DateField)
