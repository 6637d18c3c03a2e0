"""A template on its way into a text: picked, filled in, sent through the same gate, and named in the thread."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.message_templates import writing
from compliance.models import TemplateUse
from tenancy.isolation import activate
from tests.compliance.templates_of import HELLO, REMINDER, draft, published
from tests.revealers import MASKED, with_rights
from tests.texting.desk import Desk, desk
from texting import queries
from texting.models import Draft, Message

__all__ = ["desk"]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def talk(desk: Desk):
    return desk.hear(name="Maria Ruiz")


@pytest.fixture
def hello(desk: Desk, talk):
    with activate(desk.organization):
        return published(desk.cast.supervisor, "Hello", HELLO, shortcut="hi", es="Hola {first_name}, aquí {company}.")


def pick(desk, talk, member=None):
    return desk.as_(member or desk.cast.agent).get(reverse("pick_template", args=[talk.pk]), headers=HTMX)


def take(desk, talk, version, member=None, **values):
    path = reverse("take_template", args=[talk.pk, version.pk])
    return desk.as_(member or desk.cast.agent).post(path, values, headers=HTMX)


def taken(answer) -> tuple[str, str]:
    """The text and its origin."""
    page = answer.content.decode()
    assert "data-template-taken" in page, page
    return unescape(page.partition("hidden>")[2].rpartition("</div>")[0]), page.partition('data-origin="')[2].partition(
        '"'
    )[0]


def send(desk, talk, body, origin, **more):
    path = reverse("conversation_send", args=[talk.pk])
    return desk.as_(desk.cast.agent).post(path, {"body": body, "origin": origin, **more}, headers=HTMX)


def uses(desk) -> list[tuple[int, str, str]]:
    with activate(desk.organization):
        return [(one.version.number, one.language, one.change) for one in TemplateUse.objects.select_related("version")]


def sent(desk) -> int:
    with activate(desk.organization):
        return Message.objects.filter(direction="out").count()


def test_what_parley_knows_is_filled_in_and_the_text_remembers_its_version(desk, talk, hello):
    assert "Hello" in pick(desk, talk).content.decode()
    text, origin = taken(take(desk, talk, hello))
    assert text == "Hello Maria, this is Harbor Dental."
    page = send(desk, talk, text, origin).content.decode()
    assert uses(desk) == [(1, "en", "none")]
    assert "from “Hello”, version 1" in page


def test_an_edited_text_says_so_and_one_that_is_sent_twice_is_remembered_once(desk, talk, hello):
    _, origin = taken(take(desk, talk, hello, language="es"))
    key = {"message_id": "019ab4c2-7f0e-7b11-8c02-5b8a1f9e6d42"}
    for _ in range(2):
        page = send(desk, talk, "Hola Maria, ¿todo bien?", origin, **key).content.decode()
    assert uses(desk) == [(1, "es", "edited")]
    assert "from “Hello”, version 1, edited" in page


def test_values_that_only_a_person_knows_are_asked_for_and_nothing_is_left_open(desk, talk):
    with activate(desk.organization):
        version = published(desk.cast.supervisor, "Reminder", REMINDER, type="appointment")
    asked = take(desk, talk, version)
    assert (asked.status_code, b"value_date" in asked.content, b"value_first_name" in asked.content) == (
        200,
        True,
        False,
    )
    for wrong in (
        {},
        {"value_date": "Thu"},
        {"value_date": " ", "value_time": "x" * 201},
        {"value_date": "a\x00", "value_time": "{x}"},
    ):
        assert take(desk, talk, version, filled="1", **wrong).status_code == 422
    text, _ = taken(take(desk, talk, version, filled="1", value_date="Thu, Dec 3", value_time="2:30 pm"))
    assert text == "Hi Maria, see you at Harbor Dental on Thu, Dec 3 at 2:30 pm. Amelia"
    assert uses(desk) == []


def test_a_template_is_looked_through_after_it_was_filled_in(desk, talk):
    with activate(desk.organization):
        version = published(desk.cast.supervisor, "Reminder", REMINDER, type="appointment")
    values = {"value_date": "Thu, Dec 3", "value_time": "2:30 pm, card 4111 1111 1111 1111"}
    text, origin = taken(take(desk, talk, version, filled="1", **values))
    send(desk, talk, text, origin)
    assert sent(desk) == 0


def test_a_name_that_is_not_known_or_not_to_be_seen_is_asked_for(desk, hello):
    stranger = desk.hear(number="+12125550188")
    assert b"value_first_name" in take(desk, stranger, hello).content
    known = desk.hear(name="Maria Ruiz")
    assert b"Maria" in take(desk, known, hello).content
    blind = take(desk, known, hello, with_rights(desk.cast, MASKED)).content
    assert b"value_first_name" in blind
    assert b"Maria" not in blind


def test_a_filled_in_text_is_screened_like_any_other(desk, talk):
    with activate(desk.organization):
        version = published(desk.cast.supervisor, "About", "Hello {first_name}, about {topic}.")
    text, origin = taken(take(desk, talk, version, filled="1", value_topic="your card 4539 1488 0343 6467"))
    refused = send(desk, talk, text, origin)
    assert refused.status_code == 422
    assert "card number" in refused.content.decode()
    assert (sent(desk), uses(desk)) == (0, [])


def test_one_that_was_archived_while_somebody_wrote_is_said_and_can_be_sent_as_ones_own(desk, talk, hello):
    text, origin = taken(take(desk, talk, hello))
    with activate(desk.organization):
        writing.archive(actor=desk.cast.supervisor, template=hello.template)
    refused = send(desk, talk, text, origin)
    assert (refused.status_code, "was archived meanwhile" in refused.content.decode()) == (422, True)
    assert "origin-gone" in refused["HX-Trigger"]
    assert "changed meanwhile" in take(desk, talk, hello).content.decode()
    assert sent(desk) == 0
    assert send(desk, talk, text, "").status_code == 200
    assert (sent(desk), uses(desk)) == (1, [])


def test_drafts_other_teams_and_other_organizations_are_not_there(desk, talk, hello):
    cast = desk.cast
    with activate(desk.organization):
        unfinished = draft(cast.supervisor, "Unfinished")
        billing = published(cast.owner, "Billing only", team=cast.billing)
    with activate(cast.other_organization):
        foreign = published(cast.outsider, "Foreign")
    page = pick(desk, talk).content.decode()
    assert [name in page for name in ("Hello", "Unfinished", "Billing only", "Foreign")] == [True, False, False, False]
    for version in (unfinished, billing, foreign):
        assert "Choose again" in take(desk, talk, version).content.decode()
    assert pick(desk, talk, cast.outsider).status_code == 404
    assert pick(desk, talk, cast.auditor).status_code == 403
    for made_up in (f"{billing.pk}:en:0", f"{foreign.pk}:en:0", "nonsense", "x" * 5000, "\x00"):
        assert send(desk, talk, "Hello", made_up).status_code == 422
    assert sent(desk) == 0


def test_a_draft_keeps_where_it_began_and_a_thread_pays_one_statement_for_it(desk, talk, hello):
    text, origin = taken(take(desk, talk, hello))
    agent = desk.as_(desk.cast.agent)
    agent.post(reverse("conversation_draft", args=[talk.pk]), {"body": text, "origin": origin}, headers=HTMX)
    page = agent.get(reverse("conversation", args=[talk.pk])).content.decode()
    assert f'data-origin="{origin}"' in page
    agent.post(reverse("conversation_draft", args=[talk.pk]), {"body": text, "origin": "x" * 5000}, headers=HTMX)
    with activate(desk.organization):
        assert Draft.objects.get().origin == ""
    for _ in range(3):
        send(desk, talk, text, origin)
    with (
        activate(desk.organization),
        CaptureQueriesContext(
            connection,
        ) as caught,
    ):
        queries.thread(desk.cast.agent, talk)
    assert sum("compliance_templateuse" in one["sql"] for one in caught.captured_queries) == 1


def test_a_tip_needs_permission_for_marketing_also_by_hand_and_a_reminder_may_answer(desk, talk):
    with activate(desk.organization):
        tip = published(desk.cast.supervisor, "Tip", "Tip: rinse the filter once a week.", type="tip")
        reminder = published(desk.cast.supervisor, "Reminder", "You come on Tuesday at 9:40.", type="appointment")
    text, origin = taken(take(desk, talk, tip))
    for body in (text, "Something quite different"):
        refused = send(desk, talk, body, origin)
        assert refused.status_code == 422
        assert "an announcement" in refused.content.decode()
    assert sent(desk) == 0
    assert send(desk, talk, *taken(take(desk, talk, reminder))).status_code == 200
    with activate(desk.organization):
        assert Message.objects.get(direction="out").purpose == "reply"
