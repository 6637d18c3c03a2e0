"""Templates by the REST API: listed for the key, sent with values, and refused before anything leaves."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Team
from compliance.message_templates import writing
from compliance.models import TemplateUse
from tenancy.isolation import activate
from tests.callers import Caller, make_caller
from tests.compliance.templates_of import HELLO, draft, published
from tests.permitting import agree_to_everything
from tests.texting.conftest import Scene, far_end, make_scene, scene
from texting.models import Message

__all__ = ["far_end", "scene"]

BODY = "Hi {first_name}, see you at {company} on {date}."
VALUES = {"first_name": "Maria", "date": "Thu"}


@pytest.fixture
def caller(scene: Scene) -> Caller:
    scene.agent.is_owner = True
    scene.agent.save(update_fields=["is_owner"])
    with activate(scene.organization):
        agree_to_everything(scene.hear("Hello").contact)
    return make_caller(scene.agent)


@pytest.fixture
def reminder(scene, caller):
    with activate(scene.organization):
        return published(scene.agent, "Reminder", BODY, type="appointment", es="Hola {first_name}: {date}.")


def post(scene, caller, version, values=VALUES, **more):
    return caller.post("messages", {"to": scene.number, "template": str(version.template_id), "values": values} | more)


def rows(scene, model) -> int:
    with activate(scene.organization):
        return model.objects.filter(**({"direction": "out"} if model is Message else {})).count()


def test_a_template_is_sent_with_its_values_and_remembered(scene, caller, reminder):
    answer = post(scene, caller, reminder)
    assert answer.status_code == 202
    assert answer.json()["body"] == "Hi Maria, see you at Harbor Dental on Thu.\nReply STOP to opt out."
    assert post(scene, caller, reminder, language="es").json()["body"] == "Hola Maria: Thu."
    with activate(scene.organization):
        assert set(TemplateUse.objects.values_list("language", "change")) == {("en", "none"), ("es", "none")}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first_name": "Maria"}, ("/values", "{date} has no value")),
        ({**VALUES, "date": ""}, ("/values/date", "blank")),
        ({**VALUES, "date": "x" * 201}, ("/values/date", "200")),
        ({**VALUES, "date": "two\nlines"}, ("/values", "cannot be sent")),
        ({**VALUES, "dtae": "Thu"}, ("/values", "no placeholder {dtae}")),
        ({**VALUES, "company": "Your bank"}, ("/values", "filled in by Parley")),
        ({**VALUES, **{f"x{n}": "y" for n in range(40)}}, ("/values", "at most 30")),
        (["Thu"], ("/values", "dictionary")),
    ],
)
def test_missing_and_wrong_values_are_said_and_nothing_leaves(scene, caller, reminder, values, said):
    answer = post(scene, caller, reminder, values)
    assert answer.status_code == 422
    [flaw] = answer.json()["errors"]
    assert flaw["pointer"] == said[0]
    assert said[1] in flaw["detail"]
    assert (rows(scene, Message), rows(scene, TemplateUse)) == (0, 0)


@pytest.mark.parametrize(
    "more", [{"body": "and a body"}, {"language": "xx"}, {"template": "x"}, {"template": None}, {"values": {"date": 7}}]
)
def test_what_does_not_go_together_is_refused(scene, caller, reminder, more):
    assert post(scene, caller, reminder, **more).status_code == 422
    assert caller.post("messages", {"to": scene.number}).status_code == 422
    assert caller.post("messages", {"to": scene.number, "body": "Hello", "values": {}}).status_code == 422
    assert rows(scene, Message) == 0


def test_drafts_archived_ones_other_teams_and_other_organizations_are_not_there(scene, caller, reminder):
    other = make_scene("Northside", "northside")
    with activate(other.organization):
        other.agent.is_owner = True
        foreign = published(other.agent, "Foreign")
    with activate(scene.organization):
        draft(scene.agent, "Unfinished")
        billing = published(scene.agent, "Billing only", team=Team.objects.create(name="Billing"))
        archived = published(scene.agent, "Old")
        writing.archive(actor=scene.agent, template=archived.template)
    narrow = make_caller(scene.agent, teams=(scene.line.team,))
    assert [one["name"] for one in narrow.get("templates").json()["data"]] == ["Reminder"]
    assert [one["name"] for one in caller.get("templates").json()["data"]] == ["Billing only", "Reminder"]
    for version in (billing, archived, foreign):
        answer = post(scene, narrow, version, {})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/template")
        assert narrow.get(f"templates/{version.template_id}").status_code == 404
    assert narrow.get(f"templates/{uuid4()}").status_code == 404
    shown = narrow.get(f"templates/{reminder.template_id}").json()
    assert [one["filled_by"] for one in shown["placeholders"]] == ["parley", "parley", "values"]
    assert rows(scene, Message) == 0


def test_pages_of_templates_hold_each_once(scene, caller):
    with activate(scene.organization):
        for number in range(5):
            published(scene.agent, f"Number {number}")
    names, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"templates?limit=2{cursor and f'&cursor={cursor}'}").json()
        names += [one["name"] for one in page["data"]]
        cursor = page["next"]
    assert names == [f"Number {number}" for number in (4, 3, 2, 1, 0)]


def test_a_batch_answers_each_and_asks_for_templates_once(scene, caller, reminder):
    with activate(scene.organization):
        hello = published(scene.agent, "Hello", HELLO)

    def batch(number):
        good = {"template": str(reminder.template_id), "values": VALUES}
        bad = {"template": str(hello.template_id)}
        texts = [{"to": f"+121255501{at:02}", **(bad if at % 2 else good)} for at in range(number)]
        for at in range(number):
            agree_to_everything(scene.hear("Hi", number=f"+121255501{at:02}").contact)
        return {"messages": texts}

    with activate(scene.organization):
        few, many = batch(2), batch(12)
    with CaptureQueriesContext(connection) as first:
        results = caller.post("messages/batch", few).json()["results"]
    assert [one["status"] for one in results] == [202, 422]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/values"
    with CaptureQueriesContext(connection) as second:
        assert caller.post("messages/batch", many).json()["queued"] == 6
    assert rows(scene, TemplateUse) == 7

    def asked(caught):
        return sum("compliance_template" in one["sql"] for one in caught.captured_queries)

    assert asked(first) == asked(second)


@pytest.mark.parametrize(
    ("type", "named", "sent_for"),
    [("appointment", {}, "appointment"), ("reply", {}, "reply"), ("appointment", {"purpose": "reply"}, "reply")],
)
def test_the_type_says_what_a_text_is_sent_for_unless_the_program_does(scene, caller, type, named, sent_for):
    with activate(scene.organization):
        version = published(scene.agent, "Reminder", BODY, type=type)
    assert post(scene, caller, version, **named).status_code == 202
    with activate(scene.organization):
        assert Message.objects.get(direction="out").purpose == sent_for


def test_what_needs_permission_for_marketing_leaves_for_nothing_else(scene, caller):
    with activate(scene.organization):
        version = published(scene.agent, "Tip", "Tip: rinse the filter once a week, {first_name}.", type="tip")
    values = {"first_name": "Maria"}
    answer = post(scene, caller, version, values, purpose="reply")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/purpose"
    assert rows(scene, Message) == 0
    assert post(scene, caller, version, values).status_code == 202
    with activate(scene.organization):
        assert Message.objects.get(direction="out").purpose == "bulk"
