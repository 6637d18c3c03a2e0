"""How tests let the checks be computed and look at what came out."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from compliance.models import CheckedConversation, CheckOutcome, Escalation
from compliance.review_checks.gathering import gather
from compliance.review_checks.judging import Check, judge
from compliance.tasks import check_conversations
from tenancy.isolation import activate
from tests.compliance.escalations.at_the_desk import CARD_OFFER
from tests.kept import kept_upon
from tests.texting.desk import SECOND
from texting.models import Message


def look(after=timedelta(0)):
    """The clock comes round, so long after now."""
    with time_machine.travel(timezone.now() + after, tick=True):
        return check_conversations()


def look_later():
    """The clock comes round twice, later than what came meanwhile has to settle: first it begins to watch."""
    look()
    return look(timedelta(minutes=10))


def results(desk, conversation):
    """What stands in the list, by check; None before the first look."""
    with activate(desk.organization):
        row = CheckedConversation.objects.filter(conversation_id=conversation.pk).first()
        return None if row is None or not row.number else {check.value: getattr(row, check) for check in Check}


def why(desk, conversation, check):
    """The reasons of the newest outcome."""
    with activate(desk.organization):
        rows = CheckOutcome.objects.filter(conversation_id=conversation.pk).order_by("-number")
        return rows[0].details[check]["why"]


def outcomes(desk, conversation):
    """How many versions there are."""
    with activate(desk.organization):
        return CheckOutcome.objects.filter(conversation_id=conversation.pk).count()


def recomputed(desk, conversation):
    """What the history says now, from nothing that the checks have stored."""
    with activate(desk.organization):
        [one] = gather([conversation.pk])
        return {check.value: judged.result.value for check, judged in judge(one.facts).items()}


def leave(desk, **which):
    """Our texts are delivered."""
    with activate(desk.organization):
        now = timezone.now()
        rows = Message.objects.filter(direction="out", **which)
        rows.update(status="delivered", sent_at=now, delivered_at=now)


@kept_upon("desk")
def checked(desk):
    """Maria's was not escalated in time; somebody's on the billing line is in order."""
    maria = desk.hear(CARD_OFFER, name="Maria Ruiz")
    other = desk.hear("Hello", number=SECOND, line=desk.billing_line)
    for one in (maria, other):
        desk.answer(one, "Thank you!", member=desk.cast.second_agent)
    leave(desk)
    with activate(desk.organization):
        Escalation.objects.update(breached_at=Escalation.objects.get().opened_at)
    found = [desk.resolve(one) for one in (maria, other)]
    look()
    return found
