"""What is typed on the pages about limits of sessions and networks; the use case decides the rest."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from accounts.access_rules import LONGEST_IDLE, LONGEST_WHOLE, SHORTEST_IDLE, SHORTEST_WHOLE
from accounts.models import AccessRules, SessionProfile
from accounts.networks import LONGEST_LABEL, MOST_NETWORKS, BadNetwork, Named, Wrong, read_networks

MOST_CHARACTERS = 20_000
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


class LimitsForm(forms.Form):
    """A profile, or two limits of one's own: minutes without use, hours in all."""

    profile = forms.ChoiceField(
        label=_("Limits"),
        widget=forms.RadioSelect,
        choices=[
            (SessionProfile.STANDARD, _("Standard: 12 hours without use, 24 hours in all")),
            (SessionProfile.HIPAA, _("HIPAA profile: 15 minutes without use, 12 hours in all")),
            (SessionProfile.OWN, _("Own limits")),
        ],
    )
    idle_minutes = forms.IntegerField(
        label=_("Minutes without use"),
        required=False,
        min_value=SHORTEST_IDLE // _MINUTE,
        max_value=LONGEST_IDLE // _MINUTE,
        help_text=_("5 to 1440. Counts for own limits only."),
    )
    longest_hours = forms.IntegerField(
        label=_("Hours in all"),
        required=False,
        min_value=SHORTEST_WHOLE // _HOUR,
        max_value=LONGEST_WHOLE // _HOUR,
        help_text=_("1 to 168. Counts for own limits only."),
    )

    @classmethod
    def of(cls, rules: AccessRules, data: Any = None) -> "LimitsForm":
        """The form with what counts now."""
        initial = {
            "profile": rules.profile,
            "idle_minutes": rules.idle // _MINUTE,
            "longest_hours": rules.longest // _HOUR,
        }
        return cls(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("profile") != SessionProfile.OWN:
            for name in ("idle_minutes", "longest_hours"):  # not used, so not judged
                self.errors.pop(name, None)
            return cleaned
        for name in ("idle_minutes", "longest_hours"):
            if name not in self.errors and cleaned.get(name) is None:
                self.add_error(name, _("Enter a number."))
        if not self.errors and cleaned["idle_minutes"] > cleaned["longest_hours"] * 60:
            self.add_error("idle_minutes", _("This is longer than a session lasts in all."))
        return cleaned

    @property
    def limits(self) -> dict[str, timedelta | None]:
        """Own limits for the use case; only for a valid form."""
        minutes, hours = self.cleaned_data.get("idle_minutes"), self.cleaned_data.get("longest_hours")
        return {"idle": _MINUTE * minutes if minutes else None, "longest": _HOUR * hours if hours else None}


class NetworksForm(forms.Form):
    """The list, and what it guards."""

    networks = forms.CharField(
        label=_("Networks"),
        required=False,
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"}),
        help_text=_("One a line, with a name behind it: 203.0.113.0/24 Main office, or 2001:db8:7::/48 Clinic."),
    )
    guards_pages = forms.BooleanField(
        label=_("Guard the pages"),
        required=False,
        help_text=_("People sign in and work from these networks only. Open sessions elsewhere stop at once."),
    )
    guards_keys = forms.BooleanField(
        label=_("Guard API keys"),
        required=False,
        help_text=_("Keys work from these networks only, besides what each key says itself."),
    )

    cut_off = forms.BooleanField(
        label=_("Cut these programs off"),
        required=False,
        help_text=_("They worked from elsewhere within the last 30 days. Their next request is refused."),
    )

    @classmethod
    def of(cls, rules: AccessRules, data: Any = None) -> "NetworksForm":
        """The form with what counts now."""
        written = "\n".join(f"{cidr} {label}".strip() for cidr, label in rules.networks)
        initial = {"networks": written, "guards_pages": rules.guards_pages, "guards_keys": rules.guards_keys}
        return cls(data, initial=initial)

    def clean_networks(self) -> list[Named]:
        try:
            return read_networks(str(self.cleaned_data["networks"]))
        except BadNetwork as bad:
            raise ValidationError(_words(bad)) from None


def _words(bad: BadNetwork) -> str:
    texts = {
        Wrong.NO_NETWORK: _("%(line)s does not begin with an address or a network such as 203.0.113.0/24."),
        Wrong.HOST_BITS: _("%(line)s is an address inside a network. Write %(hint)s for the whole network."),
        Wrong.TOO_WIDE: _("%(line)s is too wide to protect anything. Write your own networks."),
        Wrong.TWICE: _("%(line)s overlaps with %(hint)s. Keep one of them."),
        Wrong.LABEL: _("%(line)s: the name is longer than %(longest)d letters or cannot be read."),
        Wrong.TOO_MANY: _("At most %(most)d networks. Put neighbours together."),
    }
    values = {"line": bad.line, "hint": bad.hint, "longest": LONGEST_LABEL, "most": MOST_NETWORKS}
    return say(str(texts[bad.why])) % values
