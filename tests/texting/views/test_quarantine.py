"""Settings > Quarantine as an admin sees it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import signed_in
from tests.texting.twilio_line import NEW_TOKEN, cast, twilio
from texting.webhooks import quarantine

__all__ = ["cast", "twilio"]

PAGE = "/settings/quarantine/"


@pytest.fixture
def admin(cast) -> Client:
    return signed_in(Client(), cast.admin)


def page(client, query="") -> str:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_quarantine_says_what_it_is_for(twilio, admin):
    text = page(admin)
    assert "Nothing was refused" in text
    assert "Take in all" not in text


def test_it_shows_when_where_why_and_what_to_do_and_never_the_text(twilio, admin):
    twilio.post(secret=NEW_TOKEN, Body="my blood type is zebra-quartz-77")
    text = page(admin)
    for seen in ("Main line", "+1 *** *** 0181", "neither the present token", "store the new one here"):
        assert seen in text
    for hidden in ("zebra", "5550181", NEW_TOKEN, twilio.path.split("/")[3]):
        assert hidden not in text


def test_the_address_that_was_signed_is_named(twilio, admin):
    twilio.post(base="http://text.harbor.example")
    text = page(admin)
    assert "It was signed for http://text.harbor.example" in text
    assert "is at https://text.harbor.example" in text


def test_a_host_made_up_to_be_a_tag_is_not_shown(twilio, admin, settings):
    settings.ALLOWED_HOSTS = ["*"]
    twilio.post(secret="guessed", headers={"X-Forwarded-Host": "<script>alert(1)</script>"})
    assert "<script>alert" not in page(admin)


def test_taking_in_says_what_came_of_it(twilio, admin):
    twilio.post(secret=NEW_TOKEN)
    [row] = twilio.kept()
    refused = admin.post(f"{PAGE}{row.pk}/take-in/", follow=True).content.decode()
    assert "Still refused, and it stays here. It was signed with neither" in refused
    assert "Tried again and still refused" in refused
    twilio.store(secret=NEW_TOKEN)
    assert "Taken in, as if it had just come" in admin.post(f"{PAGE}{row.pk}/take-in/", follow=True).content.decode()
    assert twilio.texts() == ["See you at 5"]
    assert "Somebody else has dealt" in admin.post(f"{PAGE}{row.pk}/take-in/", follow=True).content.decode()
    assert "Ada Lindqvist" in page(admin, "?state=replayed")


def test_taking_in_all_counts(twilio, admin):
    for n in range(3):
        twilio.post(secret=NEW_TOKEN, MessageSid=f"SM{n}")
    twilio.post(secret="guessed", MessageSid="SM7")
    twilio.store(secret=NEW_TOKEN)
    text = admin.post(f"{PAGE}take-in/", follow=True).content.decode()
    assert "3 requests taken in. 1 is still refused." in text


def test_discarding_one_and_all(twilio, admin):
    for n in range(3):
        twilio.post(secret="guessed", MessageSid=f"SM{n}")
    first = twilio.kept()[0]
    assert "Discarded." in admin.post(f"{PAGE}{first.pk}/discard/", follow=True).content.decode()
    assert "2 requests discarded." in admin.post(f"{PAGE}discard/", follow=True).content.decode()
    assert {row.state for row in twilio.kept()} == {"discarded"}
    assert "data-confirm=" not in page(admin)


def test_what_destroys_asks_first(twilio, admin):
    twilio.post(secret="guessed")
    assert page(admin).count("data-confirm=") == 2


def test_discarding_all_asks_again_who_is_there(twilio, cast):
    twilio.post(secret="guessed")
    stale = signed_in(Client(), cast.admin, minutes_ago=30)
    answer = stale.post(f"{PAGE}discard/")
    assert answer["Location"].startswith("/confirm/")
    assert [row.state for row in twilio.kept()] == ["waiting"]


def test_the_menu_counts_what_waits(twilio, admin):
    assert '<span id="count-quarantine"></span>' in admin.get("/settings/account/").content.decode()
    assert '<span class="sr">5 waiting</span>' not in admin.get("/counts/?settings").content.decode()
    for n in range(5):
        twilio.post(secret="guessed", MessageSid=f"SM{n}")
    assert '<span class="sr">5 waiting</span>' in admin.get("/counts/?settings").content.decode()
    assert "count-quarantine" not in admin.get("/counts/").content.decode()  # its place is not on this page


def test_the_page_says_by_itself_that_more_came(twilio, admin):
    twilio.post(secret="guessed")
    opened = admin.get(PAGE).context["now"]
    news = f"{PAGE}news/"
    assert admin.get(news, {"since": opened}).content.strip() == b""
    twilio.post(secret="guessed", MessageSid="SM2")
    assert b"1 more came" in admin.get(news, {"since": opened}).content
    for odd in ("", "yesterday", "2026-13-45T99:00:00Z", "2026-11-03T10:00:00", "x" * 5000, "\x00"):
        assert admin.get(news, {"since": odd}).content.strip() == b""


def test_more_than_is_kept_is_told(twilio, admin, monkeypatch):
    monkeypatch.setitem(quarantine.PER_HOUR, False, 1)
    for n in range(4):
        twilio.post(secret="guessed", MessageSid=f"SM{n}")
    assert "3 requests were counted and not kept." in page(admin)


@pytest.mark.parametrize(
    "query", ["?state=", "?state=nonsense", "?page=-1", "?page=999999999999", "?page=x", "?page=٣"]
)
def test_odd_questions_get_the_first_page(twilio, admin, query):
    twilio.post(secret="guessed")
    assert "Main line" in page(admin, query)


def test_a_long_list_has_pages_and_costs_no_more_than_a_short_one(twilio, admin):
    twilio.post(secret="guessed", MessageSid="SM0")
    page(admin)
    with CaptureQueriesContext(connection) as short:
        page(admin)
    for n in range(1, 30):
        twilio.post(secret="guessed", MessageSid=f"SM{n}")
    with CaptureQueriesContext(connection) as long:
        assert "1–25 of 30" in page(admin)
    assert len(long) <= len(short) + 1
    assert "26–30 of 30" in page(admin, "?page=2")


def test_another_organizations_request_is_not_there(twilio, cast):
    twilio.post(secret="guessed")
    [row] = twilio.kept()
    outsider = signed_in(Client(), cast.outsider)
    for act in ("take-in", "discard"):
        assert outsider.post(f"{PAGE}{row.pk}/{act}/").status_code == 404
    assert "Nothing was refused" in page(outsider)
    assert [row.state for row in twilio.kept()] == ["waiting"]
