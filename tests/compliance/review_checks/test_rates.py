"""Reports > Review checks > Over time: rates by day, team and agent, as a page and as a file."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from compliance.models import CheckedConversation
from compliance.reports.periods import newest
from compliance.review_checks.rates import rate, report
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import make_caller
from tests.kept import kept_upon
from tests.texting.desk import desk

__all__ = ["desk"]


@kept_upon("desk")
def history(desk):
    """Front desk: yesterday two that hold and one that fails, today one that holds; billing: one fails, of nobody."""
    now = timezone.now()
    with activate(desk.organization):
        for number, (days, line, agent, opening) in enumerate((
            (1, desk.line, desk.cast.second_agent, "holds"),
            (1, desk.line, desk.cast.second_agent, "holds"),
            (1, desk.line, desk.cast.supervisor, "fails"),
            (0, desk.line, desk.cast.second_agent, "holds"),
            (0, desk.line, desk.cast.second_agent, "not_asked"),
            (0, desk.billing_line, None, "fails"),
            (40, desk.line, desk.cast.second_agent, "fails"),
        )):  # fmt: skip
            talk = desk.resolve(desk.hear(f"Hello {number}", line=line))
            CheckedConversation.objects.filter(conversation_id=talk.pk).delete()
            CheckedConversation.objects.create(
                conversation_id=talk.pk, line=line, agent=agent, resolved_at=now - timedelta(days=days), number=1,
                opt_in="holds", opening=opening, content="holds", gray="not_asked",
            )  # fmt: skip


def shown(desk, member=None, **query):
    return desk.as_(member or desk.cast.owner).get(reverse("check_rates"), query)


def test_rates_are_of_what_holds_or_fails_by_team_and_agent(desk, history):
    report = shown(desk, days="7").context["report"]
    everybody = report.everybody
    assert (everybody.conversations, everybody.held, everybody.told) == (6, (6, 3, 6, 0), (6, 5, 6, 0))
    assert [(team.name, team.conversations, team.rates[1]) for team in report.teams] == [
        (desk.line.team.name, 5, 75.0),
        (desk.billing_line.team.name, 1, 0.0),
    ]
    assert [(one.name, one.conversations, one.rates[1]) for one in report.agents] == [
        (desk.cast.second_agent.user.name, 4, 100.0),
        ("", 1, 0.0),
        (desk.cast.supervisor.user.name, 1, 0.0),
    ]
    assert everybody.rates[3] is None


def test_the_plot_has_a_line_for_each_check_team_or_agent(desk, history):
    checks = dict(shown(desk, days="7").context["plotted"])
    assert len(checks) == 4
    opening = checks["Company and opt-out words at the beginning"]
    assert [value for value in opening if value is not None] == [66.6, 50.0]
    teams = dict(shown(desk, days="7", by="team", check="opening").context["plotted"])
    assert [value for value in teams[desk.line.team.name] if value is not None] == [66.6, 100.0]
    agents = dict(shown(desk, days="7", by="agent", check="opening").context["plotted"])
    assert set(agents) == {desk.cast.second_agent.user.name, desk.cast.supervisor.user.name, "Nobody"}
    assert b"<svg" in shown(desk).content


@pytest.mark.parametrize(
    "query",
    [{"by": "planet"}, {"check": "\x00", "by": "team"}, {"since": "tomorrow", "until": "x" * 3000}, {"days": "-1"}],
)
def test_what_makes_no_sense_shows_the_usual_period(desk, history, query):
    answer = shown(desk, **query)
    assert answer.status_code in {200, 422}
    assert answer.context["report"].everybody.conversations == 6


def test_colleagues_of_the_same_name_stay_two(desk, history):
    other = desk.cast.supervisor.user
    other.name = desk.cast.second_agent.user.name
    other.save()
    assert [one.conversations for one in shown(desk, days="7").context["report"].agents] == [4, 1, 1]


def test_only_conversations_that_a_member_may_read_are_counted(desk, history):
    assert shown(desk, desk.cast.outsider, days="7").context["report"].everybody.conversations == 0
    assert "No conversation was resolved" in shown(desk, desk.cast.outsider, days="7").content.decode()
    for name in ("check_rates", "export_check_rates"):
        assert desk.as_(desk.cast.agent).get(reverse(name)).status_code == 403
    rights = frozenset({Permission.CONVERSATIONS_READ, Permission.REPORTS_READ})
    billing = make_caller(desk.cast.owner, rights, teams=(desk.billing_line.team,)).member
    with activate(desk.organization):
        found = report(billing, newest(7, today=timezone.localdate(), zone=desk.organization.time_zone))
    assert (found.everybody.conversations, [one.name for one in found.teams]) == (1, [desk.billing_line.team.name])


def test_the_file_has_every_figure_and_stands_in_the_log(desk, history):
    answer = desk.as_(desk.cast.owner).get(reverse("export_check_rates"), {"days": "7"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [
        (row["of"], row["name"], row["opening holds"], row["opening told"], row["opening %"]) for row in rows[:2]
    ] == [
        ("all", "", "3", "5", "60.0"),
        ("team", desk.line.team.name, "3", "4", "75.0"),
    ]
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="review_checks:exported").count() == 1


@pytest.mark.parametrize(("held", "told", "per_cent"), [(1999, 2000, 99.9), (0, 3, 0.0), (3, 3, 100.0), (0, 0, None)])
def test_a_rate_is_never_rounded_up(held, told, per_cent):
    assert rate(held, told) == per_cent
