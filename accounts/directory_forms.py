"""What people choose for the company's directory."""

from collections.abc import Iterable
from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Role, Team

LIVES = [("365", _("In a year")), ("90", _("In 90 days")), ("730", _("In two years"))]


class NewTokenForm(forms.Form):
    """When the new token ends by itself."""

    ends = forms.ChoiceField(label=_("Ends"), choices=LIVES, initial="365")

    @property
    def life(self) -> timedelta:
        """How long it works; only for a valid form."""
        return timedelta(days=int(self.cleaned_data["ends"]))


class GroupForm(forms.Form):
    """What the people of a group get."""

    role = forms.ModelChoiceField(
        queryset=Role.objects.none(), label=_("Role"), required=False, empty_label=_("No role")
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), label=_("Team"), required=False, empty_label=_("No team")
    )

    def __init__(self, *args: object, roles: Iterable[Role], teams: Iterable[Team], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        role = field_of(self, "role", forms.ModelChoiceField)
        team = field_of(self, "team", forms.ModelChoiceField)
        role.queryset = Role.objects.filter(pk__in=[one.pk for one in roles]).order_by("name")
        team.queryset = Team.objects.filter(pk__in=[one.pk for one in teams])
