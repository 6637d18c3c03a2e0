"""Which rules an arriving text sets off: decided before it is stored, written down in the same transaction.

It stands last of the steps: what masking has taken out sets nothing off, and a text that stops, starts or asks for help
is nothing else, as for escalations.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from compliance.automations import hours, triggering
from compliance.automations.kinds import ON_TEXTS
from compliance.escalations import business_time
from compliance.escalations.arriving import is_keyword
from compliance.escalations.business_time import Hours, NeverOpen
from compliance.escalations.own_hours import hours_now
from compliance.models import Automation, AutomationTrigger
from compliance.words.plain_words import norm
from texting.inbound_steps import Arrival
from texting.models import Message

When = Automation.When


class Rules:
    """`texting.inbound_steps.InboundStep`."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Write down what the texts set off. Blocked contacts and lines for sign-in codes set nothing off."""
        texts = [
            one for one in arrivals if not (one.line.sends_codes or one.is_settled) and one.contact.blocked_at is None
        ]
        rules = triggering.rules_on() if texts else []
        if not rules:
            return
        facts = _Facts(texts, rules)
        rows = []
        for arrival in texts:
            if not is_keyword(arrival):
                rows += _rows(arrival, rules, facts)
        triggering.write(rows)

    def opted_out_at_carrier(self, message: Message) -> None:
        """Their permission has ended, which the gate knows."""


class _Facts:
    """What is looked up for all texts at once, and only if a rule asks for it."""

    def __init__(self, arrivals: Sequence[Arrival], rules: Sequence[Automation]) -> None:
        asked = {one.when for one in rules}
        counted = any(one.when == When.NO_ANSWER and one.facts.get("business") for one in rules)
        self.known: set[UUID] = set()
        if When.FIRST in asked:
            contacts = [one.contact.pk for one in arrivals]
            texts = Message.objects.filter(contact__in=contacts, direction=Message.Direction.IN)
            self.known = set(texts.order_by().values_list("contact_id", flat=True).distinct())
        self.hours: Hours | None = None
        if arrivals and (When.CLOSED in asked or counted):
            self.hours = hours_now(arrivals[0].line.team_id)


def _rows(arrival: Arrival, rules: Sequence[Automation], facts: _Facts) -> list[AutomationTrigger]:
    fitting = [one for one in rules if one.when in ON_TEXTS and _fits(one, arrival, facts)]
    facts.known.add(arrival.contact.pk)
    about: dict[str, Any] = {
        "contact_id": arrival.contact.pk,
        "conversation_id": arrival.conversation.pk,
        "line_id": arrival.line.pk,
        "message_id": arrival.message_id,
        "kinds": sorted({one.kind for one in arrival.seen}),
    }
    rows = []
    if fitting:
        rows.append(triggering.trigger(f"text:{arrival.message_id}", fitting, at=arrival.sent_at, **about))
    for rule in rules:
        if rule.when == When.NO_ANSWER and (due := _due(rule, arrival, facts)) is not None:
            key = f"no_answer:{rule.pk}:{arrival.message_id}"
            rows.append(triggering.trigger(key, [rule], at=due, due=due, **about))
    return rows


def _fits(rule: Automation, arrival: Arrival, facts: _Facts) -> bool:
    if rule.when == When.KEYWORD:
        return norm(arrival.body) in {norm(one) for one in rule.facts.get("words", ())}
    if rule.when == When.FIRST:
        return arrival.contact.pk not in facts.known
    if rule.when == When.CLOSED:
        return facts.hours is not None and not hours.is_open(arrival.sent_at, facts.hours)
    if rule.when == When.FINDING:
        return bool({one.kind for one in arrival.seen} & set(rule.facts.get("kinds", ())))
    return True


def _due(rule: Automation, arrival: Arrival, facts: _Facts) -> datetime | None:
    """When the customer has waited long enough, by the clock on the wall or by business hours; None for never."""
    minutes = int(rule.facts["minutes"])
    if not rule.facts.get("business"):
        return arrival.sent_at + timedelta(minutes=minutes)
    try:
        return business_time.after(arrival.sent_at, minutes, facts.hours) if facts.hours else None
    except NeverOpen:
        return None
