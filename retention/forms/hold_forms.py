"""What people type about holds."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Team
from accounts.permissions import Permission
from retention.holds.placing import WantedHold, able
from retention.holds.wanted import MOST_SCOPES, WantedScope
from retention.models import Hold
from retention.models.hold import LONGEST_MATTER, LONGEST_REASON
from texting.models import Tag

_DAY = forms.DateInput(attrs={"type": "date"})


class HoldForm(forms.Form):
    """What is said of a hold. `press` makes two clicks one hold."""

    matter = forms.CharField(
        label=_("Matter"), help_text=_("What your lawyers call it. Stored sealed."), max_length=LONGEST_MATTER
    )
    reason = forms.CharField(
        label=_("Why it must be kept"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.TypedChoiceField(
        label=_("Owner"), help_text=_("Is reminded, and knows when it can end."), coerce=UUID
    )
    expires_on = forms.DateField(
        label=_("Ask again on"),
        help_text=_("Owner and admins are mailed 14 days before. The hold does not end by itself."),
        required=False,
        widget=_DAY,
    )
    press = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, hold: Hold | None = None, **kwargs: Any) -> None:
        if hold is not None:
            kwargs["initial"] = {
                "matter": hold.matter,
                "reason": hold.reason,
                "owner": str(hold.owner_id),
                "expires_on": hold.expires_on,
            }
        super().__init__(*args, **kwargs)
        people = {str(one.pk): one.user.name for one in able(Permission.HOLDS_READ)}
        if hold is not None:
            people.setdefault(str(hold.owner_id), hold.owner.user.name)
        field_of(self, "owner", forms.TypedChoiceField).choices = list(people.items())

    @property
    def wanted(self) -> WantedHold:
        """Only after it is valid."""
        data = self.cleaned_data
        return WantedHold(data["matter"], data["reason"], data["owner"], data["expires_on"])


class ScopeForm(forms.Form):
    """One part of what a hold covers: all that is said in it at once."""

    about = forms.CharField(
        label=_("Customer or conversation"),
        help_text=_("A phone number, or the address of a contact's page or a conversation."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    team = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)
    tag = forms.TypedChoiceField(label=_("Tag"), required=False, coerce=UUID, empty_value=None)
    since = forms.DateField(label=_("From"), required=False, widget=_DAY)
    until = forms.DateField(label=_("To"), required=False, widget=_DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(str(pk), name) for pk, name in Team.objects.order_by("name").values_list("pk", "name")]
        tags = [(str(pk), name) for pk, name in Tag.objects.order_by("name").values_list("pk", "name")]
        if tags:
            field_of(self, "tag", forms.TypedChoiceField).choices = [("", _("Any or none")), *tags]
        else:
            del self.fields["tag"]
        field_of(self, "team", forms.TypedChoiceField).choices = [("", _("Every team")), *teams]

    @property
    def wanted(self) -> WantedScope:
        """Only after it is valid."""
        data = self.cleaned_data
        return WantedScope(data["about"], data["team"], data.get("tag"), data["since"], data["until"])


ScopeForms = formset_factory(
    ScopeForm, extra=0, min_num=1, max_num=MOST_SCOPES, absolute_max=MOST_SCOPES, validate_max=True
)


class ReasonForm(forms.Form):
    """Why a release is asked for, refused or confirmed."""

    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
