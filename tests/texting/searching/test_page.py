"""The page of the search: results that lead to the text in its thread, and an address that holds no words."""

from importlib import import_module
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import FIRST, SECOND, desk
from texting.models import Message
from texting.queries import inbox
from texting.searching import again

__all__ = ["desk"]

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SEARCH = "/search/"


def text_of(response):
    return response.content.decode()


def test_a_result_leads_to_its_text_in_a_long_thread(desk, monkeypatch):
    monkeypatch.setattr(import_module("texting.queries.thread"), "LENGTH", 3)
    browser = desk.as_(desk.cast.owner)
    desk.hear("Where is the kingfisher", name="Marcus Bell")
    for number in range(12):
        conversation = desk.hear(f"Another text {number}")
    page = text_of(browser.post(SEARCH, {"q": "kingfisher"}))
    assert "<mark>kingfisher</mark>" in page
    assert "Marcus Bell" in page
    with activate(desk.organization):
        message = Message.objects.order_by("created_at")[0]
    address = page.partition(f'href="/inbox/c/{conversation.pk}/?at=')[2].partition('"')[0]
    opened = text_of(browser.get(f"/inbox/c/{conversation.pk}/?at={address}"))
    assert opened.count(" is-found") == 1
    assert f'id="message-{message.pk}"' in opened
    assert ">Another text 5</p>" in opened
    assert ">Another text 11</p>" not in opened
    assert "Show the newest" in opened
    usual = text_of(browser.get(f"/inbox/c/{conversation.pk}/"))
    assert f'id="message-{message.pk}"' not in usual
    assert "Show the newest" not in usual


def test_what_was_typed_comes_back_from_an_address_that_does_not_say_it(desk, monkeypatch):
    desk.hear("The kingfisher", name="Marcus Bell")
    browser = desk.as_(desk.cast.owner)
    answer = browser.post(SEARCH, {"q": "kingfisher", "direction": "in"}, headers=HTMX)
    address = answer["HX-Replace-Url"]
    assert "kingfisher" not in address
    back = text_of(browser.get(address))
    assert "<mark>kingfisher</mark>" in back
    assert 'value="kingfisher"' in back
    for other in (desk.cast.agent, desk.cast.outsider):
        assert "kingfisher" not in text_of(desk.as_(other).get(address))
    [token] = parse_qs(urlsplit(address).query)["again"]
    for damaged in (
        "",
        "?",
        "Zg",
        token[:-4],
        token[:90] + token[91:],
        token[:90] + ("A" if token[90] != "A" else "B") + token[91:],
        "A" * 5_000,
    ):
        assert "<mark>" not in text_of(browser.get(SEARCH, {"again": damaged}))
    monkeypatch.setattr(again.time, "time", lambda: float(2**40))
    assert again.from_address(desk.cast.owner, token) is None


def test_it_is_written_down_that_somebody_searched_and_not_for_what(desk):
    desk.hear("The kingfisher")
    desk.as_(desk.cast.owner).post(SEARCH, {"q": "kingfisher", "kind": "texts"})
    with activate(desk.organization):
        event = AuditEvent.objects.filter(event="search:run").latest("sequence")
        assert "kingfisher" not in str(event.details)
        assert event.actor_id == desk.cast.owner.pk


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 200, "Find any text, note or person"),
        ({"q": "the"}, 200, "Every other text has these words"),
        ({"q": '"how are you"'}, 200, "Every other text has these words"),
        ({"q": "kingfisher"}, 200, "Nothing found"),
        ({"q": "kingfisher", "since": "2026-02-02", "until": "2026-02-01"}, 422, "after the last one"),
        ({"q": "kingfisher", "since": "soon"}, 422, "date"),
        ({"q": "kingfisher", "line": "4"}, 422, "choice"),
        ({"q": "kingfisher", "also": "everything"}, 422, "choice"),
        ({"q": "k" * 201}, 422, "200"),
        ({"q": "kingfisher", "after": "nonsense"}, 200, "Nothing found"),
    ],
)
def test_nothing_and_nonsense_are_told_what_to_do(desk, fields, status, words):
    answer = desk.as_(desk.cast.agent).post(SEARCH, fields)
    assert answer.status_code == status
    assert words in text_of(answer)


def test_a_filter_of_somebody_elses_is_refused(desk):
    """A line or a team that the member does not read is no choice: whether something is there is not told."""
    desk.hear("The kingfisher", line=desk.billing_line)
    agent = desk.as_(desk.cast.agent)
    assert agent.post(SEARCH, {"q": "kingfisher", "line": str(desk.billing_line.pk)}).status_code == 422
    assert agent.post(SEARCH, {"q": "kingfisher", "line": str(desk.other_line.pk)}).status_code == 422
    assert agent.post(SEARCH, {"q": "kingfisher", "team": str(desk.billing_line.team_id)}).status_code == 422


def test_a_masked_reader_gets_no_name_and_no_number(desk):
    desk.hear("Marcus, call +12125550144 about the kingfisher", name="Marcus Bell")
    browser = desk.as_(desk.cast.auditor)
    for typed in ("kingfisher", FIRST[-4:], "marcus", FIRST, "bell"):
        page = text_of(browser.post(SEARCH, {"q": typed})).partition('id="found"')[2]
        assert "Marcus" not in page
        assert "2125550144" not in page
        assert ("found-" in page) == (typed in {"kingfisher", FIRST[-4:]}), typed


def test_a_search_costs_the_same_however_much_it_finds(desk):
    browser = desk.as_(desk.cast.owner)

    def price():
        with CaptureQueriesContext(connections["default"]) as asked, CaptureQueriesContext(connections["keys"]) as keys:
            assert browser.post(SEARCH, {"q": "kingfisher"}).status_code == 200
        assert not any("OFFSET" in query["sql"] for query in asked)
        return len(asked), len(keys)

    desk.hear("A kingfisher")
    price()
    cheap = price()
    for number in range(12):
        desk.hear("A kingfisher", number=f"+1212555{3000 + number}")
    price()
    dear = price()
    assert dear == cheap
    assert cheap[0] <= 45


def test_the_inbox_finds_whoever_is_known_however_long_ago_they_wrote_with_and_without_accents(desk, monkeypatch):
    monkeypatch.setattr(inbox, "SEARCHED", 2)
    desk.hear(name="Mar\u00eda P\u00e9rez")
    desk.hear(line=desk.billing_line, number="+12125550183", name="Maria Quill")
    desk.hear(number="+12125550184", name="Bo")
    desk.hear(number=SECOND, name="Jos\u00e9 Zu\u00f1iga")

    def found(member, words):
        page = text_of(desk.as_(member).post(reverse("inbox_search"), {"q": words}, headers=HTMX))
        return [name for name in ("Mar\u00eda", "Quill", "Jos\u00e9", "\u00b7\u00b7 0181") if name in page]

    assert found(desk.cast.agent, "MARIA per") == ["Mar\u00eda"]
    assert found(desk.cast.agent, "maria") == ["Mar\u00eda"], "nobody of another team"
    assert found(desk.cast.agent, "uniga") == ["Jos\u00e9"], "a part of a name, of the newest"
    assert found(desk.cast.auditor, "maria") == []
    assert found(desk.cast.auditor, "0181") == ["\u00b7\u00b7 0181"]


def test_the_way_from_the_inbox(desk):
    browser = desk.as_(desk.cast.owner)
    desk.hear("A kingfisher")
    found = text_of(browser.post(reverse("inbox_search"), {"q": "kingfisher"}, headers=HTMX))
    assert 'action="/search/"' in found
    assert 'name="q" value="kingfisher"' in found
