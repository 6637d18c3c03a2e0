"""What an admin decides about second factors, checked for shape."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.factors.ways import CHOICES, STRONG
from accounts.form_fields import field_of
from accounts.models import Role


class SignInPolicyForm(forms.Form):
    """What the organization asks of its people when they sign in."""

    required = forms.ChoiceField(label=_("Who needs a second factor"), widget=forms.RadioSelect)
    required_roles = forms.ModelMultipleChoiceField(
        queryset=Role.objects.none(),
        label=_("Roles that need one as well"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    methods = forms.MultipleChoiceField(
        label=_("What is accepted"), widget=forms.CheckboxSelectMultiple, choices=[(way.value, "") for way in CHOICES]
    )
    weak_alone = forms.BooleanField(
        label=_("A code by text or e-mail may be somebody's only second factor"),
        required=False,
        help_text=_("Never for owners and administrators, whatever stands here."),
    )
    remember_days = forms.TypedChoiceField(
        label=_("Ask again on the same browser"), coerce=int, choices=[(days, "") for days in (0, 1, 7, 14, 30)]
    )
    grace_days = forms.IntegerField(
        label=_("Days to set it up"),
        min_value=0,
        max_value=30,
        help_text=_("For people who are newly asked for one. Owners and administrators have none."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = field_of(self, "required_roles", forms.ModelMultipleChoiceField)
        methods = field_of(self, "methods", forms.MultipleChoiceField)
        days = field_of(self, "remember_days", forms.TypedChoiceField)
        required = field_of(self, "required", forms.ChoiceField)
        roles.queryset = Role.objects.order_by("name")
        required.choices = [
            ("administrators", _("Owners and administrators")),
            ("roles", _("Owners, administrators and the holders of some roles")),
            ("everybody", _("Everybody")),
        ]
        methods.choices = [(way.value, way.label) for way in CHOICES]
        days.choices = [
            (0, _("At every sign-in")),
            *((n, ngettext_lazy("After %(days)d day", "After %(days)d days", n) % {"days": n}) for n in (1, 7, 14, 30)),
        ]

    def clean_methods(self) -> list[str]:
        methods: list[str] = self.cleaned_data["methods"]
        if not {way.value for way in STRONG} & set(methods):
            raise ValidationError(_("Accept passkeys or apps: owners and administrators need one of them."))
        return methods

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("required") == "roles" and not cleaned.get("required_roles"):
            self.add_error("required_roles", _("Choose at least one role."))
        cleaned["required_roles"] = sorted(str(role.pk) for role in cleaned.get("required_roles") or ())
        return cleaned
