"""A question after a conversation: asked once in a while and through the gate, its score counted, nothing opened."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team, TeamMember
from accounts.permissions import Permission
from compliance.content_types import changing_rules
from compliance.content_types.rules import USUAL, Action, Decided
from compliance.models import SatisfactionAsk
from compliance.satisfaction import asking, rules
from compliance.satisfaction.hearing import score_of
from compliance.satisfaction.rules import CannotAsk
from tenancy.isolation import activate
from tests.revealers import with_rights
from tests.texting.announcements.many import customers, hand_over, number
from tests.texting.desk import desk
from texting import conversations
from texting.models import Conversation, Message
from texting.timeline.merging import page as timeline

__all__ = ["desk"]


def switch(desk, *, on=True, days=30):
    with activate(desk.organization):
        rules.change(member=desk.cast.owner, team=desk.line.team, is_on=on, days=days)


def served(desk, at=1):
    """A conversation that an agent answered and resolved."""
    thread = desk.take(desk.hear("Are you open on Friday?", number=number(at)))
    desk.answer(thread, "Yes, from 9")
    hand_over(desk)
    return desk.resolve(thread)


def ask(desk):
    """The clock, after the minutes that a mistake may be mended in. Returns the states of all questions."""
    with activate(desk.organization):
        SatisfactionAsk.objects.filter(state="waiting").update(due_at=timezone.now())
        asking.ask_due()
        states = [(row.state, row.why) for row in SatisfactionAsk.objects.order_by("id")]
    hand_over(desk)
    return states


def scores(desk):
    with activate(desk.organization):
        return [row.score for row in SatisfactionAsk.objects.order_by("id")]


def test_a_customer_is_asked_once_and_the_score_opens_nothing(desk):
    customers(desk, 1)
    served(desk)
    assert ask(desk) == [], "nobody has switched it on"
    switch(desk)
    thread = served(desk)
    with activate(desk.organization):
        assert asking.ask_due() == 0, "not yet"
    assert ask(desk) == [("asked", "")]
    assert desk.fresh(thread).status == "resolved"
    with activate(desk.organization):
        text = Message.objects.filter(conversation=thread, author=None, direction="out").latest("created_at")
        before = Conversation.objects.count()
    assert "How did we do?" in text.body
    heard = desk.hear("4", number=number(1))
    assert (heard.pk, heard.status, heard.unread) == (thread.pk, "resolved", 0)
    desk.hear("Very good!", number=number(1))
    assert scores(desk) == [5], "the later one replaces the first"
    with activate(desk.organization):
        row = SatisfactionAsk.objects.get()
        assert (row.member, Conversation.objects.count()) == (desk.cast.agent, before)
        told = [one.detail for one in timeline(desk.cast.agent, thread.contact)[0] if "Score" in one.title]
        assert told == ["5 of 5"]
    assert desk.hear("Can I bring my son?", number=number(1)).pk != thread.pk, "anything else is a new conversation"
    thread = desk.fresh(desk.hear("5", number=number(1)))
    assert (thread.status, thread.unread) == ("open", 1), "a score stays where there is an open one, and is settled"
    desk.answer(thread, "How many are you?")
    assert desk.hear("3", number=number(1)).unread == 2, "that is for the colleague"
    assert scores(desk) == [5]
    desk.resolve(thread)
    assert len(ask(desk)) == 1, "once in thirty days"
    with activate(desk.organization):
        SatisfactionAsk.objects.update(asked_at=timezone.now() - timedelta(days=31))
    served(desk)
    assert [state for state, _why in ask(desk)] == ["asked", "asked"]


def test_who_is_not_done_may_not_be_asked_or_does_not_want_to_is_not_asked(desk):
    customers(desk, 1, 2, 4, 5)
    customers(desk, 3, agree=False)
    switch(desk)
    reopened = served(desk, 1)
    with activate(desk.organization):
        conversations.reopen(member=desk.cast.agent, conversation=reopened)
    served(desk, 2)
    desk.hear("One more thing", number=number(2))
    served(desk, 3)
    served(desk, 4)
    desk.hear("STOP", number=number(4))
    unanswered = desk.resolve(desk.hear("Thanks", number=number(5)))
    why = ask(desk)
    assert why[:3] == [("dropped", "reopened"), ("dropped", "wrote_again"), ("dropped", "consent.reply_only")]
    assert len(why) == 4, unanswered
    assert why[3][0] == "dropped"
    switch(desk, on=False)
    served(desk, 1)
    assert len(ask(desk)) == 4


@pytest.mark.parametrize(("action", "state"), [("stop", ("dropped", "type.poll")), ("review", ("asked", ""))])
def test_who_stops_polls_asks_nobody_in_any_language_and_fixed_words_need_no_second_person(desk, action, state):
    customers(desk, 1)
    switch(desk)
    with activate(desk.organization):
        changing_rules.change(member=desk.cast.owner, wanted=Decided(actions=USUAL | {"poll": Action(action)}))
    served(desk)
    assert ask(desk) == [state]


def test_stop_is_stop_and_a_late_or_strange_number_is_a_text(desk):
    customers(desk, 1, 2, 3)
    switch(desk)
    for at in (1, 2, 3):
        served(desk, at)
    ask(desk)
    assert desk.hear("STOP", number=number(1)).status == "open"
    assert desk.hear("10", number=number(2)).unread == 1
    with activate(desk.organization):
        SatisfactionAsk.objects.update(asked_at=timezone.now() - timedelta(hours=73))
    assert desk.hear("5", number=number(3)).unread == 1
    assert scores(desk) == [None, None, None]


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("5", 5),
        ("five!", 5),
        ("cinco", 5),
        ("muy mal", 1),
        ("Good", 4),
        ("très bien", 5),
        ("1 or 2", None),
        ("6", None),
        *(
            ("4/5", 4),
            ("5 / 5!", 5),
            ("3 out of 5", 3),
            ("2 de 5", 2),
            ("4 sur 5", 4),
            ("5 stars", 5),
            ("1 estrella", 1),
        ),
        *(("6/5", None), ("4/10", None), ("4.5", None), ("5/5 but late", None), ("stars", None), ("4 5", None)),
    ],
)
def test_scores_are_read_in_three_languages(said, score):
    assert score_of(said) == score


def test_pages_switch_it_and_show_scores_by_team_and_member(desk):
    owner = desk.as_(desk.cast.owner)
    assert "Nobody was asked in these days" in owner.get(reverse("satisfaction_report")).content.decode()
    address = reverse("change_satisfaction", args=[desk.line.team_id])
    owner.post(address, {"ask": "yes", "days": "0"})
    with activate(desk.organization):
        assert not any(row.is_on for row in rules.all_rules())
        with pytest.raises(CannotAsk):
            rules.change(member=desk.cast.owner, team=desk.line.team, is_on=True, days=366)
    owner.post(address, {"ask": "yes", "days": "7"})
    customers(desk, 1, 2)
    for at in (1, 2):
        served(desk, at)
    ask(desk)
    desk.hear("4", number=number(1))
    page = owner.get(reverse("satisfaction_report")).content.decode()
    assert desk.cast.agent.user.name in page
    with activate(desk.organization):
        [place] = SatisfactionAsk.objects.filter(score=4).values_list("conversation", flat=True)
    link = reverse("conversation", args=[place])
    assert link in page, "a score leads to its conversation"
    assert link in owner.get(reverse("satisfaction_report") + "?score=4&page=9").content.decode()
    for nothing in ("score=5", "score=4&since=2020-01-01&until=2020-01-31"):
        assert link not in owner.get(reverse("satisfaction_report") + f"?{nothing}").content.decode()
    assert owner.get(reverse("satisfaction_report") + f"?score=x&page={'9' * 40}").status_code == 200
    lines = owner.get(reverse("satisfaction_csv")).content.decode().splitlines()
    assert any(line.startswith("by member,") and line.endswith(",2,1,4.0,0,0,0,1,0") for line in lines)
    assert "checked" in owner.get(reverse("satisfaction")).content.decode()
    assert desk.as_(desk.cast.agent).get(reverse("satisfaction_report")).status_code == 403
    assert desk.as_(desk.cast.outsider).post(address, {"ask": "yes", "days": "7"}).status_code in {403, 404}


def test_the_report_is_of_lines_that_its_reader_reads_and_tells_namesakes_apart(desk):
    customers(desk, 1)
    switch(desk)
    served(desk)
    ask(desk)
    desk.hear("2", number=number(1))
    supervisor = desk.cast.second_agent
    supervisor.user.name = desk.cast.agent.user.name
    supervisor.user.save(update_fields=["name"])
    owner = desk.as_(desk.cast.owner).get(reverse("satisfaction_report")).content.decode()
    assert f"{desk.cast.agent.user.name} ({desk.cast.agent.user.email})" in owner
    reader = with_rights(desk.cast, frozenset({Permission.REPORTS_READ, Permission.CONVERSATIONS_READ}))
    with activate(desk.organization):
        TeamMember.objects.filter(membership=reader, team=desk.line.team).delete()
        Team.objects.filter(pk=desk.line.team_id).update(visibility=Team.Visibility.TEAM)
    browser = desk.as_(reader)
    page = browser.get(reverse("satisfaction_report")).content.decode()
    assert "Nobody was asked in these days" in page
    lines = browser.get(reverse("satisfaction_csv")).content.decode().splitlines()
    assert [line for line in lines if line.startswith("all,")] == ["all,All,0,0,,0,0,0,0,0"]
    with activate(desk.organization):
        TeamMember.objects.create(membership=reader, team=desk.line.team)
    assert ">2<" in browser.get(reverse("satisfaction_report")).content.decode()
