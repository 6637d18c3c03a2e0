"""What people choose for an API key, checked for shape; the use case decides the rest."""

from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.integrations import OFFERED, Wish, may_give
from accounts.models import Membership, Team
from accounts.permissions import Permission

MOST_NETWORKS = 20
EVERY, SOME = "every", "some"
ENDS = [("30", _("In 30 days")), ("90", _("In 90 days")), ("365", _("In a year")), ("", _("Never"))]
OVERLAPS = [
    ("24", _("For 24 hours")),
    ("1", _("For an hour")),
    ("72", _("For 3 days")),
    ("168", _("For 7 days")),
    ("0", _("Not at all: it ends now")),
]


class EndField(forms.ChoiceField):
    """When a key ends by itself."""

    def __init__(self) -> None:
        super().__init__(label=_("Ends"), choices=ENDS, required=False, initial="365")


def end_of(days: str) -> datetime | None:
    """The moment that a choice of `EndField` stands for; None for never."""
    return timezone.now() + timedelta(days=int(days)) if days else None


class NewKeyForm(forms.Form):
    """An integration: its name, what it may do, for which teams, from where, until when."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What the program is, such as Booking system. Colleagues see it on the texts it sends."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    permissions = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As little as it needs. You can give only what you may do yourself."),
    )
    scope = forms.ChoiceField(label=_("For whom"), widget=forms.RadioSelect)
    teams = forms.ModelMultipleChoiceField(
        queryset=Team.objects.none(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )
    networks = forms.CharField(
        label=_("Only from these addresses"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("One a line: 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32. Empty: from everywhere."),
    )
    ends = EndField()

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permissions = field_of(self, "permissions", forms.MultipleChoiceField)
        scope = field_of(self, "scope", forms.ChoiceField)
        teams = field_of(self, "teams", forms.ModelMultipleChoiceField)
        permissions.choices = [(one.value, one.label) for one in OFFERED if may_give(member, one)]
        sees_all = member.may(Permission.CONVERSATIONS_READ_ALL)
        own = Team.objects.all() if sees_all else Team.objects.filter(pk__in=member.team_ids)
        teams.queryset = own
        choices = [(EVERY, _("Every team"))] if sees_all else []
        choices += [(SOME, _("These teams only"))] if own.exists() else []
        scope.choices = choices
        scope.initial = choices[0][0] if choices else None
        if not own.exists():
            del self.fields["teams"]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not name or not name.isprintable():
            raise ValidationError(_("Write a name in letters that can be read."))
        return name

    def clean_networks(self) -> tuple[str, ...]:
        written = str(self.cleaned_data["networks"]).replace(",", " ").split()
        if len(written) > MOST_NETWORKS:
            raise ValidationError(_("At most %(most)d entries.") % {"most": MOST_NETWORKS})
        found = []
        for entry in written:
            try:
                found.append(str(ip_network(entry)))
            except ValueError:
                text = _("%(entry)s is neither an address nor a network. A network looks like 192.0.2.0/24.")
                raise ValidationError(text % {"entry": entry}) from None
        return tuple(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("scope") == SOME and not cleaned.get("teams"):
            self.add_error("teams" if "teams" in self.fields else "scope", _("Choose a team."))
        return cleaned

    @property
    def wish(self) -> Wish:
        """What was chosen; only for a valid form."""
        chosen = self.cleaned_data
        return Wish(
            name=chosen["name"],
            permissions=frozenset(Permission(one) for one in chosen["permissions"]),
            teams=None if chosen["scope"] == EVERY else tuple(chosen["teams"]),
            networks=chosen["networks"],
            ends_at=end_of(chosen["ends"]),
        )


class RollForm(forms.Form):
    """How long the old key goes on, and when the new one ends."""

    overlap = forms.ChoiceField(label=_("The old key still works"), choices=OVERLAPS)
    ends = EndField()
