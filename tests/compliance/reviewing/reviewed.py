"""How tests draw conversations and review them, through the product's own rows."""

from datetime import timedelta

from django.utils import timezone

from compliance.models import DrawnConversation, Review, Scorecard, ScorecardVersion
from tenancy.isolation import activate


def drawn_row(conversation, **which):
    """A row as if it had been drawn by chance; the organization is active."""
    values = {
        "conversation_id": conversation.pk,
        "contact_id": conversation.contact_id,
        "line_id": conversation.line_id,
        "agent_id": conversation.assignee_id,
        "resolved_at": conversation.resolved_at or timezone.now(),
        "why": ["usual"],
        "reason": "usual",
        "ticket": 0,
        "rate": 1000,
    }
    return DrawnConversation.objects.create(**(values | which))


def review_row(drawn, reviewer, **which):
    """A review that its reviewer is writing; the organization is active."""
    values = {"reviewer": reviewer, "agent_id": drawn.agent_id, "contact_id": drawn.contact_id}
    held = timezone.now() + timedelta(minutes=30)
    return Review.objects.create(**({"drawn": drawn, "held_until": held} | values | which))


def card_row(questions=()):
    """A scorecard with one version; the organization is active."""
    card = Scorecard.objects.create(name="Quality")
    return ScorecardVersion.objects.create(scorecard=card, number=1, questions=list(questions))


def in_organization(desk):
    """For `with`: the desk's organization is active."""
    return activate(desk.organization)
