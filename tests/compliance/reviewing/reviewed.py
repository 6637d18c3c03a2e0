"""How tests draw conversations and review them, through the product's own rows."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from compliance.models import DrawnConversation, Review, Scorecard, ScorecardVersion
from compliance.reviewing import changing_rules, disputing, holding, judging, scorecards
from compliance.reviewing.changing_rules import Wanted
from compliance.reviewing.questions import Answer
from compliance.reviewing.sampling import Reason
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


def set_rates(desk, *, new_days=0, new_conversations=0, second=0, blind=False, **rates):
    """Reviews are on from now, with these rates (thousandths) and no others."""
    with activate(desk.organization):
        every = dict.fromkeys(Reason.values, 0) | rates
        wanted = Wanted(True, every, new_days, new_conversations, second, blind)
        changing_rules.change(member=desk.cast.admin, wanted=wanted)


def reviewed_objects(cast, conversation):
    """One of each thing that an address of reviews names: drawn, judged by the supervisor, disputed by the agent."""
    with activate(cast.organization):
        scorecards.ensure_default()
        [card] = scorecards.active()
        drawn = drawn_row(conversation, agent_id=cast.agent.pk, state="done")
        review = review_row(
            drawn, cast.supervisor, state="done", done_at=timezone.now(), card=card, comment="-", coaching="-"
        )
        dispute = disputing.dispute(member=cast.agent, review=review, reason="I had called her.")
        return {
            "card_id": card.scorecard_id,
            "drawn_id": drawn.pk,
            "scored_id": review.pk,
            "dispute_id": dispute.pk,
        }


def take(desk, member, **which):
    """The next one for this member, as (review, the conversation's id); None when there is none."""
    with activate(desk.organization):
        review = holding.take(member=fresh(member), **which)
        return review and (review, review.drawn.conversation_id)


def judge(desk, review, **words):
    """Their reviewer says yes to everything; `answers` instead."""
    with activate(desk.organization):
        [card] = scorecards.active()
        said = {"opt_in": "yes", "opening": "yes", "content": "yes", "gray": "na"} | words.pop("answers", {})
        answers = {key: Answer(value) for key, value in said.items()}
        member = fresh(review.reviewer)
        return judging.judge(member=member, review_id=review.pk, card=card, answers=answers, **words)


def fresh(member):
    """The member as a new request knows them."""
    return Membership.objects.select_related("user", "organization").get(pk=member.pk)
