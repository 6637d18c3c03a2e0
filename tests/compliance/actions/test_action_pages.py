"""What people do with actions: open one from what went wrong, find it there again, move it, take it out as a file."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.actions import moving, rates
from compliance.actions.places import EVERYWHERE, Place
from compliance.models import Action, CheckedConversation, CheckOutcome, Escalation, Finding
from compliance.reports.periods import newest
from compliance.tasks import measure_actions
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.actions.seeded import checked, now_day, opened
from tests.compliance.measures.answered import signed_measure
from tests.texting.desk import desk

__all__ = ["desk"]


def said(desk, **other):
    """What a form holds."""
    return {
        "title": "Never ask for cards by text",
        "owner": str(desk.cast.agent.pk),
        "due_on": str(now_day(desk) + timedelta(days=5)),
        "change": "template",
        "link": "",
        "rate": "check:gray",
        "place": "",
        "target": "5",
        "window": "14",
        "press": str(uuid4()),
        **other,
    }


@pytest.fixture
def wrong(desk):
    """One conversation with a finding, a late escalation and a failed check."""
    talk = desk.resolve(desk.hear("My card is 4111 1111 1111 1111"))
    with activate(desk.organization):
        CheckedConversation.objects.filter(conversation_id=talk.pk).delete()
        CheckedConversation.objects.create(
            conversation_id=talk.pk, line=desk.line, resolved_at=timezone.now(), number=1,
            opt_in="holds", opening="holds", content="holds", gray="fails",
        )  # fmt: skip
        told = {check: {"why": [], "evidence": []} for check in ("opt_in", "opening", "content", "gray")}
        CheckOutcome.objects.create(
            conversation_id=talk.pk, number=1, opt_in="holds", opening="holds", content="holds", gray="fails",
            details=told, rules_version="1", because="resolved", computed_at=timezone.now(),
        )  # fmt: skip
        Escalation.objects.filter(conversation_id=talk.pk).update(breached_at=timezone.now())
        found = Finding.objects.filter(conversation_id=talk.pk).first()
        late = Escalation.objects.filter(conversation_id=talk.pk).first()
        signed_measure(desk.cast.owner)
    return {
        f"finding:{found.pk}": f"findings:{found.type}",
        f"escalation:{late.pk}": "escalations_late",
        f"check:{talk.pk}:gray": "check:gray",
        "gap:checks_gray": "check:gray",
        "gap:factor_for_all": "",
    }


def test_whatever_went_wrong_opens_an_action_and_shows_it_from_then_on(desk, wrong):
    boss = desk.as_(desk.cast.supervisor)
    for origin, rate in wrong.items():
        form = boss.get(reverse("new_action"), {"from": origin}).context["form"]
        assert form["rate"].value() == rate, origin
        answer = boss.post(f"{reverse('new_action')}?from={origin}", said(desk, title=origin, place=""))
        assert answer.status_code == 302, answer.context["form"].errors
    with activate(desk.organization):
        made = {one.title: one for one in Action.objects.all()}
        late = Escalation.objects.get()
    pages = {
        "finding": reverse("findings") + "?state=all",
        "escalation": reverse("escalation", args=[late.pk]),
        "check": reverse("review_checks") + "?result=all",
        "gap": reverse("measures"),
    }
    for origin in wrong:
        if origin != "gap:checks_gray":
            address = reverse("action", args=[made[origin].pk])
            assert address in boss.get(pages[origin.partition(":")[0]]).content.decode(), origin
            one = boss.get(address)
            assert len(one.context["origins"]) == 1
            assert one.context["origins"][0][2], "it leads back"
    panel = boss.get(reverse("conversation_checks", args=[late.conversation_id])).content.decode()
    assert f"/reviews/actions/{made[f'check:{late.conversation_id}:gray'].pk}/" in panel


def test_the_same_again_is_added_and_two_clicks_are_one(desk, wrong):
    boss, origin = desk.as_(desk.cast.supervisor), next(iter(wrong))
    press = said(desk)
    for _click in range(2):
        boss.post(reverse("new_action"), press)
    with activate(desk.organization):
        action = Action.objects.get()
    for _click in range(2):
        answer = boss.post(f"{reverse('new_action')}?from={origin}", {"act": "add", "action": str(action.pk)})
        assert answer.status_code == 302
    with activate(desk.organization):
        assert action.origins.count() == 1
        assert [one.kind for one in action.events.order_by("id")] == ["opened", "linked"]


WRONG = [
    ({"title": ""}, "title"),
    ({"title": "x" * 121}, "title"),
    ({"target": ""}, "target"),
    ({"target": "101"}, "__all__"),
    ({"target": "nan"}, "target"),
    ({"rate": "check:none"}, "rate"),
    ({"due_on": "2020-01-01"}, "__all__"),
    ({"due_on": "soon"}, "due_on"),
    ({"owner": str(uuid4())}, "owner"),
    ({"place": f"team:{uuid4()}"}, "place"),
    ({"link": "https://elsewhere.example/"}, "__all__"),
    ({"link": "/no/such/page/"}, "__all__"),
    ({"window": "15"}, "window"),
]


def test_what_makes_no_sense_is_refused_and_what_was_typed_stays(desk):
    owner = desk.as_(desk.cast.owner)
    of_line = {"rate": "evidence:texts_judged", "place": f"line:{desk.line.pk}"}
    for wrongly, field in [*WRONG, (of_line, "__all__")]:
        answer = owner.post(reverse("new_action"), said(desk, words="Typed long", **wrongly))
        assert answer.status_code == 422, wrongly
        assert "Typed long" in answer.content.decode()
        assert answer.context["form"].errors[field], wrongly
    with activate(desk.organization):
        assert not Action.objects.exists()


def test_an_agent_sees_and_moves_their_own_and_a_team_sees_its_own(desk):
    own = opened(desk)
    of_team = opened(desk, owner_id=desk.cast.owner.pk, place=Place(team_id=desk.cast.billing.pk))
    agent, other = desk.as_(desk.cast.agent), desk.as_(desk.cast.second_agent)
    assert [row.action.pk for row in agent.get(reverse("actions")).context["rows"]] == [own.pk]
    assert [row.action.pk for row in other.get(reverse("actions")).context["rows"]] == [of_team.pk]
    assert agent.get(reverse("action", args=[of_team.pk])).status_code == 404
    assert agent.post(reverse("begin_action", args=[own.pk])).status_code == 302
    other.post(reverse("begin_action", args=[of_team.pk]))
    with activate(desk.organization):
        assert Action.objects.get(pk=of_team.pk).state == "open", "not theirs"
    assert agent.post(reverse("drop_action", args=[own.pk]), {"reason": "No"}).status_code == 403
    day = str(now_day(desk))
    assert agent.post(reverse("finish_action", args=[own.pk]), {"changed_on": day}).status_code == 302
    with activate(desk.organization):
        assert Action.objects.get(pk=own.pk).state == "measuring"


def test_one_about_a_colleague_is_for_those_who_see_figures_of_colleagues(desk):
    who = desk.cast.second_agent
    boss, page = desk.as_(desk.cast.supervisor), reverse("new_action")
    offered = dict(boss.get(page).context["form"].fields["place"].choices)
    [alone] = [dict(some) for caption, some in offered.items() if caption == "One colleague"]
    key = next(key for key, name in alone.items() if name.endswith(who.user.name))
    late = boss.post(page, said(desk, rate="escalations_late", place=key))
    assert "not counted for one colleague" in late.content.decode()
    outsider = f"agent:{desk.cast.outsider.pk}"
    for place in (outsider, f"agent:{uuid4()}", f"agent:{who.pk}:{uuid4()}", "agent:x", "agent:"):
        assert boss.post(page, said(desk, place=place)).status_code == 422, place
    assert boss.post(page, said(desk, place=key)).status_code == 302
    with activate(desk.organization):
        action = Action.objects.get()
        Action.objects.update(team=desk.cast.billing)
    address = reverse("action", args=[action.pk])
    assert who.user.name in boss.get(address).content.decode()
    assert desk.as_(desk.cast.agent).get(address).status_code == 200, "its owner"
    assert desk.as_(who).get(address).status_code == 404, "reads the team, and no figures of colleagues"


def test_dropping_and_opening_again_want_a_reason_and_keep_the_history(desk):
    action, owner = opened(desk), desk.as_(desk.cast.owner)
    assert owner.post(reverse("drop_action", args=[action.pk]), {"reason": " "}).status_code == 422
    assert owner.post(reverse("drop_action", args=[action.pk]), {"reason": "Another way"}).status_code == 302
    stale = owner.post(reverse("drop_action", args=[action.pk]), {"reason": "Twice"})
    assert stale.status_code == 422
    assert owner.post(reverse("reopen_action", args=[action.pk]), {"reason": "After all"}).status_code == 302
    page = owner.get(reverse("action", args=[action.pk]))
    assert [one.words for one in page.context["history"]] == ["After all", "Another way", ""]


def test_what_is_measured_stays_once_the_change_is_made(desk):
    action, owner = opened(desk), desk.as_(desk.cast.owner)
    edit = reverse("edit_action", args=[action.pk])
    assert owner.post(edit, said(desk, rate="opt_outs", target="3")).status_code == 302
    with activate(desk.organization):
        moving.done(member=desk.cast.owner, action=action, changed_on=now_day(desk), words="")
    again = owner.post(edit, said(desk, rate="escalations_late"))
    assert again.status_code == 422
    assert owner.post(edit, said(desk, rate="opt_outs", target="2", title="Fewer opt-outs")).status_code == 302


def test_who_reads_it_and_is_not_its_owner_does_not_move_it(desk):
    action, auditor = opened(desk), desk.as_(desk.cast.auditor)
    page = auditor.post(reverse("begin_action", args=[action.pk]), follow=True).content.decode()
    assert "Only its owner" in page
    refused = auditor.post(reverse("finish_action", args=[action.pk]), {"changed_on": now_day(desk), "words": ""})
    assert refused.status_code == 422
    with activate(desk.organization):
        assert Action.objects.get(pk=action.pk).state == "open"


def test_files_and_report_say_what_pages_say(desk):
    day = now_day(desk)
    checked(desk, day - timedelta(days=25), fails=10, holds=10)
    checked(desk, day - timedelta(days=15), fails=0, holds=20)
    action = opened(desk)
    with activate(desk.organization):
        changed = day - timedelta(days=20)
        moving.done(member=desk.cast.owner, action=action, changed_on=changed, words="")
    measure_actions()
    owner = desk.as_(desk.cast.owner)
    for name in ("export_actions", "export_action_report"):
        answer = owner.get(reverse(name), {"tab": "all"})
        [row] = csv.DictReader(io.StringIO(answer.content.decode().removeprefix("\ufeff")))
        assert (row["state"], row["before events"], row["before of"], row["after"]) == ("Held", "10", "20", "0.0")
        assert float(row["p"]) < 0.001
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="action:exported").count() == 2
    page = owner.get(reverse("action_report"))
    assert "Better by more than chance" in page.content.decode()
    assert [sum(values) for _name, values in page.context["flows"]] == [1, 1, 0]
    assert (
        "No action in these days"
        in desk.as_(desk.cast.auditor)
        .get(reverse("action_report"), {"since": "2020-01-01", "until": "2020-01-31"})
        .content.decode()
    )


def test_every_rate_of_the_catalogue_counts_something_or_nothing(desk, wrong):
    with activate(desk.organization):
        period = newest(30, today=now_day(desk), zone=desk.organization.time_zone)
        found = {one.key: one for _caption, some in rates.catalogue() for one in some}
        counts = {key: one.count(period, EVERYWHERE) for key, one in found.items()}
        for key, one in found.items():
            assert rates.rate(key).title == one.title
            assert counts[key].events >= 0
            if one.narrows:
                assert one.count(period, Place(line_id=desk.billing_line.pk)).events == 0, key
            if one.of_agents:
                assert one.count(period, Place(agent_id=desk.cast.second_agent.pk)).events == 0, key
        assert counts["check:gray"].events == 1
        assert counts["findings"].events >= 1
        assert counts["escalations_late"].events == 1
        assert rates.rate("check:none") is rates.rate("answers:x:y") is rates.rate("") is None
