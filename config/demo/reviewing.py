"""Human review in a demo organization: what was resolved is drawn, two are judged by two people, one is disputed."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from compliance.models import CheckedConversation, DrawnConversation, Review, ReviewSettings
from compliance.review_checks import clock
from compliance.reviewing import changing_rules, disputing, drawing, holding, judging, scorecards
from compliance.reviewing.changing_rules import Wanted
from compliance.reviewing.questions import Answer
from compliance.reviewing.sampling import USUAL, WHOLE, Reason
from texting.models import Contact, Conversation

_JUDGED = (
    (
        "Noor Rahimi",
        "Amelia Okafor",
        {"opt_in": "na", "opening": "yes", "content": "yes", "gray": "yes", "help": "4"},
        "You called within the hour, well done. Offer the payment link in the first answer next time.",
    ),
    (
        "Ingrid Solberg",
        "Ben Carter",
        {"opt_in": "na", "opening": "yes", "content": "yes", "gray": "na", "help": "5"},
        "Quick and friendly. Nothing to add.",
    ),
)


def reviews(members: Mapping[str, Membership]) -> None:
    """Needs the organization to be active, and its conversations to be there."""
    owner = next(member for member in members.values() if member.is_owner)
    all_of_them = Wanted(is_on=True, rates={**USUAL, Reason.USUAL: WHOLE}, second_rate=WHOLE)
    changing_rules.change(member=owner, wanted=all_of_them)
    ReviewSettings.objects.update(on_since=timezone.now() - timedelta(days=30))
    CheckedConversation.objects.bulk_create(
        CheckedConversation(
            conversation_id=one.pk,
            line_id=one.line_id,
            agent_id=one.assignee_id,
            resolved_at=one.resolved_at,
            due_at=one.resolved_at,
        )
        for one in Conversation.objects.filter(status=Conversation.Status.RESOLVED)
    )
    while clock.look_at_due(drawing.draw):
        pass
    changing_rules.change(member=owner, wanted=Wanted(is_on=True))
    for customer, agent, said, coaching in _JUDGED:
        drawn = _drawn_of(customer)
        if drawn is None:
            continue
        _judge(members["Sofia Lindqvist"], drawn, said, coaching)
        _judge(members["Ruth Meyer"], drawn, {**said, "help": "3"}, "")
        if agent == "Amelia Okafor":
            reason = "She asked for the statement first. The link would have been an answer to something else."
            disputing.dispute(member=members[agent], review=Review.objects.get(drawn=drawn, place=1), reason=reason)


def _drawn_of(customer: str) -> DrawnConversation | None:
    found = next((one for one in Contact.objects.all() if one.name == customer), None)
    return DrawnConversation.objects.filter(contact_id=found.pk).first() if found else None


def _judge(member: Membership, drawn: DrawnConversation, said: Mapping[str, str], coaching: str) -> None:
    review = holding.take(member=member, among=holding.only(drawn.pk))
    [card] = scorecards.active()
    if review:
        answers = {key: Answer(value) for key, value in said.items()}
        judging.judge(member=member, review_id=review.pk, card=card, answers=answers, coaching=coaching)
