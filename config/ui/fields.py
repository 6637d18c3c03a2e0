"""Form fields: label, help, error and control, tied together for screen readers."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.widgets import DateTimeBaseInput
from django.utils.safestring import SafeString

from config.ui.registry import attributes, draw, register

# The browser's own pickers; they speak ISO whatever the language of the page.
_PICKERS: tuple[tuple[type[DateTimeBaseInput], str, str], ...] = (
    (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
    (forms.DateInput, "date", "%Y-%m-%d"),
    (forms.TimeInput, "time", "%H:%M"),
)


def _kind(widget: forms.Widget, switch: bool) -> str:
    if isinstance(widget, forms.RadioSelect):  # several checkboxes are a subclass
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "switch" if switch else "check"
    if isinstance(widget, forms.PasswordInput):
        return "password"
    return "group" if widget.use_fieldset else "control"


def _use_picker(widget: forms.Widget) -> None:
    for kind, name, shape in _PICKERS:
        if isinstance(widget, kind):
            widget.input_type, widget.format = name, shape  # the form has its own copy of the widget
            return


def _described_by(bound: BoundField, help_text: str, counter: int) -> str:
    parts = [
        f"{bound.auto_id}_error" if bound.errors else "",
        f"{bound.auto_id}_helptext" if help_text else "",
        f"{bound.auto_id}_counter" if counter else "",
    ]
    return " ".join(part for part in parts if part)


@register.simple_tag
def field(
    bound: BoundField,
    *,
    label: str = "",
    help: str = "",
    prefix: str = "",
    suffix: str = "",
    counter: int = 0,
    optional: bool = False,
    hide_label: bool = False,
    switch: bool = False,
    **extra: object,
) -> SafeString:
    """One field of a form. `counter` is the most characters it should hold; `extra` goes to the control."""
    widget = bound.field.widget
    help_text = help or str(bound.help_text)
    kind = _kind(widget, switch)
    attrs: dict[str, Any] = {
        name.replace("_", "-"): value for name, value in extra.items() if value not in (None, "", False)
    }
    attributes(attrs)  # the same names are refused as on every other piece
    described_by = _described_by(bound, help_text, counter)
    if described_by and kind != "choices":
        attrs["aria-describedby"] = described_by
    if kind == "switch":
        attrs |= {"role": "switch", "class": "switch"}
    if counter:
        attrs["data-counter"] = counter
    _use_picker(widget)
    return draw(
        "field",
        {
            "bound": bound,
            "kind": kind,
            "control": "" if kind == "choices" else bound.as_widget(attrs=attrs),
            "label": label or bound.label,
            "help": help_text,
            "described_by": described_by,
            "prefix": prefix,
            "suffix": suffix,
            "counter": counter,
            "optional": optional,
            "hide_label": hide_label,
        },
    )


@register.simple_tag
def fields(form: forms.BaseForm) -> SafeString:
    """Every visible field in order, then the hidden ones."""
    return draw("fields", {"form": form})


def _target(bound: BoundField) -> str:
    """The id of the control that an error is about; for a group, its first choice."""
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.simple_tag
def error_summary(form: forms.BaseForm) -> SafeString:
    """What is wrong, on top of the form, each with a link to its field; nothing when nothing is wrong.

    The pattern is the error summary of the GOV.UK Design System: it takes the focus when the page opens.
    """
    if not form.is_bound or not form.errors:
        return SafeString("")
    problems = [(_target(bound), bound.label, message) for bound in form.visible_fields() for message in bound.errors]
    hidden = [message for bound in form.hidden_fields() for message in bound.errors]
    return draw("error_summary", {"general": [*form.non_field_errors(), *hidden], "problems": problems})
