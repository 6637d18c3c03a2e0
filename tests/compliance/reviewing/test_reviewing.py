"""From the queue to a decided dispute: who may judge what, and that nobody gets the same by accident."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts.models import TeamMember
from accounts.permissions import MissingPermission
from compliance.models import DrawnConversation, Review, ReviewAnswer, ReviewDispute
from compliance.reviewing import disputing, drafting, holding, judging, scorecards
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.judging import HeldNoMore
from compliance.reviewing.questions import Answer
from compliance.reviewing.waiting import unreviewed_conversations
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.reviewing.reviewed import drawn_row, fresh, in_organization, judge, set_rates, take
from tests.texting.desk import SECOND, busy_desk, desk
from texting import conversations

__all__ = ["busy_desk", "desk"]

CARD = "4111 1111 1111 1111"


def over(desk, number="+12125550181", *, member=None, line=None, **which):
    """A conversation that an agent has had, over and drawn."""
    member = member or desk.cast.agent
    conversation = desk.take(desk.hear(number=number, line=line), member)
    with in_organization(desk):
        conversations.mark_read(member=member, conversation=conversation)
        conversations.resolve(member=member, conversation=conversation)
        conversation = desk.fresh(conversation)
        return drawn_row(conversation, **which)


def test_a_reviewer_gets_what_was_drawn_for_a_reason_first_and_one_at_a_time(desk):
    over(desk)
    flagged = over(desk, SECOND, reason="check", why=["check", "usual"])
    review, conversation = take(desk, desk.cast.supervisor)
    assert conversation == flagged.conversation_id
    again, _ = take(desk, desk.cast.supervisor)
    assert again.pk == review.pk, "finish what you began"
    other, _ = take(desk, desk.cast.auditor)
    assert other.drawn_id != flagged.pk
    assert take(desk, desk.cast.admin) is None
    with in_organization(desk), pytest.raises(MissingPermission):
        holding.take(member=fresh(desk.cast.agent))


def test_two_who_press_at_once_get_two(busy_desk):
    desk = busy_desk
    over(desk)
    over(desk, SECOND)
    found, together = [], threading.Barrier(2)

    def press(member):
        try:
            with activate(desk.organization):
                mine = fresh(member)
                together.wait()
                review = holding.take(member=mine)
                found.append(review.drawn_id if review else None)
        finally:
            connections.close_all()

    people = [threading.Thread(target=press, args=(who,)) for who in (desk.cast.supervisor, desk.cast.auditor)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len(set(found)) == 2
    assert None not in found


def test_a_hold_that_ran_out_is_the_next_ones_and_the_words_of_the_first_come_back(desk):
    over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    assert take(desk, desk.cast.auditor) is None
    with in_organization(desk):
        Review.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    other, _ = take(desk, desk.cast.auditor)
    assert other.place == 1
    with pytest.raises(HeldNoMore):
        judge(desk, review)
    page = desk.as_(desk.cast.supervisor).post(
        reverse("review", args=[review.pk]), {"coaching": "Call sooner next time.", "card": ""}
    )
    assert page.status_code == 409
    assert "Call sooner next time." in page.content.decode()


def test_what_was_typed_is_there_again_for_whoever_typed_it_until_it_is_sent_or_taken_over(desk):
    over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    reviewer, page = desk.as_(desk.cast.supervisor), reverse("review", args=[review.pk])
    with in_organization(desk):
        scorecards.ensure_default()
        [card] = scorecards.active()
    keep = reverse("keep_review", args=[review.pk])
    said = {"card": str(card.pk), "a_opening": "no", "coaching": f"Say who writes.  {CARD}", "comment": "x" * 5000}
    assert reviewer.post(keep, {**said, "csrf": "no field", "a_" + "y" * 60: "none either"}).status_code == 204
    assert reviewer.post(keep).status_code == 204, "the page alone takes nothing away"
    form = reviewer.get(page).context["form"]
    assert form["a_opening"].value() == "no"
    assert form["coaching"].value().startswith("Say who writes.")
    assert "1111 1111" not in form["coaching"].value(), "what must not be stored is not stored here either"
    assert len(form["comment"].value()) == 4000
    with in_organization(desk):
        assert set(json.loads(Review.objects.get().draft)) == {"card", "a_opening", "coaching", "comment"}
    assert desk.as_(desk.cast.auditor).post(keep, said).status_code == 404
    with in_organization(desk):
        Review.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    other, _ = take(desk, desk.cast.auditor)
    theirs = desk.as_(desk.cast.auditor).get(reverse("review", args=[other.pk])).context["form"]
    assert not theirs["coaching"].value()
    assert reviewer.post(keep, said).status_code == 404, "it is somebody else's by now"
    desk.as_(desk.cast.auditor).post(reverse("keep_review", args=[other.pk]), said)
    judge(desk, other)
    with in_organization(desk):
        assert Review.objects.get().draft is None
        assert not drafting.keep(member=desk.cast.auditor, review_id=other.pk, card="", said=said), "it is sent"


@pytest.mark.parametrize("trace", ["answered", "noted", "had it", "resolved"])
def test_whoever_took_part_never_gets_it(desk, trace):
    supervisor = desk.cast.supervisor
    conversation = desk.hear()
    if trace == "had it":
        conversation = desk.take(conversation, supervisor)
        with in_organization(desk):
            conversations.transfer(
                member=supervisor, conversation=conversation, to=desk.cast.agent.pk, was=supervisor.pk
            )
    else:
        conversation = desk.take(conversation)
    with in_organization(desk):
        if trace == "answered":
            desk.answer(conversation, "Good morning!", supervisor)
        elif trace == "noted":
            conversations.add_note(member=supervisor, conversation=conversation, body="She called.")
        by = supervisor if trace == "resolved" else desk.cast.agent
        conversations.mark_read(member=by, conversation=conversation)
        conversations.resolve(member=by, conversation=conversation)
        drawn = drawn_row(desk.fresh(conversation))
    assert take(desk, supervisor) is None
    answer = desk.as_(supervisor).post(reverse("take_review", args=[drawn.pk]))
    assert answer.url == reverse("review_queue")
    assert take(desk, desk.cast.auditor) is not None


def test_whoever_takes_part_after_taking_it_cannot_send_it(desk):
    drawn = over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    with in_organization(desk):
        conversation = holding.Conversation.objects.get(pk=drawn.conversation_id)
        conversations.add_note(member=desk.cast.supervisor, conversation=conversation, body="Hm.")
    with pytest.raises(CannotReview):
        judge(desk, review)
    with in_organization(desk):
        assert not ReviewAnswer.objects.exists()
        assert Review.objects.get().state == "held"


def test_a_reviewer_of_one_team_gets_no_others(desk):
    over(desk, line=desk.billing_line, member=desk.cast.second_agent)
    with in_organization(desk):
        from accounts.models import MembershipRole, Role

        role = Role.objects.create(name="Reviewer", permissions=["conversations:read", "reviews:write"])
        MembershipRole.objects.filter(membership=desk.cast.auditor).update(role=role)
        TeamMember.objects.create(team=desk.cast.front_desk, membership=desk.cast.auditor)
    assert take(desk, desk.cast.auditor) is None
    with in_organization(desk):
        drawn = DrawnConversation.objects.get()
    assert desk.as_(desk.cast.auditor).post(reverse("take_review", args=[drawn.pk])).status_code == 404
    mine = over(desk, SECOND)
    assert take(desk, desk.cast.auditor)[1] == mine.conversation_id


def test_a_review_is_kept_with_its_version_and_what_must_not_be_stored_is_masked(desk):
    drawn = over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    done = judge(desk, review, coaching=f"She sent {CARD}, ask for a link.", comment="Fine.", answers={"help": "3"})
    assert (done.score, done.fails, done.card.number) == (888, False, 1), "8 of 9: 2 + 2 + 3 + half of 2"
    with in_organization(desk):
        row = Review.objects.get()
        assert "4111" not in row.coaching
        assert row.comment == "Fine."
        assert (DrawnConversation.objects.get().state, unreviewed_conversations().count()) == ("done", 0)
        assert AuditEvent.objects.filter(event="review:made", actor_id=desk.cast.supervisor.pk).count() == 1
    with pytest.raises(CannotReview):
        judge(desk, review)
    assert drawn.pk == row.drawn_id


@pytest.mark.parametrize("answers", [{"content": ""}, {"opt_in": "maybe"}, {"help": "6"}])
def test_a_review_without_a_needed_answer_or_with_one_that_is_none_is_not_kept(desk, answers):
    over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    with pytest.raises(CannotReview):
        judge(desk, review, answers=answers)
    with in_organization(desk):
        assert Review.objects.get().state == "held"


def test_two_reviewers_judge_apart_from_each_other(desk):
    over(desk, wanted=2)
    first, _ = take(desk, desk.cast.supervisor)
    judge(desk, first)
    assert take(desk, desk.cast.supervisor) is None, "never both"
    second, _ = take(desk, desk.cast.auditor)
    assert (first.place, second.place) == (1, 2)
    see = desk.as_(desk.cast.auditor)
    assert see.get(reverse("review", args=[first.pk])).status_code == 404, "not before one's own is sent"
    with in_organization(desk):
        assert unreviewed_conversations().count() == 1
    judge(desk, second, answers={"opening": "no"})
    assert see.get(reverse("review", args=[first.pk])).status_code == 200
    with in_organization(desk):
        assert unreviewed_conversations().count() == 0


def disputed(desk, **words):
    over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    done = judge(desk, review, answers={"content": "no"}, coaching="Never by text.")
    with in_organization(desk):
        return disputing.dispute(member=desk.cast.agent, review=done, reason="She sent it, not I.")


def test_the_agent_reads_acknowledges_and_disputes_once(desk):
    over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    judge(desk, review, coaching="Well done, and call sooner.")
    agent = desk.as_(desk.cast.agent)
    assert "New" in agent.get(reverse("my_reviews")).content.decode()
    page = agent.get(reverse("my_review", args=[review.pk])).content.decode()
    assert "Well done, and call sooner." in page
    assert agent.post(reverse("acknowledge_review", args=[review.pk])).status_code == 302
    assert agent.post(reverse("dispute_review", args=[review.pk]), {"reason": " "}).status_code == 422
    assert agent.post(reverse("dispute_review", args=[review.pk]), {"reason": "No."}).status_code == 302
    again = agent.post(reverse("dispute_review", args=[review.pk]), {"reason": "No, I said."})
    assert (again.status_code, "No, I said." in again.content.decode()) == (422, True)
    with in_organization(desk):
        assert Review.objects.get().acknowledged_at is not None
        assert unreviewed_conversations().count() == 1
    for other in (desk.cast.second_agent, desk.cast.supervisor):
        assert desk.as_(other).get(reverse("my_review", args=[review.pk])).status_code == 404
        assert desk.as_(other).post(reverse("dispute_review", args=[review.pk]), {"reason": "x"}).status_code == 404


def test_another_decides_and_a_change_is_a_revision(desk):
    found = disputed(desk)
    with in_organization(desk):
        for who in (desk.cast.supervisor, desk.cast.agent):
            with pytest.raises((CannotReview, MissingPermission)):
                disputing.decide(member=fresh(who), dispute_id=found.pk, outcome="upheld", answer="It stands.")
    admin = desk.as_(desk.cast.admin)
    page = admin.get(reverse("review_dispute", args=[found.pk])).content.decode()
    assert "She sent it, not I." in page
    typed = {"outcome": "changed", "answer": "You are right.", "a_opt_in": "yes", "a_opening": "yes", "a_gray": "na"}
    refused = admin.post(reverse("review_dispute", args=[found.pk]), typed)
    assert refused.status_code == 422, "an answer is missing"
    decided = admin.post(reverse("review_dispute", args=[found.pk]), typed | {"a_content": "yes"})
    assert decided.status_code == 302
    with in_organization(desk):
        review = Review.objects.get()
        assert (review.revision, review.score, review.fails) == (2, 1000, False)
        values = ReviewAnswer.objects.filter(question="content").order_by("revision").values_list("value", flat=True)
        assert list(values) == ["no", "yes"]
        assert (ReviewDispute.objects.get().decided_by_id, unreviewed_conversations().count()) == (
            desk.cast.admin.pk,
            0,
        )
        with pytest.raises(CannotReview):
            disputing.decide(member=fresh(desk.cast.owner), dispute_id=found.pk, outcome="upheld", answer="No.")
    mine = desk.as_(desk.cast.agent).get(reverse("my_review", args=[review.pk])).content.decode()
    assert "You are right." in mine
    assert "was: No" in mine


def test_a_review_that_is_upheld_stays_as_it_is(desk):
    found = disputed(desk)
    with in_organization(desk):
        said = {"member": fresh(desk.cast.owner), "dispute_id": found.pk, "answer": "Tell them to use a link."}
        disputing.decide(**said, outcome="upheld", answers={"content": Answer("yes")})
        review = Review.objects.get()
    assert (review.revision, review.score, review.fails) == (1, 0, True)


def test_a_manager_sets_aside_what_nobody_can_review(desk):
    drawn = over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    admin = desk.as_(desk.cast.admin)
    assert admin.post(reverse("set_aside", args=[drawn.pk]), {"because": ""}).status_code == 422
    assert admin.post(reverse("set_aside", args=[drawn.pk]), {"because": "A test of ours."}).status_code == 302
    with in_organization(desk):
        row = DrawnConversation.objects.get()
        assert (row.state, row.is_open, row.set_aside_because) == ("set_aside", False, "A test of ours.")
        assert unreviewed_conversations().count() == 0
        with pytest.raises(CannotReview):
            judging.set_aside(member=fresh(desk.cast.admin), drawn_id=drawn.pk, because="Again.")
    with pytest.raises(HeldNoMore):
        judge(desk, review)


def test_one_that_is_open_again_waits_until_it_is_over(desk):
    drawn = over(desk)
    with in_organization(desk):
        conversation = holding.Conversation.objects.get(pk=drawn.conversation_id)
        conversations.reopen(member=desk.cast.agent, conversation=conversation)
    assert take(desk, desk.cast.supervisor) is None


class TestBlind:
    @pytest.fixture
    def page(self, desk):
        """What the supervisor, who sees everybody, is shown of a conversation of two colleagues."""
        set_rates(desk, blind=True)
        conversation = desk.take(desk.hear("Maria Ruiz here, call +1 212 555 0181", name="Maria Ruiz"))
        desk.answer(conversation, "Good morning, this is Amelia.")
        with in_organization(desk):
            conversations.add_note(
                member=desk.cast.second_agent, conversation=conversation, body="Maria is Bo's patient."
            )
            conversations.mark_read(member=desk.cast.agent, conversation=conversation)
            conversations.resolve(member=desk.cast.agent, conversation=conversation)
            drawn_row(desk.fresh(conversation))
        review, _ = take(desk, desk.cast.supervisor)
        see = desk.as_(desk.cast.supervisor)
        shown = [see.get(reverse("review_queue")), see.get(reverse("review", args=[review.pk]))]
        judge(desk, review)
        shown += [see.get(reverse("reviews_done")), see.get(reverse("review", args=[review.pk]))]
        return "\n".join(one.content.decode() for one in shown)

    def test_neither_customer_nor_colleague_is_named_to_whoever_may_see_all(self, page):
        main = page.replace("Sam Achebe", "")
        for name in ("Maria", "Ruiz", "555 0181", "+12125550181", "Amelia", "Okafor", "Castellanos"):
            assert name not in main, name
        assert "Agent A" in main
        assert "Agent B" in main
        assert "Good morning, this is" in main

    def test_the_queue_cannot_be_narrowed_to_an_agent(self, desk):
        set_rates(desk, blind=True)
        over(desk)
        query = {"agent": str(desk.cast.second_agent.pk)}
        page = desk.as_(desk.cast.supervisor).get(reverse("review_queue"), query)
        assert "agent" not in page.context["form"].fields
        assert len(page.context["rows"]) == 1


def test_the_queue_narrows_by_team_agent_reason_and_age(desk):
    first = over(desk, reason="check", why=["check"], drawn_at=timezone.now() - timedelta(days=4))
    other = over(desk, SECOND, line=desk.billing_line, member=desk.cast.second_agent)
    see = desk.as_(desk.cast.supervisor)

    def ids(**query):
        return [row.id for row in see.get(reverse("review_queue"), query).context["rows"]]

    assert ids() == [first.pk, other.pk]
    assert ids(team=desk.cast.billing.pk) == [other.pk]
    assert ids(agent=desk.cast.agent.pk) == [first.pk]
    assert ids(reason="check") == [first.pk]
    assert ids(days="3") == [first.pk]
    assert ids(team="nonsense", days="-1", reason="weather", page="99") == [first.pk, other.pk]
    answer = see.post(reverse("next_review") + f"?team={desk.cast.billing.pk}")
    with in_organization(desk):
        assert answer.url == reverse("review", args=[Review.objects.get(drawn=other).pk])


def test_giving_back_lets_another_have_it(desk):
    over(desk)
    review, _ = take(desk, desk.cast.supervisor)
    assert desk.as_(desk.cast.auditor).post(reverse("give_back_review", args=[review.pk])).status_code == 404
    assert desk.as_(desk.cast.supervisor).post(reverse("keep_review", args=[review.pk])).status_code == 204
    assert desk.as_(desk.cast.supervisor).post(reverse("give_back_review", args=[review.pk])).status_code == 302
    assert take(desk, desk.cast.auditor) is not None
