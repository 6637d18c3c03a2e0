"""Reports > Findings: who sees what was found, why, judging it, how often it was right, and the file."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import reverse

from compliance.findings import reading
from compliance.findings.rule_words import words_of
from compliance.models import Finding
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.kept import kept_upon
from tests.texting.desk import FIRST, SECOND, Desk, desk
from texting import sending

__all__ = ["desk"]

HTMX = {"HX-Request": "true"}
SSN = "my ssn is 123-45-6788"
WEIGHTS = Path(reading.__file__).parents[1] / "detectors" / "data" / "weights.json"


@kept_upon("desk")
def found(desk: Desk) -> Finding:
    desk.hear("Hello", name="Maria Ruiz")
    desk.hear(SSN)
    with activate(desk.organization):
        return Finding.objects.get()


def page(desk, member, **query):
    return desk.as_(member).get(reverse("findings"), query).content.decode()


def judge(desk, member, finding, verdict):
    return desk.as_(member).post(reverse("decide_finding", args=[finding.pk]), {"verdict": verdict}, headers=HTMX)


def state(desk):
    with activate(desk.organization):
        finding = Finding.objects.get()
        events = AuditEvent.objects.filter(event="finding:decided").count()
    return finding.verdict, finding.decided_by_id, events


def test_it_shows_what_was_found_and_why_and_never_the_value(desk, found):
    shown = page(desk, desk.cast.supervisor)
    for words in ("A social security number", "Maria Ruiz", "6788]", "A word for it stands before: “ssn”", "+0.5"):
        assert words in shown
    assert "Removed" in shown
    assert reverse("conversation", args=[found.conversation_id]) in shown
    assert "123-45" not in shown


def test_an_auditor_reads_it_masked_and_judges_nothing(desk, found):
    shown = page(desk, desk.cast.auditor)
    assert "A social security number" in shown
    for hidden in ("Maria", FIRST, "Judge", reverse("decide_finding", args=[found.pk])):
        assert hidden not in shown
    assert judge(desk, desk.cast.auditor, found, "wrong").status_code == 403
    assert state(desk) == ("", None, 0)


def test_agents_and_other_organizations_do_not_see_it(desk, found):
    assert desk.as_(desk.cast.agent).get(reverse("findings")).status_code == 403
    assert judge(desk, desk.cast.agent, found, "right").status_code == 403
    assert judge(desk, desk.cast.outsider, found, "right").status_code == 404
    assert "Nothing to judge" in page(desk, desk.cast.outsider)
    nothing = reverse("decide_finding", args=[uuid4()])
    assert desk.as_(desk.cast.supervisor).post(nothing, {"verdict": "right"}).status_code == 404
    assert state(desk) == ("", None, 0)


def test_members_of_another_team_see_neither_it_nor_its_figures(desk, found):
    judge(desk, desk.cast.supervisor, found, "right")
    member = desk.cast.agent
    permissions = ["conversations:read", "findings:read", "findings:decide"]
    with activate(desk.organization):
        from accounts.models import MembershipRole, Role

        role = Role.objects.create(name="Judge", permissions=permissions)
        MembershipRole.objects.create(membership=member, role=role, organization=desk.organization)
    desk.hear(SSN, number=SECOND, line=desk.billing_line)
    mine = page(desk, member, state="all")
    assert mine.count('<li id="finding-') == 1
    with activate(desk.organization):
        other = Finding.objects.exclude(pk=found.pk).get()
    assert judge(desk, member, other, "right").status_code == 404


def test_judging_is_kept_with_name_counted_and_can_be_taken_back(desk, found):
    answer = judge(desk, desk.cast.supervisor, found, "wrong")
    drawn = answer.content.decode()
    assert "Noted as wrong" in answer["HX-Trigger"]
    for words in ("Sam Achebe", "How often it was right", "0 %", 'hx-swap-oob="true"'):
        assert words in drawn
    assert state(desk) == ("wrong", desk.cast.supervisor.pk, 1)
    judge(desk, desk.cast.admin, found, "wrong")
    assert state(desk) == ("wrong", desk.cast.supervisor.pk, 1), "the same again changes nothing"
    judge(desk, desk.cast.admin, found, "right")
    assert state(desk) == ("right", desk.cast.admin.pk, 2)
    shown = page(desk, desk.cast.supervisor, state="right")
    assert "100 %" in shown
    assert "Ada Lindqvist" in shown


def test_a_refused_text_is_found_once_and_nothing_of_its_value_is_kept(desk):
    conversation = desk.hear("Hello", name="Maria Ruiz")
    for _ in range(2):
        body = "We charged card 4111 1111 1111 1111 as agreed"
        with activate(desk.organization), pytest.raises(sending.Refused):
            sending.send_text(conversation=conversation, body=body, author=desk.cast.agent)
    assert desk.answer(conversation, "See you tomorrow").status == "queued"
    with activate(desk.organization):
        [finding] = Finding.objects.all()
    assert (finding.direction, finding.masked, finding.digest) == ("out", "[card]", None)
    assert "1111" not in str(vars(finding))
    shown = page(desk, desk.cast.supervisor, direction="out")
    for words in ("A card number", "Not sent", "To the customer", "Maria Ruiz"):
        assert words in shown
    judge(desk, desk.cast.supervisor, finding, "right")
    assert state(desk) == ("right", desk.cast.supervisor.pk, 1)
    assert page(desk, desk.cast.outsider, state="all").count('<li id="finding-') == 0


def test_many_refused_at_once_are_noted_and_other_refusals_are_not(desk):
    first, second = desk.hear("Hello"), desk.hear("Hello", number=SECOND)
    stopped = desk.hear("STOP", number="+12125550183")
    with activate(desk.organization):
        texts = [
            sending.Wanted(first.contact, "password: hunter22X!", first),
            sending.Wanted(second.contact, "Your biopsy came back positive for melanoma", second),
            sending.Wanted(stopped.contact, "Hello", stopped),
        ]
        results = sending.send_all(line=desk.line, texts=texts, author=desk.cast.agent)
        assert all(isinstance(one, sending.Refused) for one in results)
        noted = set(Finding.objects.values_list("conversation_id", "type"))
    assert noted == {(first.pk, "CREDENTIAL"), (second.pk, "HEALTH_INFO")}


@pytest.mark.parametrize("verdict", ["", "open", "released", "x" * 10_000, "right\x00"])
def test_what_is_no_verdict_changes_nothing(desk, found, verdict):
    assert judge(desk, desk.cast.supervisor, found, verdict).status_code in {400, 422}
    assert state(desk) == ("", None, 0)


def test_without_scripts_the_buttons_lead_back_to_the_list(desk, found):
    answer = desk.as_(desk.cast.supervisor).post(reverse("decide_finding", args=[found.pk]), {"verdict": "right"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("findings"))


def test_nothing_is_offered_that_no_finding_can_be(desk, found):
    shown = page(desk, desk.cast.supervisor)
    assert '<option value="medium">Likely' in shown
    assert "Perhaps<" not in shown


def test_filters_narrow_the_list(desk, found):
    desk.hear("I was diagnosed with diabetes last week")
    for query, number in (
        ({}, 2),
        ({"type": "US_SSN"}, 1),
        ({"type": "IBAN"}, 0),
        ({"direction": "out"}, 0),
        ({"confidence": "high"}, 1),
        ({"confidence": "medium"}, 1),
        ({"state": "wrong"}, 0),
        ({"until": "2000-01-01"}, 0),
        ({"since": "2000-01-01"}, 2),
    ):
        assert page(desk, desk.cast.supervisor, **query).count('<li id="finding-') == number, query


@pytest.mark.parametrize(
    "query",
    [
        {"type": "x" * 5_000},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"since": "yesterday"},
        {"state": "\x00", "before": "\x00"},
        {"before": str(uuid4())},
        {"confidence": "\ud83d\ude00"},
    ],
)
def test_filters_that_make_no_sense_are_left_out(desk, found, query):
    query = {name: value.encode("utf-16", "surrogatepass").decode("utf-16") for name, value in query.items()}
    assert page(desk, desk.cast.supervisor, **query).count('<li id="finding-') == 1


def test_pages_hold_each_finding_once_also_when_many_came_at_the_same_moment(desk, found, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 3)
    with activate(desk.organization):
        for _ in range(7):
            found.pk = uuid4()
            found.save(force_insert=True)
    seen, query = [], {}
    while query is not None:
        shown = desk.as_(desk.cast.supervisor).get(reverse("findings"), query).context["page"]
        seen += [row.id for row in shown.rows]
        query = {"before": str(shown.before)} if shown.before else None
    assert len(seen) == len(set(seen)) == 8


def test_the_file_holds_what_the_filter_shows_as_the_member_sees_customers(desk, found):
    def file(member, **query):
        answer = desk.as_(member).get(reverse("export_findings"), query)
        return b"".join(answer.streaming_content).decode()

    text = file(desk.cast.supervisor)
    for cell in ("finding,found (UTC)", "A social security number", "Maria Ruiz", "cue.before/ssn +0.50", "To judge"):
        assert cell in text
    assert "Maria" not in file(desk.cast.auditor)
    assert file(desk.cast.supervisor, type="IBAN").count("\n") == 1
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="finding:exported").count() == 3


def test_every_rule_with_a_weight_has_words():
    rules = json.loads(WEIGHTS.read_text())["rules"]
    assert rules
    for rule in rules:
        assert words_of(rule) != rule
    assert words_of("rule.of/long ago") == "rule.of/long ago"
