"""Settings > Lines: the list with its figures, and one line's page."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenancy.isolation import activate
from tests.cast import signed_in
from tests.texting.conftest import far_end
from tests.texting.desk import FIRST, SECOND, desk, make_line
from tests.texting.providers import fake_twilio
from tests.texting.twilio_line import ACCOUNT, NEW_TOKEN, TOKEN, cast, twilio
from texting import delivery, lines
from texting.models import Line, LineKey
from texting.providers.base import Credentials, NotAccepted, SendResult
from texting.statuses import ErrorKind, MessageStatus

__all__ = ["cast", "desk", "far_end", "twilio"]

PAGE = "/settings/lines/"


def figures(client, name: str):
    [row] = [row for row in client.get(PAGE).context["lines"] if row.name == name]
    return row.health


def test_it_counts_the_last_day(desk, far_end):
    admin = desk.as_(desk.cast.admin)
    with time_machine.travel(timezone.now() - timedelta(hours=30)):
        desk.hear("Yesterday")
    for number in (FIRST, SECOND):
        desk.answer(desk.hear("Hello", number=number), "Hi")
    far_end.script += [
        SendResult("far-1", MessageStatus.DELIVERED),
        NotAccepted(ErrorKind.INVALID_RECIPIENT, retry=False),
    ]
    delivery.deliver_line(desk.line.pk)
    desk.answer(desk.hear("Still there?"), "Yes")
    health = figures(admin, "Main line")
    assert (health.received, health.sent, health.delivered, health.failed) == (3, 1, 1, 1)
    assert (health.waiting, health.undelivered) == (1, 0)
    assert timezone.now() - health.oldest < timedelta(minutes=1)
    quiet = figures(admin, "Billing line")
    assert (quiet.received, quiet.waiting, quiet.oldest, quiet.heard_at) == (0, 0, None, None)
    assert "Plumbers" not in admin.get(PAGE).content.decode()


def test_it_costs_the_same_for_two_lines_and_for_twelve(desk, far_end):
    admin = desk.as_(desk.cast.admin)
    admin.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        admin.get(PAGE)
    for n in range(10):
        line = make_line(desk.organization, f"Line {n}", f"+1212555020{n}", "Front desk")
        desk.hear("Hello", line=line)
    with CaptureQueriesContext(connection) as many:
        admin.get(PAGE)
    assert len(many) == len(few)


def test_the_counts_are_found_by_an_index(desk):
    desk.hear("Hello")
    with CaptureQueriesContext(connection) as asked:
        desk.as_(desk.cast.admin).get(PAGE)
    [sql] = [row["sql"] for row in asked if 'COUNT("texting_message"."sent_at")' in row["sql"]]
    with activate(desk.organization), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert re.search(r"Index Cond: .*\b(id|created_at) >= ", plan), plan


def test_quarantine_and_webhooks_are_counted(twilio):
    admin = signed_in(Client(), twilio.cast.admin)
    twilio.post(secret="guessed")
    twilio.post(MessageSid="SM2")
    health = figures(admin, "Main line")
    assert (health.quarantined, health.received) == (1, 1)
    assert timezone.now() - health.heard_at < timedelta(minutes=1)


def test_an_empty_list_leads_on(cast):
    text = signed_in(Client(), cast.admin).get(PAGE).content.decode()
    assert "No line yet" in text
    assert 'href="/settings/lines/connect/"' in text


def test_a_lines_page_shows_the_address_and_never_a_secret(twilio):
    twilio.store(secret=TOKEN, previous_secret=NEW_TOKEN)
    text = signed_in(Client(), twilio.cast.admin).get(f"{PAGE}{twilio.line.pk}/").content.decode()
    assert f"https://text.harbor.example{twilio.path}#rc=5&amp;rp=all" in text
    for secret in (TOKEN, NEW_TOKEN, "s-auth-token", ACCOUNT):
        assert secret not in text
    assert "The token before it still counts" in text


def test_the_page_tells_by_itself_when_the_first_webhook_came(twilio):
    admin = signed_in(Client(), twilio.cast.admin)
    heard = f"{PAGE}{twilio.line.pk}/heard/"
    waits = admin.get(heard).content.decode()
    assert "Waiting for the first webhook" in waits
    assert "hx-trigger" in waits
    twilio.post()
    works = admin.get(heard).content.decode()
    assert "It works" in works
    assert "hx-trigger" not in works, "it asks no more"


def test_changing_it(twilio):
    admin, page = signed_in(Client(), twilio.cast.admin), f"{PAGE}{twilio.line.pk}/"
    fields = {"name": "Billing", "team": str(twilio.cast.billing.pk), "texts_per_second": "2.5"}
    assert admin.post(page, fields)["Location"] == page
    text = admin.get(page).content.decode()
    assert "Billing" in text
    assert 'value="2.5"' in text
    for wrong in ({"name": ""}, {"team": "x"}, {"texts_per_second": "inf"}):
        assert admin.post(page, {**fields, **wrong}).status_code == 422


def test_switching_off_and_on(twilio):
    admin, page = signed_in(Client(), twilio.cast.admin), f"{PAGE}{twilio.line.pk}/"
    assert "Switched off" in admin.post(f"{page}state/", {"on": "0"}, follow=True).content.decode()
    with activate(twilio.cast.organization):
        assert not Line.objects.get().is_active
    assert "Switched on" in admin.post(f"{page}state/", {"on": "1"}, follow=True).content.decode()
    with activate(twilio.cast.organization):
        assert Line.objects.get().is_active


@pytest.fixture
def far_twilio(settings):
    with fake_twilio.running() as server:
        settings.TEXTING_PROVIDER_BASE_URLS = {"twilio": server.url}
        server.tokens = {NEW_TOKEN}
        yield server


def test_a_new_token_is_tried_before_it_counts(twilio, far_twilio):
    admin, page = signed_in(Client(), twilio.cast.admin), f"{PAGE}{twilio.line.pk}/token/"
    far_twilio.numbers = [fake_twilio.a_number("+12125550110")]
    refused = admin.post(page, {"secret": "mistyped"})
    assert refused.status_code == 422
    assert "does not know this account with this token" in refused.content.decode()
    assert "mistyped" not in refused.content.decode()
    assert twilio.post(secret="mistyped").status_code == 403
    shown = admin.post(page, {"secret": NEW_TOKEN}, follow=True).content.decode()
    assert "The token before it still counts" in shown
    assert NEW_TOKEN not in shown
    for n, token in enumerate((TOKEN, NEW_TOKEN)):
        assert twilio.post(secret=token, MessageSid=f"SM{n}").status_code == 200
    admin.post(f"{page}finish/")
    assert twilio.post(secret=TOKEN, MessageSid="SM8").status_code == 403


def test_a_simulated_lines_token_is_made_here(cast):
    from tests.texting.simulator.conftest import make_line as make_simulated

    line = make_simulated(cast.organization, cast.front_desk, name="Try", number="+12125551110")
    admin = signed_in(Client(), cast.admin)
    with activate(cast.organization):
        before = Credentials.from_json(Line.objects.get().credentials)
    assert admin.post(f"{PAGE}{line.pk}/token/").status_code == 302
    with activate(cast.organization):
        after = Credentials.from_json(Line.objects.get().credentials)
    assert after.previous_secret == before.secret != after.secret


def test_what_touches_credentials_asks_again_who_is_there(twilio):
    stale = signed_in(Client(), twilio.cast.admin, minutes_ago=30)
    before = LineKey.objects.get().key
    for act in ("token/", "token/finish/", "address/", "address/finish/"):
        assert stale.post(f"{PAGE}{twilio.line.pk}/{act}", {"secret": "x"})["Location"].startswith("/confirm/")
    assert LineKey.objects.get().key == before


def test_a_new_address_is_shown_and_the_old_one_can_be_finished(twilio):
    admin, page = signed_in(Client(), twilio.cast.admin), f"{PAGE}{twilio.line.pk}/"
    old = twilio.path
    shown = admin.post(f"{page}address/", follow=True).content.decode()
    assert twilio.path in shown
    assert old not in shown
    assert "The address before it still answers" in shown
    assert "still answers" not in admin.post(f"{page}address/finish/", follow=True).content.decode().split("<main")[1]
    assert twilio.post(path=old).status_code == 404


def test_another_organizations_line_is_not_there(twilio):
    outsider = signed_in(Client(), twilio.cast.outsider)
    page = f"{PAGE}{twilio.line.pk}/"
    for act in ("", "heard/", "token/", "test/"):
        assert outsider.get(page + act).status_code == 404
    for act in ("", "state/", "token/", "token/finish/", "address/", "address/finish/", "test/"):
        assert outsider.post(page + act, {"secret": "x", "on": "0"}).status_code == 404
    with activate(twilio.cast.organization):
        assert lines.Line.objects.get().is_active


def test_a_line_that_stopped_says_why_and_can_be_tried_again(twilio):
    admin, page = signed_in(Client(), twilio.cast.admin), f"{PAGE}{twilio.line.pk}/"
    for kind, words in (("auth", "refused the line&#x27;s token"), ("account", "refused the account")):
        LineKey.objects.update(refusals=3, stopped_at=timezone.now(), stopped_for=kind, probe_at=timezone.now())
        assert words.replace("&#x27;", "'") in admin.get(page).content.decode().replace("&#x27;", "'")
        assert "Stopped" in admin.get(PAGE).content.decode()
    assert "is tried again now" in admin.post(f"{page}again/", follow=True).content.decode()
    assert LineKey.objects.get().stopped_at is None
