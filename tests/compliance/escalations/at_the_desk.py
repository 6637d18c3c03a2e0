"""Escalations of the cast's customers: how tests open one and look at it."""

from compliance.models import Escalation, EscalationEvent, EscalationStep
from tenancy.isolation import activate

CARD_OFFER = "Can I just text you my card number?"
WANTS_RESULTS = "can you just text me my results"
CONFUSED = "why are you texting me, I never signed up for this"


def escalation(desk) -> Escalation:
    """The newest one."""
    with activate(desk.organization):
        return Escalation.objects.select_related("owner", "closed_by").order_by("-opened_at", "-id")[0]


def escalations(desk) -> int:
    """How many there are."""
    with activate(desk.organization):
        return Escalation.objects.count()


def events(desk) -> list[str]:
    """What happened, in order."""
    with activate(desk.organization):
        return list(EscalationEvent.objects.order_by("id").values_list("kind", flat=True))


def steps(desk) -> dict[str, str]:
    """The state of each step."""
    with activate(desk.organization):
        return dict(EscalationStep.objects.values_list("kind", "state"))
