"""What people type on the pages of roles and teams, checked for shape; use cases decide the rest."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership, Role, Team
from accounts.permission_catalogue import Permission, offered_groups
from accounts.role_editing import CHOICES, RoleWish

_NAME = {"autocomplete": "off", "spellcheck": "false"}


def readable_name(text: str) -> str:
    """The name with single spaces. Raises ValidationError when nobody could read it."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise ValidationError(_("Write a name in letters that can be read."))
    return name


class RoleForm(forms.Form):
    """A role: name, what it is for, and what it permits, of what the acting member may do themselves."""

    name = forms.CharField(label=_("Name"), max_length=40, widget=forms.TextInput(attrs=_NAME))
    description = forms.CharField(
        label=_("What it is for"),
        max_length=140,
        required=False,
        help_text=_("One sentence for colleagues who hand it out."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    permissions = forms.MultipleChoiceField(
        label=_("What it permits"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("You can give only what you may do yourself."),
    )
    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "permissions", forms.MultipleChoiceField)
        allowed = CHOICES & member.permissions
        field.choices = [(one.value, one.label) for one in Permission if one in allowed]

    def clean_name(self) -> str:
        return readable_name(self.cleaned_data["name"])

    def clean_description(self) -> str:
        return " ".join(str(self.cleaned_data["description"]).split())

    def groups(self) -> Iterator[tuple[str, list[tuple[Permission, BoundWidget]]]]:
        """The boxes by group, each with its permission; groups without any are left out."""
        boxes = {str(box.data["value"]): box for box in self["permissions"]}
        for group in offered_groups():
            rows = [(one, boxes[one.value]) for one in group.offered if one.value in boxes]
            if rows:
                yield group.name, rows

    @property
    def wish(self) -> RoleWish:
        """What was chosen; only for a valid form."""
        chosen = frozenset(Permission(one) for one in self.cleaned_data["permissions"])
        return RoleWish(self.cleaned_data["name"], self.cleaned_data["description"], chosen)


class DeleteRoleForm(forms.Form):
    """What the holders of a role get instead of it."""

    instead = forms.ModelChoiceField(queryset=Role.objects.none(), label=_("They get instead"), required=False)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "instead", forms.ModelChoiceField)
        field.queryset = Role.objects.filter(pk__in=[role.pk for role in roles]).order_by("name")


class CompareForm(forms.Form):
    """Two roles."""

    a = forms.ModelChoiceField(queryset=Role.objects.none(), label=_("Role"), empty_label=None)
    b = forms.ModelChoiceField(queryset=Role.objects.none(), label=_("Beside"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("a", "b"):
            field = field_of(self, name, forms.ModelChoiceField)
            field.queryset = Role.objects.order_by("name")


class NewTeamForm(forms.Form):
    """The name of a team."""

    name = forms.CharField(label=_("Name"), max_length=40, widget=forms.TextInput(attrs=_NAME))

    def clean_name(self) -> str:
        return readable_name(self.cleaned_data["name"])


class TeamForm(NewTeamForm):
    """Its name, and who reads the conversations on its lines."""

    visibility = forms.ChoiceField(
        label=_("Who reads its conversations"),
        choices=Team.Visibility.choices,
        widget=forms.RadioSelect,
        help_text=_("Whoever may read conversations of every team reads these too, whatever stands here."),
    )
    shows_unassigned = forms.BooleanField(
        label=_("The team also sees what is assigned to nobody"),
        required=False,
        help_text=_("Counts with the last choice. Without it somebody who reads every team must assign each one."),
    )


class TeamMembersForm(forms.Form):
    """The people of a team."""

    members = forms.ModelMultipleChoiceField(
        queryset=Membership.objects.none(), label=_("People"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, member: Membership, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "members", forms.ModelMultipleChoiceField)
        own = Membership.objects.filter(organization=member.organization_id, is_machine=False)
        active = own.filter(is_active=True, user__is_active=True)
        people = active | own.filter(teams__team=team)
        field.queryset = people.distinct().select_related("user").order_by("user__name")
