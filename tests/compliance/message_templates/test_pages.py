"""Settings > Templates: written, refused with reasons, published, copied, archived, put back; and by whom."""

import csv
import io
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Role
from compliance.content_types import changing_rules
from compliance.content_types.rules import Decided
from compliance.message_templates import library, reach, writing
from compliance.message_templates.writing import NameTaken, NotNow
from compliance.models import MessageTemplate, TemplateVersion
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.templates_of import HELLO, draft, published, wish
from tests.texting.desk import Desk, desk

__all__ = ["desk"]

HTMX = {"HX-Request": "true"}
TYPED = {"name": "Reminder", "type": "appointment", "shortcut": "/Remind", "fallback": "en"}


def typed(**more):
    return TYPED | {"body_en": "Hi {first_name}, see you on {date}.", "body_es": "", "body_fr": "", "team": ""} | more


def stored(desk: Desk) -> list[MessageTemplate]:
    with activate(desk.organization):
        return list(MessageTemplate.objects.order_by("name"))


@pytest.fixture
def manager(desk):
    return desk.as_(desk.cast.supervisor)


def test_one_is_written_published_changed_and_every_version_stays(desk, manager):
    answer = manager.post(reverse("new_template"), typed(publish="1"))
    [template] = stored(desk)
    assert answer["Location"] == reverse("message_template", args=[template.pk])
    assert (template.version, template.has_changes, template.shortcut) == (1, False, "remind")
    edit = reverse("edit_template", args=[template.pk])
    assert "Hi {first_name}, see you on {date}." in manager.get(edit).content.decode()
    manager.post(edit, typed(body_en="Hi {first_name}, see you on {date} at {time}."))
    [template] = stored(desk)
    assert (template.version, template.has_changes) == (1, True), "what is written is not what is in use"
    manager.post(reverse("publish_template", args=[template.pk]))
    manager.post(reverse("publish_template", args=[template.pk]))
    with activate(desk.organization):
        numbers = list(TemplateVersion.objects.order_by("number").values_list("number", "published_by"))
    assert numbers == [(1, desk.cast.supervisor.pk), (2, desk.cast.supervisor.pk)], "nothing had changed for a third"
    page = manager.get(reverse("message_template", args=[template.pk])).content.decode()
    assert "Version 2" in page
    assert "Version 1" in page
    assert "<ins" in page, "what a version changed is marked"
    with activate(desk.organization):
        kinds = list(AuditEvent.objects.filter(event__startswith="template:").values_list("event", flat=True))
    assert kinds.count("template:published") == 2
    assert {"template:created", "template:changed"} <= set(kinds)


def test_what_lacks_a_part_is_kept_as_a_draft_and_not_published(desk, manager):
    answer = manager.post(reverse("new_template"), typed(body_en="Hi {first_name}, see you soon.", publish="1"))
    assert answer.status_code == 422
    assert "needs a date or a time" in answer.content.decode()
    assert "Hi Grace, see you soon." in answer.content.decode(), "the preview shows what was typed"
    assert stored(desk) == [], "publishing it was what was wanted"
    manager.post(reverse("new_template"), typed(body_en="Hi {first_name}, see you soon."))
    [template] = stored(desk)
    refused = manager.post(reverse("publish_template", args=[template.pk]))
    assert (refused.status_code, stored(desk)[0].version) == (422, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"body_en": "Hi {frist_name}"},
        {"body_en": "Pay with 4539 1488 0343 6467"},
        {"body_en": "x" * 1001},
        {"body_en": "x" * 5000},
        {"name": ""},
        {"name": "x" * 61},
        {"type": "magic"},
        {"shortcut": "two words"},
        {"team": "00000000-0000-7000-8000-000000000001"},
        {"fallback": "xx"},
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_stored(desk, manager, wrong):
    assert manager.post(reverse("new_template"), typed(**wrong)).status_code in (400, 422)
    assert stored(desk) == []


def test_a_body_in_a_wrong_encoding_is_refused(desk, manager):
    sent = "name=Caf%E9&type=reply&body_en=Caf%E9%20at%20ten&fallback=en"
    path, form = reverse("new_template"), "application/x-www-form-urlencoded"
    assert manager.post(path, sent, content_type=form).status_code == 422
    assert stored(desk) == []


def test_name_and_shortcut_stand_once_until_one_is_archived(desk, manager):
    manager.post(reverse("new_template"), typed())
    assert manager.post(reverse("new_template"), typed(shortcut="")).status_code == 422
    assert manager.post(reverse("new_template"), typed(name="Other")).status_code == 422
    [first] = stored(desk)
    manager.post(reverse("archive_template", args=[first.pk]))
    manager.post(reverse("archive_template", args=[first.pk]))
    assert manager.post(reverse("new_template"), typed()).status_code == 302
    assert manager.post(reverse("edit_template", args=[first.pk]), typed(name="Third")).status_code == 422
    page = manager.post(reverse("restore_template", args=[first.pk]), follow=True).content.decode()
    assert "Rename that one first" in page
    with activate(desk.organization):
        assert MessageTemplate.objects.get(pk=first.pk).archived_at is not None
        with pytest.raises(NameTaken):
            writing.restore(actor=desk.cast.supervisor, template=first)
        with pytest.raises(NotNow):
            writing.publish(actor=desk.cast.supervisor, template=first)


def test_whoever_was_overtaken_is_told_before_they_write_over_a_colleagues_words_or_publish_them(desk, manager):
    manager.post(reverse("new_template"), typed())
    [template] = stored(desk)
    seen, path = writing.state_of(template), reverse("edit_template", args=[template.pk])
    assert manager.post(path, typed(name="Theirs", seen=seen)).status_code == 302
    refused = manager.post(path, typed(name="Mine", seen=seen))
    assert (refused.status_code, b"changed it meanwhile" in refused.content) == (422, True)
    manager.post(reverse("publish_template", args=[template.pk]), {"seen": seen})
    [template] = stored(desk)
    assert (template.name, template.version) == ("Theirs", 0)
    again = {"seen": writing.state_of(template)}
    assert again["seen"] in refused.content.decode(), "sent once more it is meant"
    manager.post(path, typed(name="Mine", **again))
    assert stored(desk)[0].name == "Mine"


def test_an_example_is_copied_twice_under_names_of_its_own_and_a_duplicate_too(desk, manager):
    page = manager.get(reverse("template_library")).content.decode()
    example = library.example("appointment-reminder")
    assert example.bodies["en"] in page.replace("&#x27;", "'")
    for _ in range(2):
        manager.post(reverse("use_template_example", args=[example.key]))
    assert [(one.name, one.shortcut) for one in stored(desk)] == [
        ("Appointment reminder", "reminder"),
        ("Appointment reminder 2", ""),
    ]
    manager.post(reverse("duplicate_template", args=[stored(desk)[0].pk]))
    assert stored(desk)[2].bodies == example.bodies
    assert stored(desk)[2].version == 0
    assert manager.post(reverse("use_template_example", args=["none-such"])).status_code == 404


def test_the_list_finds_by_words_state_type_and_team_and_so_does_the_file(desk, manager):
    with activate(desk.organization):
        published(desk.cast.supervisor, "Hours", "We are open until 6.", type="announcement", shortcut="hours")
        draft(desk.cast.supervisor, "=cmd|' /C calc'!A0", "Hello", team=desk.cast.billing)

    def names(**query):
        text = manager.get(reverse("export_templates"), query).getvalue().decode("utf-8-sig")
        return [row["name"] for row in csv.DictReader(io.StringIO(text))]

    assert names() == ["'=cmd|' /C calc'!A0", "Hours"], "a spreadsheet does not run it"
    assert (
        names(q="open UNTIL")
        == names(q="/hours")
        == names(state="published")
        == names(type="announcement")
        == ["Hours"]
    )
    assert names(team=desk.cast.billing.pk) == names(state="draft") == ["'=cmd|' /C calc'!A0"]
    assert names(q="nothing") == names(state="archived") == []
    assert names(state="no such", type="no such", team="no such", q="\x00") == names()
    page = manager.get(reverse("message_templates"), {"q": "open"}).content.decode()
    assert "Hours" in page
    assert "calc" not in page


def test_the_preview_says_what_is_wrong_and_stores_nothing(desk, manager):
    shown = manager.post(reverse("preview_template"), typed(body_en="See https://bit.ly/x\nReply CANCEL"), headers=HTMX)
    page = shown.content.decode()
    assert "shortens" in page
    assert "English, line 2" in page
    assert "1 segment" in page
    for odd in ({}, {"type": "magic", "fallback": "xx", "body_en": "é" * 100_000}, {"body_fr": "{{{" * 400}):
        assert manager.post(reverse("preview_template"), odd, headers=HTMX).status_code == 200
    assert stored(desk) == []


def test_domains_of_the_organization_are_kept_when_a_template_is_written_and_published(desk, manager):
    with activate(desk.organization):
        changing_rules.change(member=desk.cast.owner, wanted=Decided(domains=("harbor.example",)))
        with pytest.raises(writing.Flawed, match="1"):
            published(desk.cast.owner, "Elsewhere", "See https://elsewhere.org/x")
        published(desk.cast.owner, "Here", "See https://harbor.example/x")
    shown = manager.post(reverse("preview_template"), typed(body_en="See https://elsewhere.org/x"), headers=HTMX)
    assert "elsewhere.org may not be linked" in shown.content.decode()


def test_only_managers_and_only_of_their_organization_and_teams(desk, manager):
    cast = desk.cast
    with activate(desk.organization):
        mine, theirs = draft(cast.owner, "Ours"), draft(cast.owner, "Billing only", team=cast.billing)
        role = Role.objects.create(name="Writer", permissions=["templates:manage", "messages:send"])
        cast.agent.roles.all().delete()
        role.members.create(membership=cast.agent)
    paths = [reverse(name, args=[mine.pk]) for name in ("message_template", "edit_template")]
    for member, answer in ((cast.second_agent, 404), (cast.auditor, 403), (cast.outsider, 404), (cast.agent, 200)):
        assert {desk.as_(member).get(path).status_code for path in paths} == {answer}
    for act in ("archive_template", "restore_template", "publish_template", "duplicate_template"):
        assert desk.as_(cast.outsider).post(reverse(act, args=[mine.pk])).status_code == 404
        assert desk.as_(cast.agent).post(reverse(act, args=[theirs.pk])).status_code == 404, "not of their teams"
        assert manager.post(reverse(act, args=[uuid4()])).status_code == 404
    assert "Billing only" not in desk.as_(cast.agent).get(reverse("message_templates")).content.decode()
    assert desk.as_(cast.agent).post(reverse("new_template"), typed(team=cast.billing.pk)).status_code == 422
    assert [(one.version, one.archived_at) for one in stored(desk)] == [(0, None), (0, None)]


def test_a_version_cannot_be_changed_even_by_us(desk):
    from django.db import DatabaseError, transaction

    with activate(desk.organization):
        version = published(desk.cast.supervisor, "Hello", HELLO)
        with pytest.raises(DatabaseError), transaction.atomic():
            TemplateVersion.objects.filter(pk=version.pk).update(bodies={"en": "Other"})
        assert reach.find(desk.cast.supervisor, version.template_id).version == 1
        assert wish().bodies == {"en": HELLO}


def test_an_older_version_is_written_into_the_draft_and_published_again(desk, manager):
    with activate(desk.organization):
        first = published(desk.cast.supervisor, "Reminder", "Hello, it is Monday.")
        template = first.template
        changed = writing.save(actor=desk.cast.supervisor, template=template, wish=wish("Renamed", "It is Tuesday."))
        writing.publish(actor=desk.cast.supervisor, template=changed)
    [row] = stored(desk)
    page = manager.get(reverse("message_template", args=[row.pk])).content.decode()
    assert "Back to version 1" in page
    assert "Back to version 2" not in page
    address = reverse("take_template_back", args=[row.pk, 1])
    manager.post(address, {"seen": "2020-01-01"})
    manager.post(reverse("take_template_back", args=[row.pk, 7]), {"seen": writing.state_of(row)})
    assert stored(desk)[0].bodies == {"en": "It is Tuesday."}, "overtaken, or no such version"
    manager.post(address, {"seen": writing.state_of(row)})
    [row] = stored(desk)
    assert (row.name, row.bodies, row.version, row.has_changes) == ("Reminder", {"en": "Hello, it is Monday."}, 2, True)
    manager.post(reverse("publish_template", args=[row.pk]), {"seen": writing.state_of(row)})
    with activate(desk.organization):
        assert list(TemplateVersion.objects.order_by("number").values_list("number", "bodies__en")) == [
            (1, "Hello, it is Monday."),
            (2, "It is Tuesday."),
            (3, "Hello, it is Monday."),
        ]


def test_where_a_second_person_is_wanted_nobody_publishes_what_they_wrote_or_asked_for(desk, manager):
    owner, admin = desk.as_(desk.cast.owner), desk.as_(desk.cast.admin)
    rule = reverse("templates_second_person")
    assert manager.post(rule, {"second": "yes"}).status_code == 403
    owner.post(rule, {"second": "yes"})
    manager.post(reverse("new_template"), typed(publish="1"))
    [row] = stored(desk)
    assert (row.version, row.asked_by_id) == (0, desk.cast.supervisor.pk)
    address, seen = reverse("publish_template", args=[row.pk]), {"seen": writing.state_of(row)}
    manager.post(address, seen)
    assert stored(desk)[0].version == 0, "not by who wrote it"
    with activate(desk.organization):
        assert [reach.to_approve(one) for one in (desk.cast.supervisor, desk.cast.admin, desk.cast.agent)] == [
            0,
            1,
            0,
        ]
    admin.post(reverse("edit_template", args=[row.pk]), typed(body_en="Hi, see you on {date}.", **seen))
    [row] = stored(desk)
    assert row.asked_by_id is None, "a change takes the question back"
    manager.post(address, {"seen": writing.state_of(row)})
    assert stored(desk)[0].asked_by_id == desk.cast.supervisor.pk
    admin.post(address, {"seen": writing.state_of(row)})
    assert stored(desk)[0].version == 0, "the admin wrote it last"
    owner.post(reverse("send_template_back", args=[row.pk]))
    owner.post(address, {"seen": writing.state_of(row)})
    assert stored(desk)[0].asked_by_id == desk.cast.owner.pk, "who asks does not publish either"
    assert "asks you to read it over" in manager.get(reverse("message_template", args=[row.pk])).content.decode()
    manager.post(address, {"seen": writing.state_of(row)})
    [row] = stored(desk)
    assert (row.version, row.asked_by_id, row.has_changes) == (1, None, False)
    with activate(desk.organization):
        made = TemplateVersion.objects.get()
        assert (made.published_by, made.asked_by) == (desk.cast.supervisor, desk.cast.owner)
        told = AuditEvent.objects.filter(event__startswith="template:").values_list("event", flat=True)
        assert {"template:asked", "template:sent_back", "template:rule_changed"} <= set(told)
    owner.post(rule, {})
    manager.post(reverse("edit_template", args=[row.pk]), typed(publish="1", seen=writing.state_of(row)))
    assert stored(desk)[0].version == 2
