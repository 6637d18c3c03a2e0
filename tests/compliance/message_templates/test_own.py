"""Templates of one person: only they see and use them; proposed to a team, approved where wanted, handed on."""

import json
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import deactivation
from accounts.built_in_roles import BUILT_IN_ROLES
from accounts.leaving.steps import Leaving
from accounts.leaving.trying import try_doors
from accounts.models import Membership, MembershipRole, OutgoingMail, Role
from accounts.permissions import Permission
from compliance.message_templates import origins, reach, reading, writing
from compliance.models import MessageTemplate, TemplateUse, TemplateVersion, names_in_reports
from tenancy.isolation import activate
from tests.compliance.templates_of import HELLO, published, wish
from tests.texting.desk import Desk, desk
from tests.texting.scheduled.planned import due, fresh, plan, ring
from tests.texting.scheduled.test_repeating import begin
from texting.models import Message, TextSeries
from texting.scheduled import leaving_now, planning, repeating
from texting.scheduled.leaving_step import ScheduledTexts
from texting.scheduled.repeating import Repeats
from texting.scheduled.series import pattern_of

__all__ = ["desk"]

TAKEN = Permission.TEMPLATES_OWN
HTMX = {"HX-Request": "true"}
TYPED = {"type": "reply", "fallback": "en", "body_es": "", "body_fr": ""}


def typed(name: str, body: str = HELLO, shortcut: str = "", **more):
    return TYPED | {"name": name, "body_en": body, "shortcut": shortcut} | more


def own(desk: Desk, name: str = "Mine", body: str = HELLO, shortcut: str = "hi", member: Membership | None = None):
    """One that the agent wrote and published for themselves, by the pages."""
    member = member or desk.cast.agent
    more = {"own": "on"} if member == desk.cast.supervisor else {}
    desk.as_(member).post(reverse("new_template"), typed(name, body, shortcut, publish="1", **more))
    with activate(desk.organization):
        return MessageTemplate.objects.get(name=name, owner=member)


def rows(desk: Desk, **wanted) -> list[MessageTemplate]:
    with activate(desk.organization):
        return list(
            MessageTemplate.objects.select_related("team", "asked_by", "owner").filter(**wanted).order_by("name")
        )


def picked(desk: Desk, talk, member: Membership) -> str:
    return desk.as_(member).get(reverse("pick_template", args=[talk.pk]), headers=HTMX).content.decode()


def taken(desk: Desk, talk, mine: MessageTemplate) -> str:
    """The origin of a text that its owner begins with it."""
    with activate(desk.organization):
        version = TemplateVersion.objects.get(template=mine)
    answer = desk.as_(desk.cast.agent).post(reverse("take_template", args=[talk.pk, version.pk]), headers=HTMX)
    return answer.content.decode().partition('data-origin="')[2].partition('"')[0]


def leave(desk: Desk, **more):
    with activate(desk.organization):
        receipt = deactivation.deactivate(actor=desk.cast.owner, member=desk.cast.agent, **more)
        trial = try_doors(receipt)
        step = next(one for one in json.loads(receipt.details)["steps"] if one["name"] == "own_templates")
    return step["items"], next((one["tried"], one["open"]) for one in trial.found if one["step"] == "own_templates")


def test_an_agent_has_templates_that_nobody_else_sees_finds_or_uses(desk):
    talk = desk.hear(name="Maria Ruiz")
    with activate(desk.organization):
        published(desk.cast.supervisor, "Aloha", "Aloha, this is {company}.", shortcut="hi")
    mine = own(desk, "Mine")
    assert (mine.owner, mine.version, mine.team) == (desk.cast.agent, 1, None)
    page = picked(desk, talk, desk.cast.agent)
    assert page.index("Mine") < page.index("Aloha"), "one's own stand first, whatever they are called"
    assert page.count("Yours") == 1
    assert "Mine" not in picked(desk, talk, desk.cast.second_agent)
    listed = desk.as_(desk.cast.agent).get(reverse("message_templates")).content.decode()
    assert "Mine" in listed
    assert "Aloha" not in listed
    with activate(desk.organization):
        version = TemplateVersion.objects.get(template=mine)
        for member in (desk.cast.owner, desk.cast.supervisor, desk.cast.second_agent):
            assert reach.find(member, mine.pk) is None
            assert mine not in reading.listed(member, reading.Wanted())
            assert version not in reading.usable(member, own=True)
        assert version not in reading.usable(desk.cast.agent), "no rule, program or list of recipients gets it"
        assert origins.Templates().make(desk.cast.agent, []) == []
        assert [one.name for one in origins.Templates().offered(desk.cast.agent)] == ["Aloha"]
    take = reverse("take_template", args=[talk.pk, version.pk])
    stranger = desk.as_(desk.cast.second_agent)
    assert "has changed meanwhile" in stranger.post(take, headers=HTMX).content.decode()
    for name in ("edit_template", "archive_template", "duplicate_template", "propose_template", "publish_template"):
        for member in (desk.cast.supervisor, desk.cast.second_agent):
            assert desk.as_(member).post(reverse(name, args=[mine.pk])).status_code == 404


def test_who_may_have_none_any_more_uses_none_of_those_that_are_left(desk):
    talk, mine = desk.take(desk.hear(name="Maria Ruiz")), own(desk)
    with activate(desk.organization):
        version = TemplateVersion.objects.get(template=mine)
    take = reverse("take_template", args=[talk.pk, version.pk])
    page = desk.as_(desk.cast.agent).post(take, headers=HTMX).content.decode()
    body, origin = unescape(page.partition("hidden>")[2].rpartition("</div>")[0]), page.partition('data-origin="')[2]
    with activate(desk.organization):
        role = Role.objects.create(name="Texter", permissions=sorted(BUILT_IN_ROLES["agent"].permissions - {TAKEN}))
        MembershipRole.objects.filter(membership=desk.cast.agent).update(role=role)
    agent = Membership.objects.get(pk=desk.cast.agent.pk)
    assert "Mine" not in picked(desk, talk, agent)
    assert "has changed meanwhile" in desk.as_(agent).post(take, headers=HTMX).content.decode()
    send = {"body": body, "origin": origin.partition('"')[0]}
    refused = desk.as_(agent).post(reverse("conversation_send", args=[talk.pk]), send, headers=HTMX)
    assert "cannot be used here" in refused.content.decode()
    with activate(desk.organization):
        assert not TemplateUse.objects.exists()


def test_a_text_of_it_leaves_counts_and_is_named_to_its_owner_only(desk):
    talk = desk.take(desk.hear(name="Maria Ruiz"))
    mine = own(desk)
    with activate(desk.organization):
        version = TemplateVersion.objects.get(template=mine)
    answer = desk.as_(desk.cast.agent).post(reverse("take_template", args=[talk.pk, version.pk]), headers=HTMX)
    page = answer.content.decode()
    origin = page.partition('data-origin="')[2].partition('"')[0]
    body = unescape(page.partition("hidden>")[2].rpartition("</div>")[0])
    with activate(desk.organization):
        assert "cannot be used here" in origins.Templates().gone(desk.cast.second_agent, talk.line, origin)
        assert origins.Templates().gone(desk.cast.agent, talk.line, origin) == ""
    send = reverse("conversation_send", args=[talk.pk])
    desk.as_(desk.cast.agent).post(send, {"body": body, "origin": origin}, headers=HTMX)
    with activate(desk.organization):
        assert TemplateUse.objects.get().version == version
        texts = list(Message.objects.filter(direction=Message.Direction.OUT))
        told = {one: origins.Templates().notes(one, texts) for one in (desk.cast.agent, desk.cast.second_agent)}
        assert "“Mine”" in next(iter(told[desk.cast.agent].values()))
        assert "Mine" not in next(iter(told[desk.cast.second_agent].values()))
        assert names_in_reports()[mine.pk] == "One colleague's own template"


@pytest.mark.parametrize("how", ["changed", "sent now", "handed on"])
def test_a_scheduled_text_of_it_leaves_as_the_colleagues_own_who_takes_it_over(desk, how):
    talk, mine, other = desk.hear(), own(desk), desk.cast.second_agent
    origin = taken(desk, talk, mine)
    row, series = plan(desk, talk, origin=origin), begin(desk, talk, origin=origin)
    with activate(desk.organization):
        if how == "changed":
            planning.change(member=other, row=row, revision=row.revision, body="See you at noon")
            again = Repeats(pattern_of(series), series.times)
            repeating.change(member=other, series=series, revision=series.revision, repeats=again, body="At noon")
        elif how == "sent now":
            leaving_now.send_now(member=other, row=row)
        else:
            ScheduledTexts().end(Leaving(desk.cast.agent, desk.cast.owner, timezone.now(), other))
    if how != "sent now":
        due(desk, row)
        ring(desk)
    assert (fresh(desk, row).state, fresh(desk, row).note) == ("sent", "")
    with activate(desk.organization):
        assert Message.objects.get(pk=row.message_id).author_id == other.pk
        assert not TemplateUse.objects.exists()
        kept = TextSeries.objects.get(pk=series.pk)
        assert (kept.origin, kept.author_id) == ((origin, desk.cast.agent.pk) if how == "sent now" else ("", other.pk))


def test_names_and_shortcuts_of_one_person_stand_in_nobodys_way(desk):
    with activate(desk.organization):
        published(desk.cast.supervisor, "Hello", HELLO, shortcut="hi")
    own(desk, "Hello")
    own(desk, "Hello", member=desk.cast.second_agent)
    own(desk, "Hello", member=desk.cast.supervisor)
    again = desk.as_(desk.cast.agent).post(reverse("new_template"), typed("Hello"))
    assert again.status_code == 422
    assert len(rows(desk, name="Hello")) == 4


def test_the_rules_of_the_types_hold_for_them_too_and_a_team_is_not_theirs(desk):
    agent, team = desk.as_(desk.cast.agent), desk.cast.front_desk.pk
    refused = agent.post(reverse("new_template"), typed("A", "See you soon.", type="appointment", publish="1"))
    assert "needs a date or a time" in refused.content.decode()
    assert agent.post(reverse("new_template"), typed("B", "Pay with 4539 1488 0343 6467")).status_code == 422
    both = desk.as_(desk.cast.supervisor).post(reverse("new_template"), typed("C", own="on", team=team))
    assert "not both" in both.content.decode()
    assert rows(desk) == []
    agent.post(reverse("new_template"), typed("D", team=team))
    assert [(one.owner, one.team) for one in rows(desk)] == [(desk.cast.agent, None)]


def test_nobody_has_more_than_so_many(desk, monkeypatch):
    monkeypatch.setattr(writing, "MOST_OWN", 1)
    own(desk)
    answer = desk.as_(desk.cast.agent).post(reverse("new_template"), typed("Second"))
    assert "There are 1 templates" in answer.content.decode()
    own(desk, member=desk.cast.second_agent)


def test_a_copy_for_the_team_waits_for_somebody_who_manages_templates(desk):
    mine = own(desk)
    address, team = reverse("propose_template", args=[mine.pk]), desk.cast.front_desk
    agent = desk.as_(desk.cast.agent)
    agent.post(address, {"team": desk.cast.billing.pk})
    assert rows(desk, owner=None) == [], "not a team of theirs"
    agent.post(address, {"team": team.pk})
    [copy] = rows(desk, owner=None)
    assert (copy.team, copy.version, copy.asked_by, copy.name) == (team, 0, desk.cast.agent, "Mine")
    assert rows(desk, owner=desk.cast.agent)[0].version == 1
    with activate(desk.organization):
        assert [reach.to_approve(one) for one in (desk.cast.supervisor, desk.cast.agent)] == [1, 0]
        assert reach.find(desk.cast.agent, copy.pk) is None, "it is the team's to decide from here"
    desk.as_(desk.cast.supervisor).post(reverse("publish_template", args=[copy.pk]))
    talk = desk.hear()
    assert "Mine" in picked(desk, talk, desk.cast.second_agent)


def test_who_may_approve_is_mailed_once_for_several_that_wait_and_nobody_is_told_what_they_say(desk):
    cast, first, second = desk.cast, own(desk, "Secret one"), own(desk, "Secret two", shortcut="")
    Membership.objects.filter(pk=cast.admin.pk).update(wants_mails=False)

    def told() -> list[str]:
        return sorted(mail.address for mail in OutgoingMail.objects.filter(kind="template_waits"))

    desk.as_(cast.agent).post(reverse("propose_template", args=[first.pk]), {"team": cast.front_desk.pk})
    desk.as_(cast.agent).post(reverse("propose_template", args=[second.pk]))
    assert told() == [cast.owner.user.email, cast.supervisor.user.email]
    mail = OutgoingMail.objects.filter(kind="template_waits").first()
    assert "Secret" not in mail.content
    assert reverse("message_templates") in mail.content
    for waiting in rows(desk, owner=None):
        desk.as_(cast.owner).post(reverse("send_template_back", args=[waiting.pk]))
    desk.as_(cast.agent).post(reverse("propose_template", args=[first.pk]))
    assert len(told()) == 2, "one in a quarter of an hour (`test_told`)"


def test_where_it_is_wanted_a_second_person_approves_ones_own_and_does_nothing_else_with_it(desk):
    rule, supervisor = reverse("templates_second_person"), desk.as_(desk.cast.supervisor)
    desk.as_(desk.cast.owner).post(rule, {"own": "yes"})
    mine = own(desk)
    assert (mine.version, mine.asked_by) == (0, desk.cast.agent)
    publish = reverse("publish_template", args=[mine.pk])
    desk.as_(desk.cast.agent).post(publish)
    assert rows(desk)[0].version == 0
    page = supervisor.get(reverse("message_template", args=[mine.pk])).content.decode()
    assert "Only they use it when you publish it" in page
    assert reverse("edit_template", args=[mine.pk]) not in page
    for name in ("edit_template", "archive_template", "duplicate_template"):
        assert supervisor.post(reverse(name, args=[mine.pk])).status_code == 404
    assert desk.as_(desk.cast.second_agent).post(publish).status_code == 404
    supervisor.post(publish)
    assert rows(desk)[0].version == 1
    assert supervisor.get(reverse("message_template", args=[mine.pk])).status_code == 404, "read, and theirs again"
    with activate(desk.organization):
        assert not reach.wants_second(own=False)


def test_whoever_approves_reads_what_waits_and_nothing_else_of_it_and_takes_no_copy(desk):
    mine, supervisor = own(desk, body="Hello {first_name}, the old words."), desk.as_(desk.cast.supervisor)
    desk.as_(desk.cast.owner).post(reverse("templates_second_person"), {"own": "yes"})
    edit = reverse("edit_template", args=[mine.pk])
    desk.as_(desk.cast.agent).post(edit, typed("Mine", "Hello {first_name}, the new words.", publish="1"))
    paths = [reverse("message_template", args=[mine.pk]), reverse("export_templates")]
    shown = [
        [word in _read(desk.as_(one), path) for word in ("the new words", "the old words", "What comes of it")]
        for path in paths
        for one in (desk.cast.supervisor, desk.cast.agent)
    ]
    assert shown == [[True, False, False], [True, True, True], [False, False, False], [True, False, False]]
    assert "Mine" in supervisor.get(reverse("message_templates")).content.decode(), "listed, so that it is found"
    figures = reverse("export_template_outcome", args=[mine.pk])
    assert [desk.as_(one).get(figures).status_code for one in (desk.cast.supervisor, desk.cast.agent)] == [404, 200]


def _read(client, path: str) -> str:
    return b"".join(client.get(path)).decode()


def test_a_leavers_own_are_archived_and_there_again_when_they_come_back(desk):
    mine = own(desk)
    assert leave(desk) == ([{"id": str(mine.pk), "label": "Mine", "clue": str(mine.pk)}], (1, 0))
    assert rows(desk)[0].archived_at is not None
    with activate(desk.organization):
        deactivation.reactivate(actor=desk.cast.owner, member=desk.cast.agent)
    agent = desk.as_(Membership.objects.get(pk=desk.cast.agent.pk))
    agent.post(reverse("restore_template", args=[mine.pk]))
    assert rows(desk)[0].archived_at is None


def test_who_is_suspended_keeps_them(desk):
    own(desk)
    with activate(desk.organization):
        deactivation.suspend(actor=desk.cast.owner, member=desk.cast.agent)
    assert rows(desk)[0].archived_at is None


def test_a_colleague_gets_them_under_names_of_their_own(desk):
    mine, second = own(desk, shortcut="hi"), desk.cast.second_agent
    own(desk, shortcut="hi", member=second)
    _items, tried = leave(desk, hand_to=second, own_to="taker")
    assert tried == (1, 0)
    with activate(desk.organization):
        found = MessageTemplate.objects.select_related("owner").get(pk=mine.pk)
    assert (found.owner, found.name, found.shortcut, found.version) == (second, "Mine 2", "", 1)
    assert picked(desk, desk.hear(), second).count("<strong>Mine</strong>") == 2, "as they were published"


def test_who_may_have_none_gets_none(desk):
    own(desk)
    _items, tried = leave(desk, hand_to=desk.cast.auditor, own_to="taker")
    assert (tried, rows(desk)[0].archived_at is not None) == ((1, 0), True)


def test_a_team_gets_drafts_that_somebody_publishes(desk):
    mine = own(desk)
    page = desk.as_(desk.cast.owner)
    address = reverse("deactivate", args=[desk.cast.agent.pk])
    refused = page.post(address, {"how": "now", "own_to": "taker"})
    assert "Choose the colleague above" in refused.content.decode()
    assert page.post(address, {"how": "now", "own_to": str(desk.cast.outsider.pk)}).status_code == 422
    page.post(address, {"how": "now", "own_to": str(desk.cast.front_desk.pk)})
    [copy] = rows(desk, owner=None)
    assert (copy.team, copy.version, copy.bodies) == (desk.cast.front_desk, 0, mine.bodies)
    assert rows(desk, owner=desk.cast.agent)[0].archived_at is not None


@pytest.mark.parametrize(
    "wanted", [("own", {"Mine"}), ("shared", {"Ours"}), ("", {"Mine", "Ours"}), ("x", {"Mine", "Ours"})]
)
def test_a_manager_tells_their_own_from_the_organizations(desk, wanted):
    with activate(desk.organization):
        writing.create(actor=desk.cast.supervisor, wish=wish("Ours"))
    own(desk, member=desk.cast.supervisor)
    page = desk.as_(desk.cast.supervisor).get(reverse("message_templates"), {"whose": wanted[0]}).content.decode()
    assert {name for name in ("Mine", "Ours") if f">{name}</a>" in page} == wanted[1]
