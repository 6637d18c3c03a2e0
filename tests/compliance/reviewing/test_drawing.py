"""What is drawn, why, and that nobody can steer it."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from compliance.models import CheckedConversation, DrawnConversation, ReviewSettings
from compliance.review_checks import clock
from compliance.reviewing import changing_rules, drawing, sampling
from compliance.reviewing.changing_rules import Wanted
from compliance.reviewing.sampling import Reason, Rules, decide, ticket
from tenancy.isolation import activate
from tests.compliance.escalations.at_the_desk import CARD_OFFER
from tests.compliance.review_checks.checked import leave, look
from tests.compliance.reviewing.reviewed import in_organization, set_rates
from tests.texting.desk import SECOND, desk
from texting import conversations, settling
from texting.models import Conversation, Message

__all__ = ["desk"]

NONE = dict.fromkeys(Reason.values, 0)


def ended(desk, body="Hello, are you open?", number="+12125550181", answer="Yes, until 5."):
    conversation = desk.take(desk.hear(body, number=number))
    if answer:
        desk.answer(conversation, answer)
    leave(desk)
    return desk.resolve(conversation)


def drawn(desk):
    with in_organization(desk):
        return {row.conversation_id: row for row in DrawnConversation.objects.all()}


def test_nothing_is_drawn_until_somebody_says_so_and_nothing_from_before(desk):
    earlier = ended(desk)
    look()
    set_rates(desk, usual=1000)
    later = ended(desk, number=SECOND)
    look()
    with in_organization(desk):
        clock.look_at_due(drawing.draw)
        CheckedConversation.objects.update(due_at=timezone.now())
    look()
    assert drawn(desk).keys() == {later.pk}
    assert earlier.pk not in drawn(desk)


def test_what_was_resolved_by_itself_is_not_drawn_until_a_person_resolves_it(desk):
    set_rates(desk, usual=1000)
    place = desk.hear("2")
    with in_organization(desk):
        Conversation.objects.update(unread=0)
        assert settling.settle(place, actor=desk.cast.owner, cause="Times", nothing_but=Q(direction="in"))
    look()
    assert drawn(desk) == {}
    with in_organization(desk):
        conversations.reopen(member=desk.cast.agent, conversation=place)
    desk.resolve(place)
    look()
    assert drawn(desk).keys() == {place.pk}


def test_each_reason_draws_and_is_written_down(desk):
    set_rates(desk, check=1000, escalation=1000)
    plain = ended(desk)
    gray = ended(desk, CARD_OFFER, number=SECOND, answer="")
    look()
    rows = drawn(desk)
    assert plain.pk not in rows
    row = rows[gray.pk]
    assert (row.why, row.reason, row.rate) == (["escalation"], "escalation", 1000)
    assert (row.agent_id, row.contact_id, row.state, row.is_open) == (
        desk.cast.agent.pk,
        gray.contact_id,
        "waiting",
        True,
    )


def test_opting_out_is_a_reason_and_so_is_a_payment(desk, monkeypatch):
    set_rates(desk, opt_out=1000, payment=1000)
    gone = desk.hear("STOP")
    leave(desk)
    desk.resolve(gone)
    paid = ended(desk, number=SECOND)
    monkeypatch.setattr("portal.payments.reading.conversations_with_payments", lambda ids: {paid.pk} & set(ids))
    look()
    assert {pk: row.why for pk, row in drawn(desk).items()} == {gone.pk: ["opt_out"], paid.pk: ["payment"]}


def test_somebody_is_new_until_days_and_conversations_are_both_over(desk):
    Membership.objects.filter(pk=desk.cast.agent.pk).update(joined_at=timezone.now() - timedelta(days=40))
    set_rates(desk, new=1000, new_days=30, new_conversations=1)
    first = ended(desk)
    look()
    second = ended(desk, number=SECOND)
    look()
    assert drawn(desk).keys() == {first.pk}
    with in_organization(desk):
        conversations.reopen(member=desk.cast.agent, conversation=desk.fresh(second))
        changing_rules.change(member=desk.cast.admin, wanted=Wanted(True, NONE | {"new": 1000}, 41, 0))
    desk.resolve(second)
    look()
    assert drawn(desk).keys() == {first.pk, second.pk}


def test_a_check_that_turns_later_draws_what_was_not_drawn(desk):
    set_rates(desk, check=1000)
    conversation = ended(desk)
    look()
    assert drawn(desk) == {}
    with in_organization(desk):
        Message.objects.filter(direction="out").update(status="sent", delivered_at=None)
        row = CheckedConversation.objects.get()
        row.gray, row.due_at = "fails", None
        row.save()
        drawing.draw([row])
    assert drawn(desk)[conversation.pk].why == ["check"]


def test_drawing_twice_or_after_it_was_reopened_is_once(desk):
    set_rates(desk, usual=1000)
    conversation = ended(desk)
    look()
    first = drawn(desk)[conversation.pk].pk
    with in_organization(desk):
        rows = list(CheckedConversation.objects.all())
        assert drawing.draw(rows) == 0
        conversations.reopen(member=desk.cast.agent, conversation=desk.fresh(conversation))
    desk.resolve(conversation)
    look()
    assert [row.pk for row in drawn(desk).values()] == [first]


def test_one_that_cannot_be_drawn_holds_up_no_other_and_is_tried_again(desk, monkeypatch):
    set_rates(desk, usual=1000)
    broken, fine = ended(desk), ended(desk, number=SECOND)
    whole = drawing.decide

    def breaks(rules, *, conversation_id, **more):
        if conversation_id == broken.pk:
            raise RuntimeError
        return whole(rules, conversation_id=conversation_id, **more)

    monkeypatch.setattr(drawing, "decide", breaks)
    look()
    assert drawn(desk).keys() == {fine.pk}
    monkeypatch.undo()
    look(timedelta(minutes=11))
    assert drawn(desk).keys() == {fine.pk, broken.pk}


def test_a_ticket_is_the_same_each_time_and_another_in_another_organization(desk):
    some = uuid4()
    with in_organization(desk):
        assert ticket(some) == ticket(some) != ticket(some, "review.second")
        ours = [ticket(uuid4()) for _ in range(2000)]
        mine = ticket(some)
    with activate(desk.cast.other_organization):
        assert ticket(some) != mine
    assert all(0 <= one < sampling.TICKETS for one in ours)
    assert 900 < sum(one < sampling.TICKETS // 2 for one in ours) < 1100, "even: six standard deviations are 134"


def test_as_many_are_drawn_as_the_rates_say_and_teams_have_their_own(desk):
    ids = [uuid4() for _ in range(3000)]
    team, other = uuid4(), uuid4()
    rules = Rules(NONE | {"usual": 100, "check": 1000}, {other: {"usual": 300}}, second_rate=500)
    with in_organization(desk):
        found = [decide(rules, conversation_id=pk, team_id=team, said=()) for pk in ids]
        teams = [decide(rules, conversation_id=pk, team_id=other, said=()) for pk in ids]
        failing = [decide(rules, conversation_id=pk, team_id=team, said={"check"}) for pk in ids]
    chosen = [one for one in found if one]
    assert 220 < len(chosen) < 380, "one in ten, within five standard deviations"
    assert 775 < sum(one is not None for one in teams) < 1025
    assert all(one is None or other is not None for one, other in zip(found, teams, strict=True)), "a higher rate adds"
    assert all(one and one.why[0] == "check" for one in failing)
    assert Counter(one.why for one in failing if one)[("check", "usual")] == len(chosen)
    assert 0.3 < sum(one.wanted == 2 for one in chosen) / len(chosen) < 0.7
    assert all(one.ticket < one.rate * 1000 for one in chosen)


def test_what_was_stored_is_what_is_asked(desk):
    with in_organization(desk):
        with pytest.raises(changing_rules.CannotReview):
            changing_rules.change(member=desk.cast.admin, wanted=Wanted(True, NONE | {"usual": 1001}))
        with pytest.raises(changing_rules.CannotReview):
            changing_rules.change_team(member=desk.cast.admin, team=desk.cast.billing, rates={"weather": 1})
        assert not ReviewSettings.objects.exists()
        changing_rules.change_team(member=desk.cast.admin, team=desk.cast.billing, rates={"usual": 1000})
    set_rates(desk)
    billing = desk.hear(number=SECOND, line=desk.billing_line)
    ended(desk)
    desk.resolve(desk.take(billing, desk.cast.second_agent))
    look()
    assert drawn(desk).keys() == {billing.pk}
