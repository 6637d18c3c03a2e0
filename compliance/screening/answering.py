"""Tells a customer who sent what must not be texted that it was removed, and the safe way."""

from datetime import timedelta

from compliance.message_templates.picking import language_of
from compliance.opt_out import answers
from compliance.screening.masking import Screened
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.inbound_steps import Answer, Arrival
from texting.models import Message
from texting.purposes import Purpose

ONCE_IN = timedelta(hours=24)  # DOMAIN 6.4: who sends a card in four texts, or again at night, is told once
_CARD = frozenset({"PAYMENT_CARD", "CARD_SECURITY"})


def safe_way(arrival: Arrival, screened: Screened) -> Answer | None:
    """The answer that is owed, if none was given within a day, in the customer's language."""
    told = Message.objects.filter(
        contact=arrival.contact, purpose=Purpose.SAFE_WAY_ANSWER, created_at__gte=arrival.received_at - ONCE_IN
    )
    if any(answer.purpose is Purpose.SAFE_WAY_ANSWER for answer in arrival.answers) or told.exists():
        return None
    organization = Organization.objects.get(pk=current_organization_id())
    language = language_of(arrival.contact) or "en"
    is_card = any(one.removed and one.finding.type in _CARD for one in screened.found)
    return Answer(Purpose.SAFE_WAY_ANSWER, answers.not_by_text(organization, language, is_card=is_card))
