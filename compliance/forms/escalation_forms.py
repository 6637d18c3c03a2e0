"""What people type on the pages about escalations."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership, Team
from compliance.escalations.acting import LONGEST_WORDS
from compliance.escalations.closing import Outcome
from compliance.escalations.filters import VIEWS, Filter
from compliance.escalations.opening import LONGEST_REASON
from compliance.escalations.switch_texts import LANGUAGES
from compliance.models import Escalation

LONGEST_SEARCH = 60


class EscalationsForm(forms.Form):
    """What the list is narrowed to; a bad value narrows nothing."""

    view = forms.ChoiceField(choices=[(one, one) for one in VIEWS], required=False, widget=forms.HiddenInput)
    trigger = forms.ChoiceField(
        label=_("Trigger"), choices=[("", _("All")), *Escalation.Trigger.choices], required=False
    )
    team = forms.ChoiceField(label=_("Team"), required=False)
    q = forms.CharField(
        label=_("Search"),
        help_text=_("A whole phone number, or whose it is."),
        max_length=LONGEST_SEARCH,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "team", forms.ChoiceField)
        field.choices = [("", _("All")), *((str(pk), name) for pk, name in Team.objects.values_list("pk", "name"))]

    def wanted(self) -> Filter:
        """What the address asks for."""
        self.is_valid()
        data = self.cleaned_data
        return Filter(
            view=data.get("view") or "open",
            trigger=data.get("trigger", ""),
            team=UUID(data["team"]) if data.get("team") else None,
            words=data.get("q", "").replace("\x00", "").strip(),
        )


class EscalateForm(forms.Form):
    """Why a conversation is escalated."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("What the customer needs, for whoever calls or mails them."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SwitchForm(forms.Form):
    """In which language the text goes."""

    language = forms.ChoiceField(
        label=_("Language"), choices=list(LANGUAGES.items()), widget=forms.RadioSelect, initial="en"
    )


class AssignForm(forms.Form):
    """Whose it is from now on."""

    to = forms.ChoiceField(label=_("Give it to"), required=False)

    def __init__(self, *args: Any, able: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "to", forms.ChoiceField)
        field.choices = [("", _("Nobody")), *((str(one.pk), one.user.name) for one in able)]

    @property
    def member_id(self) -> UUID | None:
        """Only after it is valid."""
        return UUID(self.cleaned_data["to"]) if self.cleaned_data["to"] else None


class _WhenForm(forms.Form):
    """A channel and a moment; the moment is the organization's time."""

    channel = forms.ChoiceField(label=_("How"), choices=Escalation.Channel.choices)
    at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = ZoneInfo(zone)
        now = timezone.now().astimezone(self.zone).replace(second=0, microsecond=0, tzinfo=None)
        kwargs["initial"] = {"at": now} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean_at(self) -> datetime:
        """The moment itself, whatever zone the page was drawn in."""
        at: datetime = self.cleaned_data["at"]
        return at.replace(tzinfo=self.zone)


class ContactForm(_WhenForm):
    """The first contact on another channel."""

    words = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CloseForm(_WhenForm):
    """What came of it on another channel."""

    words = forms.CharField(
        label=_("What came of it"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )

    @property
    def outcome(self) -> Outcome:
        """Only after it is valid."""
        data = self.cleaned_data
        return Outcome(data["channel"], data["at"], data["words"])


class WaiveForm(forms.Form):
    """Why nobody has to be called or mailed."""

    reason = forms.CharField(
        label=_("Why no other channel is needed"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
