"""What people type about calls."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership
from compliance.escalations.acting import LONGEST_WORDS
from compliance.models import Call
from compliance.other_channels.phone.call_list import Plan
from texting.phone_numbers import LONGEST_INPUT


class CallForm(forms.Form):
    """Where the member is rung. `press` makes two clicks one call."""

    number = forms.CharField(
        label=_("Your phone"),
        help_text=_("It rings first. Remembered for your next call; nobody else sees it."),
        max_length=LONGEST_INPUT,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    they_asked = forms.BooleanField(label=_("They asked to be called now"), required=False)
    press = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: object, is_quiet: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not is_quiet:
            del self.fields["they_asked"]


class CallResultForm(forms.Form):
    """What came of a call."""

    result = forms.ChoiceField(label=_("What came of it"), choices=Call.Result.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Note"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    closes = forms.BooleanField(label=_("It is settled: close the escalation"), required=False)


class CallTaskForm(forms.Form):
    """When a customer is called, and by whom; the moment is the organization's time."""

    due = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    )
    owner = forms.ChoiceField(label=_("Who calls"), required=False)
    words = forms.CharField(
        label=_("Note"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    they_asked = forms.BooleanField(label=_("They asked for this time"), required=False)

    def __init__(self, *args: Any, zone: str, able: list[Membership], **kwargs: Any) -> None:
        self.zone = ZoneInfo(zone)
        initial = kwargs.get("initial") or {}
        due = initial.get("due")
        if due is None:  # the next full hour
            due = timezone.now() + timedelta(hours=1)
        local = due.astimezone(self.zone).replace(second=0, microsecond=0, tzinfo=None)
        if "due" not in initial:
            local = local.replace(minute=0)
        super().__init__(*args, **{**kwargs, "initial": {**initial, "due": local}})
        field = field_of(self, "owner", forms.ChoiceField)
        field.choices = [("", _("Nobody yet")), *((str(one.pk), one.user.name) for one in able)]

    def clean_due(self) -> datetime:
        """The moment itself, whatever zone the page was drawn in."""
        due: datetime = self.cleaned_data["due"]
        return due.replace(tzinfo=self.zone)

    @property
    def plan(self) -> Plan:
        """Only after it is valid."""
        data = self.cleaned_data
        owner = UUID(data["owner"]) if data["owner"] else None
        return Plan(data["due"], owner, data["words"], they_asked=data["they_asked"])
