"""What is typed on the pages that say which conversations are drawn for review."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.models import DrawnConversation
from compliance.reviewing.changing_rules import MOST_NEW_CONVERSATIONS, MOST_NEW_DAYS, Wanted

Reason = DrawnConversation.Reason
_TEN = Decimal(10)
LABELS = {
    Reason.USUAL: _("Any conversation, by chance"),
    Reason.CHECK: _("One of the four review checks fails"),
    Reason.FINDING: _("Something sensitive was found"),
    Reason.ESCALATION: _("It was escalated"),
    Reason.OPT_OUT: _("The customer opted out or complained"),
    Reason.PAYMENT: _("A payment was asked for"),
    Reason.NEW: _("The colleague is new"),
}
"""In the order of the page."""


def _percent(label: Any, *, required: bool) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=100, decimal_places=1, required=required)


class RatesForm(forms.Form):
    """The rates of an organization, in per cent; and the rest that is set about drawing."""

    is_on = forms.BooleanField(label=_("Draw conversations for review"), required=False)
    new_days = forms.IntegerField(label=_("A colleague is new for, in days"), min_value=0, max_value=MOST_NEW_DAYS)
    new_conversations = forms.IntegerField(
        label=_("and for their first conversations"), min_value=0, max_value=MOST_NEW_CONVERSATIONS
    )
    second_rate = _percent(_("Of those drawn, two reviewers judge independently"), required=True)
    is_blind = forms.BooleanField(
        label=_("Blind: reviewers see neither who the customer is nor who the colleague is"), required=False
    )

    def __init__(self, *args: Any, wanted: Wanted, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "is_on": wanted.is_on,
            "new_days": wanted.new_days,
            "new_conversations": wanted.new_conversations,
            "second_rate": _shown(wanted.second_rate),
            "is_blind": wanted.is_blind,
            **{f"rate_{reason}": _shown(wanted.rates.get(reason, 0)) for reason in LABELS},
        }
        super().__init__(*args, **kwargs)
        for reason, label in LABELS.items():
            self.fields[f"rate_{reason}"] = _percent(label, required=True)

    @property
    def rate_fields(self) -> list[forms.BoundField]:
        """One field for each reason."""
        return [self[f"rate_{reason}"] for reason in LABELS]

    @property
    def wanted(self) -> Wanted:
        """What was typed, of a valid form."""
        data = self.cleaned_data
        return Wanted(
            is_on=data["is_on"],
            rates={reason.value: _kept(data[f"rate_{reason}"]) for reason in LABELS},
            new_days=data["new_days"],
            new_conversations=data["new_conversations"],
            second_rate=_kept(data["second_rate"]),
            is_blind=data["is_blind"],
        )


class TeamRatesForm(forms.Form):
    """The rates of one team; an empty field has the organization's."""

    def __init__(self, *args: Any, rates: Mapping[str, int], usual: Mapping[str, int], **kwargs: Any) -> None:
        kwargs["initial"] = {f"rate_{reason}": _shown(rates[reason]) for reason in LABELS if reason in rates}
        super().__init__(*args, **kwargs)
        for reason, label in LABELS.items():
            field = _percent(label, required=False)
            field.help_text = _("Usual: %(rate)s %%") % {"rate": _shown(usual.get(reason, 0))}
            self.fields[f"rate_{reason}"] = field

    @property
    def rates(self) -> dict[str, int]:
        """What was typed, of a valid form."""
        typed = {reason.value: self.cleaned_data[f"rate_{reason}"] for reason in LABELS}
        return {reason: _kept(rate) for reason, rate in typed.items() if rate is not None}


def _shown(rate: int) -> Decimal:
    """Per cent, without a needless nought."""
    percent = Decimal(rate) / _TEN
    return percent.quantize(Decimal(1)) if percent == percent.to_integral_value() else percent


def _kept(percent: Decimal) -> int:
    return int(percent * _TEN)
