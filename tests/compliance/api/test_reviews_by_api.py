"""Checks, reviews and improvements by the REST API: what the key may read, masked for it, and nobody else's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.permissions import Permission
from compliance.actions import measuring, moving
from compliance.actions.places import Place
from compliance.models import Action, CheckedConversation, DrawnConversation, Escalation, Review
from compliance.reviewing import disputing, scorecards
from compliance.reviewing.judging import judge
from compliance.reviewing.questions import Answer
from tenancy.isolation import activate
from tests.callers import make_caller
from tests.compliance.actions.seeded import checked as checked_rows
from tests.compliance.actions.seeded import now_day, opened
from tests.compliance.review_checks.checked import checked
from tests.compliance.reviewing.reviewed import drawn_row, review_row, set_rates
from tests.texting.desk import desk

__all__ = ["checked", "desk"]


@pytest.fixture
def caller(desk):
    return make_caller(desk.cast.owner)


def key(desk, *permissions, teams=None):
    return make_caller(desk.cast.owner, frozenset(permissions), teams=teams)


def ids(answer, name="conversation_id"):
    assert answer.status_code == 200, answer.content
    return [one[name] for one in answer.json()["data"]]


def reviewed(desk, conversation, **words):
    """The supervisor judged it; the agent whose work it is disagrees."""
    with activate(desk.organization):
        scorecards.ensure_default()
        [card] = scorecards.active()
        drawn = drawn_row(conversation, agent_id=desk.cast.agent.pk, why=["check", "usual"], reason="check")
        review = review_row(drawn, desk.cast.supervisor)
        said = {"opt_in": "yes", "opening": "no", "content": "yes", "gray": "na"}
        answers = {name: Answer(value) for name, value in said.items()}
        made = judge(member=desk.cast.supervisor, review_id=review.pk, card=card, answers=answers, **words)
        disputing.dispute(member=desk.cast.agent, review=made, reason="I had called.")
        return made


class TestChecks:
    def test_one_conversation_says_what_the_page_says_with_codes_and_ids(self, desk, caller, checked):
        shown = caller.get(f"conversations/{checked[0].pk}/review-checks").json()
        by_check = {one["check"]: one for one in shown["checks"]}
        assert list(by_check) == ["opt_in", "opening", "content", "gray"]
        with activate(desk.organization):
            row, escalation = CheckedConversation.objects.get(conversation_id=checked[0].pk), Escalation.objects.get()
        assert {name: one["result"] for name, one in by_check.items()} == {
            name: getattr(row, name) for name in by_check
        }
        gray = by_check["gray"]
        assert gray["reasons"] == [{"code": "too_late", "text": "Nobody reached the customer in time."}]
        assert gray["evidence"] == [{"kind": "escalation", "id": str(escalation.pk)}]
        assert (shown["version"], shown["contact_id"]) == (1, str(checked[0].contact_id))

    def test_before_it_was_looked_at_there_are_none(self, desk, caller):
        found = desk.hear("Hi")
        shown = caller.get(f"conversations/{found.pk}/review-checks").json()
        assert (shown["version"], shown["checks"], shown["resolved_at"]) == (0, [], None)

    def test_the_list_is_narrowed(self, desk, caller, checked):
        expected = {
            "": [1, 0],
            "?result=all": [1, 0],
            "?result=fails&check=gray": [0],
            "?result=holds&check=opt_in": [],
            "?result=not_yet": [],
            "?since=2099-01-01": [],
            "?until=2000-01-01": [],
            f"?team_id={desk.billing_line.team_id}": [1],
            f"?agent_id={desk.cast.second_agent.pk}": [1, 0],
            f"?agent_id={desk.cast.agent.pk}": [],
        }
        for query, found in expected.items():
            assert ids(caller.get(f"review-checks{query}")) == [str(checked[one].pk) for one in found], query

    def test_what_cannot_be_understood_is_said(self, caller):
        queries = (
            *("result=no", "check=all", "team_id=x", "since=yesterday", "since=0001-01-01", "until=9999-12-31"),
            *("since=2026-02-02&until=2026-02-01", "limit=0", "limit=101", "cursor=x", "resolt=fails", "check=&check="),
        )
        for query in queries:
            answer = caller.get(f"review-checks?{query}")
            assert (answer.status_code, bool(answer.json()["errors"])) == (422, True), query

    def test_pages_hold_each_once_and_cost_the_same(self, desk, caller, checked):
        with activate(desk.organization):
            CheckedConversation.objects.update(resolved_at=timezone.now())  # the id decides then
        seen, cursor = [], ""
        while cursor is not None:
            page = caller.get(f"review-checks?limit=1{cursor and f'&cursor={cursor}'}").json()
            seen += [one["conversation_id"] for one in page["data"]]
            cursor = page["next"]
        assert sorted(seen) == sorted(str(one.pk) for one in checked)
        with CaptureQueriesContext(connection) as one:
            caller.get("review-checks?limit=1")
        with CaptureQueriesContext(connection) as many:
            caller.get("review-checks")
        assert len(one) == len(many)


class TestReviews:
    def test_the_list_has_no_words_and_one_has_them_masked(self, desk, caller, checked):
        made = reviewed(desk, checked[0], comment="Maria Ruiz was angry", coaching="Call +1 212-555-0181 at once")
        [shown] = caller.get("reviews").json()["data"]
        assert (shown["id"], shown["fails"], shown["dispute"]) == (str(made.pk), made.fails, "open")
        assert shown["agent"]["id"] == str(desk.cast.agent.pk)
        assert shown["reasons"] == ["check", "usual"]
        assert not {"comment", "coaching", "answers"} & shown.keys()
        whole = caller.get(f"reviews/{made.pk}").json()
        assert {one["question"]: one["value"] for one in whole["answers"]}["opening"] == "no"
        assert whole["comment"] == "Maria Ruiz was angry"
        masked = key(desk, Permission.CONVERSATIONS_READ, Permission.REVIEWS_WRITE).get(f"reviews/{made.pk}")
        assert "Maria" not in masked.content.decode()
        assert "5550181" not in masked.content.decode().replace("-", "")

    def test_blind_reviews_tell_nobodys_name_and_are_not_found_by_a_colleague(self, desk, caller, checked):
        made = reviewed(desk, checked[0], comment="Maria Ruiz was angry")
        by_agent = f"reviews?agent_id={desk.cast.agent.pk}"
        assert ids(caller.get(by_agent), "id") == [str(made.pk)]
        set_rates(desk, blind=True)
        whole = caller.get(f"reviews/{made.pk}").json()
        assert (whole["agent"], whole["is_blind"]) == (None, True)
        assert "Maria" not in whole["comment"]
        assert ids(caller.get(by_agent), "id") == []

    def test_not_while_another_reviewer_of_it_has_not_answered(self, desk, caller, checked):
        made = reviewed(desk, checked[0])
        with activate(desk.organization):
            DrawnConversation.objects.update(state="waiting", is_open=True, wanted=2)
        assert ids(caller.get("reviews")) == []
        assert caller.get(f"reviews/{made.pk}").status_code == 404

    def test_it_is_narrowed(self, desk, caller, checked):
        made = reviewed(desk, checked[0])
        with activate(desk.organization):
            Review.objects.filter(pk=made.pk).update(fails=True)
        for query, number in {"fails=true": 1, "fails=false": 0, f"conversation_id={checked[0].pk}": 1}.items():
            assert len(ids(caller.get(f"reviews?{query}"))) == number, query
        assert ids(caller.get(f"reviews?conversation_id={checked[1].pk}")) == []
        assert ids(caller.get(f"reviews?scorecard_id={uuid4()}")) == []


class TestActions:
    def test_one_has_its_effect_in_figures_and_what_opened_it(self, desk, caller):
        day = now_day(desk)
        checked_rows(desk, day - timedelta(days=24), fails=12, holds=28)
        checked_rows(desk, day - timedelta(days=12), fails=1, holds=40)
        made = opened(desk)
        with activate(desk.organization):
            moving.done(member=desk.cast.owner, action=made, changed_on=day - timedelta(days=20), words="")
            measuring.measure_due()
        [shown] = caller.get("actions?state=held").json()["data"]
        effect = shown["effect"]
        assert (effect["before"]["events"], effect["before"]["of"], effect["before"]["value"]) == (12, 40, 30.0)
        assert effect["after"]["low"] < effect["after"]["value"] < effect["after"]["high"] < effect["before"]["value"]
        assert effect["chance"] < 0.05
        whole = caller.get(f"actions/{made.pk}").json()
        assert {name: whole[name] for name in shown} == shown
        assert (whole["origins"], whole["unit"]) == ([], "percent")
        assert ids(caller.get("actions?state=open"), "id") == []

    def test_of_one_colleague_only_with_the_right_to_figures(self, desk, caller):
        of_one = opened(desk, place=Place(agent_id=desk.cast.agent.pk))
        of_team = opened(desk, place=Place(team_id=desk.line.team_id))
        assert set(ids(caller.get("actions"), "id")) == {str(of_one.pk), str(of_team.pk)}
        poor = key(desk, Permission.ACTIONS_READ)
        assert ids(poor.get("actions"), "id") == [str(of_team.pk)]
        assert poor.get(f"actions/{of_one.pk}").status_code == 404
        assert ids(caller.get(f"actions?team_id={desk.line.team_id}"), "id") == [str(of_team.pk)]

    def test_pages_hold_each_once(self, desk, caller):
        made = {str(opened(desk, place=Place()).pk) for _number in range(3)}
        with activate(desk.organization):
            Action.objects.update(opened_at=timezone.now())
        first = caller.get("actions?limit=2").json()
        second = caller.get(f"actions?limit=2&cursor={first['next']}").json()
        assert {one["id"] for one in first["data"] + second["data"]} == made
        assert second["next"] is None


def test_a_key_of_one_team_and_of_another_organization_sees_nothing_else(desk, checked):
    made, action = reviewed(desk, checked[0]), opened(desk, place=Place(team_id=desk.line.team_id))
    addresses = (
        f"conversations/{checked[0].pk}/review-checks",
        f"reviews/{made.pk}",
        f"actions/{action.pk}",
    )
    every = {Permission.CONVERSATIONS_READ, Permission.REPORTS_READ, Permission.REVIEWS_WRITE, Permission.ACTIONS_READ}
    billing = key(desk, *every, teams=(desk.billing_line.team,))
    outsider = make_caller(desk.cast.outsider)
    for stranger in (billing, outsider):
        assert [stranger.get(one).status_code for one in addresses] == [404] * 3
    assert ids(billing.get("review-checks")) == [str(checked[1].pk)]
    assert ids(outsider.get("review-checks")) == ids(billing.get("reviews")) == ids(outsider.get("reviews")) == []
    assert ids(billing.get("actions")) == ids(outsider.get("actions")) == []
    inside = key(desk, *every)
    assert [inside.get(one).status_code for one in addresses] == [200] * 3
