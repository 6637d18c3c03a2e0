"""Three good rules to begin with: each opens the editor filled in; what is the organization's own is chosen there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.models import Automation

When = Automation.When


@dataclass(frozen=True)
class Example:
    """`about` says what it is good for; the rest is as `Automation` has it, with what is to be chosen left out."""

    key: str
    name: str | Promise
    about: str | Promise
    when: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    actions: Mapping[str, Any] = field(default_factory=dict)


EXAMPLES = (
    Example(
        "away",
        _("Away message"),
        _("Who writes outside business hours is told when you are back. Once in each closed period."),
        When.CLOSED,
        conditions={"escalation": "no"},
    ),
    Example(
        "waiting",
        _("Nobody has answered"),
        _("When a customer has waited an hour of business hours, the team is told."),
        When.NO_ANSWER,
        facts={"minutes": 60, "business": True},
    ),
    Example(
        "card",
        _("Card number in a text"),
        _("Leaves a note for whoever opens the conversation: take the payment with a link."),
        When.FINDING,
        facts={"kinds": ["PAYMENT_CARD", "CARD_SECURITY"]},
        actions={"note": _("Card details were taken out of a text. Ask for the payment with a payment link.")},
    ),
)
