"""Reports > Review checks and the panel beside a thread: who sees which conversations, how, and the file."""

import csv
import io
import json
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Membership
from compliance.models import Escalation
from compliance.review_checks import reading
from compliance.review_checks.filters import Filter
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.review_checks.checked import checked
from tests.texting.desk import FIRST, desk
from texting.models import Message
from texting.queries.access import visible_conversations

__all__ = ["checked", "desk"]


def page(desk, member, **query):
    return desk.as_(member).get(reverse("review_checks"), query).content.decode()


def panel(desk, member, conversation):
    return desk.as_(member).get(reverse("conversation_checks", args=[conversation.pk]))


def exported(desk, member, **query):
    answer = desk.as_(member).get(reverse("export_review_checks"), query)
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def address(conversation):
    return reverse("conversation", args=[conversation.pk])


def test_it_shows_what_fails_why_and_what_shows_it(desk, checked):
    shown = page(desk, desk.cast.supervisor)
    assert "Nobody reached the customer in time." in shown
    assert "Maria Ruiz" in shown
    assert address(checked[0]) in shown
    assert address(checked[1]) not in shown
    with activate(desk.organization):
        assert reverse("escalation", args=[Escalation.objects.get().pk]) in shown


def test_the_figures_are_of_all_results(desk, checked):
    shown = desk.as_(desk.cast.owner).get(reverse("review_checks")).context["tallies"]
    gray = next(one for one in shown if one.check == "gray")
    assert gray.counts == {"holds": 0, "fails": 1, "not_yet": 0, "not_asked": 1}
    opening = next(one for one in shown if one.check == "opening")
    assert (opening.counts["holds"], opening.rate, gray.rate) == (2, 100.0, 0.0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"result": "all"}, [True, True]),
        ({"result": "holds"}, [False, True]),
        ({"result": "holds", "check": "opening"}, [True, True]),
        ({"result": "fails", "check": "content"}, [False, False]),
        ({"result": "all", "team": "billing"}, [False, True]),
        ({"result": "all", "agent": "second_agent"}, [True, True]),
        ({"result": "all", "agent": "agent"}, [False, False]),
        ({"result": "all", "since": "2099-01-01"}, [False, False]),
        ({"result": "all", "until": "2001-01-01"}, [False, False]),
    ],
)
def test_it_is_narrowed_by_result_check_team_agent_and_days(desk, checked, query, found):
    asked = dict(query)
    if "team" in asked:
        asked["team"] = str(desk.billing_line.team_id)
    if "agent" in asked:
        asked["agent"] = str(getattr(desk.cast, asked["agent"]).pk)
    shown = page(desk, desk.cast.owner, **asked)
    assert [address(one) in shown for one in checked] == found


@pytest.mark.parametrize(
    "query",
    [
        {"check": "everything", "result": "perhaps"},
        {"team": "x", "agent": "'; --", "since": "tomorrow", "until": "0000-00-00"},
        {"team": str(uuid4()), "agent": str(uuid4())},
        {"before": "nonsense"},
        {"before": str(uuid4()), "result": "x" * 5000},
        {"check": "\x00", "until": "9999-12-31"},
    ],
)
def test_what_makes_no_sense_narrows_nothing(desk, checked, query):
    answer = desk.as_(desk.cast.owner).get(reverse("review_checks"), query)
    assert answer.status_code == 200
    assert address(checked[0]) in answer.content.decode()


def test_an_auditor_sees_it_masked(desk, checked):
    shown = page(desk, desk.cast.auditor, result="all")
    assert address(checked[0]) in shown
    for hidden in ("Maria", FIRST, reverse("check_runs")):
        assert hidden not in shown
    assert all(FIRST not in str(row) and "Maria" not in str(row) for row in exported(desk, desk.cast.auditor))


def test_agents_and_other_organizations_see_nothing_of_the_list(desk, checked):
    for name in ("review_checks", "export_review_checks", "check_runs"):
        assert desk.as_(desk.cast.agent).get(reverse(name)).status_code == 403
    shown = page(desk, desk.cast.outsider, result="all")
    assert not any(address(one) in shown for one in checked)
    assert "Okafor" not in shown
    assert "Okafor" in page(desk, desk.cast.owner)


def test_who_reads_some_teams_sees_theirs_and_counts_theirs(desk, checked):
    with activate(desk.organization):
        member = Membership.objects.get(pk=desk.cast.supervisor.pk)
        seen = {row.conversation_id for row in reading.page(member, Filter(result="all")).rows}
        told = sum(reading.tallies(member, Filter())[1].counts.values())
        mine = set(visible_conversations(member).values_list("pk", flat=True))
    assert seen == mine & {one.pk for one in checked}
    assert told == len(seen)


def test_the_file_has_ids_codes_and_reasons_and_stands_in_the_log(desk, checked):
    rows = exported(desk, desk.cast.owner, result="all")
    assert len(rows) == 2
    maria = next(row for row in rows if row["conversation"] == str(checked[0].pk))
    assert (maria["gray result"], maria["gray reasons"]) == ("fails", "Nobody reached the customer in time.")
    assert maria["gray evidence"].startswith("escalation:")
    with activate(desk.organization):
        event = AuditEvent.objects.get(event="review_checks:exported")
        assert json.loads(event.details)["filters"] == {"result": "all"}


class TestPanel:
    def test_whoever_reads_the_conversation_sees_its_checks(self, desk, checked):
        shown = panel(desk, desk.cast.agent, checked[0]).content.decode()
        assert shown.count("<li>") == 4
        with activate(desk.organization):
            text = Message.objects.filter(conversation=checked[0], direction="out").order_by("id").first()
        assert f"{address(checked[0])}#message-{text.pk}" in shown

    def test_others_do_not_find_it(self, desk, checked):
        assert panel(desk, desk.cast.outsider, checked[0]).status_code == 404
        assert panel(desk, desk.cast.agent, checked[1]).status_code == 404  # billing's

    def test_before_it_is_resolved_it_says_so(self, desk):
        shown = panel(desk, desk.cast.agent, desk.hear("Hello")).content.decode()
        assert "Checked when it is resolved." in shown

    def test_the_thread_fetches_it_when_it_is_seen(self, desk, checked):
        shown = desk.as_(desk.cast.agent).get(address(checked[0])).content.decode()
        assert reverse("conversation_checks", args=[checked[0].pk]) in shown
