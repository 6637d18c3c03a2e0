"""Reports > Reviews and Reviews > Agreement: what is counted, of what a member may read; the file."""

import csv
import io

from django.urls import reverse

from compliance.models import CheckedConversation
from tenancy.models import AuditEvent
from tests.compliance.review_checks.checked import leave, look
from tests.compliance.reviewing.reviewed import drawn_row, in_organization, judge, take
from tests.kept import kept_upon
from tests.texting.desk import SECOND, desk
from texting import conversations

__all__ = ["desk"]

THIRD = "+12125550183"


@kept_upon("desk")
def three(desk):
    """Three conversations that are over: one drawn and judged with a failing no, one drawn twice, one not."""
    found = []
    for number, line, who in (
        ("+12125550181", desk.line, desk.cast.agent),
        (SECOND, desk.billing_line, desk.cast.second_agent),
        (THIRD, desk.line, desk.cast.agent),
    ):
        conversation = desk.take(desk.hear(number=number, line=line), who)
        with in_organization(desk):
            conversations.mark_read(member=who, conversation=conversation)
            conversations.resolve(member=who, conversation=conversation)
            found.append(desk.fresh(conversation))
    leave(desk)
    look()
    with in_organization(desk):
        assert CheckedConversation.objects.filter(number__gt=0).count() == 3
        drawn_row(found[0])
    judge(desk, take(desk, desk.cast.supervisor)[0], answers={"content": "no", "help": "2"})
    with in_organization(desk):
        drawn_row(found[1], wanted=2)
    judge(desk, take(desk, desk.cast.supervisor)[0], answers={"help": "4"})
    judge(desk, take(desk, desk.cast.auditor)[0], answers={"help": "5", "opening": "no"})
    return found


def test_coverage_and_scores_by_team_agent_and_question(desk, three):
    shown = desk.as_(desk.cast.supervisor).get(reverse("review_report")).context["report"]
    every = shown.everybody
    assert (every.conversations, every.drawn, every.reviewed, every.failing) == (3, 2, 2, 1)
    assert (every.drawn_rate, every.reviewed_rate) == (66.6, 100.0)
    by = {group.name: group for group in [*shown.teams, *shown.agents]}
    assert (by["Front desk"].conversations, by["Front desk"].drawn, by["Front desk"].score) == (2, 1, 0)
    assert (by["Billing"].drawn, by["Billing"].score) == (1, 94), "(2 + 2 + 3 + 2 * 3/4) / 9, the first review's alone"
    assert (by["Amelia Okafor"].failing, by["Bo Castellanos"].failing) == (1, 0)
    questions = {one.question.key: one for one in shown.questions}
    assert (questions["content"].yes, questions["content"].no, questions["content"].mean) == (1, 1, 50.0)
    assert (questions["help"].answers, questions["help"].mean) == (2, 3.0)
    assert [name for name, _values in shown.lines] == ["Drawn", "Reviewed"]
    assert shown.lines[0][1][-1] == 66.6


def test_a_member_counts_what_they_may_read(desk, three):
    page = desk.as_(desk.cast.agent).get(reverse("review_report"))
    assert page.status_code == 403
    with in_organization(desk):
        from accounts.models import MembershipRole, Role

        wanted = ["conversations:read", "reports:read", "reviews:write"]
        role = Role.objects.create(name="Lead", permissions=wanted)
        MembershipRole.objects.filter(membership=desk.cast.second_agent).update(role=role)
        desk.line.team.visibility = "assigned"
        desk.line.team.save()
    shown = desk.as_(desk.cast.second_agent).get(reverse("review_report")).context["report"]
    assert (shown.everybody.conversations, shown.everybody.drawn) == (1, 1)


def test_the_file_says_the_same_and_stands_in_the_log(desk, three):
    answer = desk.as_(desk.cast.supervisor).get(reverse("export_reviews"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    first = rows[0]
    assert (first["of"], first["conversations"], first["drawn"], first["failing"]) == ("all", "3", "2", "1")
    assert {row["of"] for row in rows} == {"all", "team", "agent", "question"}
    with in_organization(desk):
        assert AuditEvent.objects.filter(event="review:exported").count() == 1


def test_two_reviewers_are_compared_question_by_question(desk, three):
    page = desk.as_(desk.cast.admin).get(reverse("reviewers_compared"))
    found = page.context["found"]
    assert found.pairs == 1
    told = {one.question.key: one.agreement for one in found.questions}
    assert (told["opening"].same, told["opening"].kappa) == (0, 0.0)
    assert (told["content"].same, told["content"].kappa) == (1, None)
    assert (told["help"].pairs, told["help"].same) == (1, 0)
    [(differing, _row)] = page.context["rows"]
    assert differing.questions == 2
    assert "Cannot be told" in page.content.decode()
    later = desk.as_(desk.cast.admin).get(reverse("reviewers_compared"), {"since": "2020-01-01", "until": "2020-01-31"})
    assert later.context["found"].pairs == 0
