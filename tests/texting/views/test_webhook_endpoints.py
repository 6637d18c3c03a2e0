"""Settings > Webhooks in the browser of an admin: what pages show, ask and refuse."""

from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import cast, signed_in
from texting.models import WebhookAttempt, WebhookDelivery, WebhookDue, WebhookEndpoint
from texting.outgoing_webhooks import EventKind, managing, recording

__all__ = ["cast"]

LIST = "/settings/webhooks/"
State = WebhookEndpoint.State


@pytest.fixture
def endpoint(cast) -> WebhookEndpoint:
    with activate(cast.organization):
        kinds = [EventKind.MESSAGE_RECEIVED]
        url = "https://hooks.example.com/t0ken"
        return managing.add(member=cast.admin, url=url, description="Ledger", kinds=kinds)


@pytest.fixture
def delivery(cast, endpoint) -> WebhookDelivery:
    with activate(cast.organization):
        return managing.send_test(member=cast.admin, endpoint=endpoint)


@pytest.fixture
def admin(cast) -> Client:
    return signed_in(Client(), cast.admin)


def fresh(cast, endpoint) -> WebhookEndpoint:
    with activate(cast.organization):
        return WebhookEndpoint.objects.get(pk=endpoint.pk)


def text(answer) -> str:
    return answer.content.decode()


def test_a_newcomer_is_told_the_next_step(admin):
    page = text(admin.get(LIST))
    assert "Nothing is told to anybody yet" in page
    assert "/settings/webhooks/add/" in page


def test_an_endpoint_is_added_and_its_secret_shown(cast, admin):
    typed = {"url": " https://Hooks.example.com/x ", "description": "Ledger", "kinds": ["message.received"]}
    answer = admin.post(LIST + "add/", typed, follow=True)
    with activate(cast.organization):
        row = WebhookEndpoint.objects.get()
        secret = row.secret
    assert answer.redirect_chain == [(f"/settings/webhooks/{row.pk}/secret/", 302)]
    assert secret in text(answer)
    assert "no-store" in answer["Cache-Control"]
    assert secret not in text(admin.get(f"{LIST}{row.pk}/")), "it stands on its own page alone"
    assert "hooks.example.com" in text(admin.get(LIST))


def test_the_whole_address_is_shown_only_to_a_fresh_session(cast, endpoint):
    stale = signed_in(Client(), cast.admin, minutes_ago=11)
    for path in ("", f"{endpoint.pk}/"):
        assert "hooks.example.com" in text(stale.get(LIST + path))
        assert "t0ken" not in text(stale.get(LIST + path))
    assert "t0ken" in text(signed_in(Client(), cast.admin).get(f"{LIST}{endpoint.pk}/edit/"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"url": ""}, "This field is required"),
        ({"url": "http://hooks.example.com/"}, "Only https addresses are called"),
        ({"url": "https://169.254.169.254/"}, "not on the public internet"),
        ({"url": "https://user:pw@hooks.example.com/"}, "Leave out the user name"),
        ({"url": "https://hooks.example.com:22/"}, "Use port 443 or 8443"),
        ({"url": "https://db/"}, "Use a full public name"),
        ({"url": "https://hooks.example.com/" + "x" * 2050}, "too long"),
        ({"url": "https://hooks.example.com/" + "x" * 5000}, "2100"),
        ({"url": "https://hooks.example.com/\x00"}, "Null characters"),
        ({"kinds": []}, "Choose at least one event"),
        ({"kinds": ["webhook.test"]}, "not one of the available"),
        ({"kinds": ["nonsense"]}, "not one of the available"),
        ({"description": "x" * 81}, "at most 80"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(cast, admin, typed, said):
    right = {"url": "https://hooks.example.com/", "kinds": ["message.received"]}
    answer = admin.post(LIST + "add/", right | typed)
    assert answer.status_code == 422
    assert said in text(answer)
    with activate(cast.organization):
        assert WebhookEndpoint.objects.count() == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("get", path) for path in ("add/", "ID/edit/", "ID/secret/", "ID/content/")),
        *(
            ("post", path)
            for path in ("add/", "ID/edit/", "ID/secret/change/", "ID/secret/finish/", "ID/content/", "ID/remove/")
        ),
    ],
)
def test_a_stale_session_is_asked_again_before_secrets_addresses_and_content(cast, endpoint, method, path):
    client = signed_in(Client(), cast.admin, minutes_ago=11)
    answer = getattr(client, method)(LIST + path.replace("ID", str(endpoint.pk)))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/confirm/")
    now = fresh(cast, endpoint)
    assert (now.state, now.secret, now.old_secret, now.with_content) == (State.ENABLED, endpoint.secret, "", False)


def test_content_is_asked_for_on_its_own_page_and_needs_a_tick(cast, admin, endpoint):
    path = f"{LIST}{endpoint.pk}/content/"
    assert "cannot be called back" in text(admin.get(path))
    assert admin.post(path, {}).status_code == 422
    assert not fresh(cast, endpoint).with_content
    assert admin.post(path, {"sure": "on"}).status_code == 302
    assert fresh(cast, endpoint).with_content
    assert "Texts, names and phone numbers go along" in text(admin.get(f"{LIST}{endpoint.pk}/"))
    admin.post(f"{path}stop/")
    assert not fresh(cast, endpoint).with_content


def test_a_change_of_secret_is_begun_and_finished(cast, admin, endpoint):
    path = f"{LIST}{endpoint.pk}/secret/"
    admin.post(path + "change/")
    during = fresh(cast, endpoint)
    page = text(admin.get(path))
    assert all(secret in page for secret in during.secrets)
    assert "not finished" in text(admin.post(path + "change/", follow=True))
    admin.post(path + "finish/")
    assert endpoint.secret not in text(admin.get(path))


def test_the_log_shows_states_attempts_time_and_answers(cast, admin, endpoint, delivery):
    with activate(cast.organization):
        WebhookDelivery.objects.update(attempts=2, last_status=500, last_milliseconds=1234)
        for number, answer in ((1, ""), (2, "<b>boom</b>")):
            WebhookAttempt.objects.create(
                delivery=delivery,
                number=number,
                started_at=timezone.now(),
                milliseconds=1234,
                status=500 if answer else None,
                failure="" if answer else "slow_to_answer",
                answer=answer,
            )
    page = text(admin.get(f"{LIST}{endpoint.pk}/"))
    for shown in ("webhook.test", "Tried, waiting", ">500<", "1,234 ms"):
        assert shown in page
    page = text(admin.get(f"{LIST}{endpoint.pk}/deliveries/{delivery.pk}/"))
    assert "&lt;b&gt;boom&lt;/b&gt;" in page
    assert "No whole answer within 10 seconds" in page
    assert f"evt_{delivery.event_id.hex}" in page


def test_filters_choose_and_nonsense_shows_everything(admin, endpoint, delivery):
    path = f"{LIST}{endpoint.pk}/"
    row = f"/deliveries/{delivery.pk}/"
    assert row in text(admin.get(path + "?state=waiting&kind=webhook.test"))
    assert row not in text(admin.get(path + "?state=failed"))
    assert "Nothing like that is in the log" in text(admin.get(path + "?kind=line.problem"))
    for nonsense in ("?state=x", "?kind=%00", "?before=x", "?before=" + "9" * 99):
        assert row in text(admin.get(path + nonsense))


def test_older_rows_are_one_page_on(cast, admin, endpoint):
    with activate(cast.organization):
        for _ in range(51):
            managing.send_test(member=cast.admin, endpoint=endpoint)
        oldest = WebhookDelivery.objects.order_by("id").first()
    first = admin.get(f"{LIST}{endpoint.pk}/")
    assert f"/deliveries/{oldest.pk}/" not in text(first)
    before = text(first).partition("before=")[2][:36]
    assert f"/deliveries/{oldest.pk}/" in text(admin.get(f"{LIST}{endpoint.pk}/?before={before}"))


def test_the_log_keeps_itself_up_to_date_and_says_nothing_when_nothing_changed(cast, admin, endpoint, delivery):
    path, htmx = f"{LIST}{endpoint.pk}/", {"HX-Request": "true"}
    first = admin.get(path, headers=htmx)
    seen = text(first).partition('"seen": "')[2][:24]
    assert admin.get(path, {"seen": seen}, headers=htmx).status_code == 204
    with activate(cast.organization):
        WebhookDelivery.objects.update(state="delivered", attempts=1, last_status=204)
    news = admin.get(path, {"seen": seen}, headers=htmx)
    assert news.status_code == 200
    assert "Delivered" in text(news)
    assert "<html" not in text(news)
    assert "hx-swap-oob" not in text(news), "only the log has changed"
    with activate(cast.organization):
        recording.disable(endpoint.pk, State.GONE)
    news = text(admin.get(path, {"seen": text(news).partition('"seen": "')[2][:24]}, headers=htmx))
    assert "This endpoint is disabled" in news
    assert "Send a test event" not in news.partition("Send a test event, or wait")[0]


def test_a_disabled_endpoint_says_why_and_is_enabled_by_a_button(cast, admin, endpoint, delivery):
    with activate(cast.organization):
        recording.disable(endpoint.pk, State.GONE)
    assert "hooks.example.com is not called any more" in text(admin.get(LIST))
    page = text(admin.get(f"{LIST}{endpoint.pk}/"))
    assert "This endpoint is disabled" in page
    assert "gone (410)" in page
    assert "Send a test event" not in page.partition("<h2")[0]
    admin.post(f"{LIST}{endpoint.pk}/enable/")
    assert fresh(cast, endpoint).state == State.ENABLED
    assert WebhookDue.objects.count() == 0
    page = text(admin.get(f"{LIST}{endpoint.pk}/"))
    assert "Replay what failed" in page
    today = timezone.localdate(timezone=ZoneInfo(cast.organization.time_zone))  # as the page reads it
    said = text(admin.post(f"{LIST}{endpoint.pk}/replay/", {"since": today}, follow=True))
    assert "1 delivery is sent again." in said
    assert WebhookDue.objects.count() == 1


@pytest.mark.parametrize("since", ["", "yesterday", "2026-13-01", "9999-99-99"])
def test_a_replay_without_a_day_does_nothing(admin, endpoint, delivery, since):
    said = text(admin.post(f"{LIST}{endpoint.pk}/replay/", {"since": since}, follow=True))
    assert "Choose a day" in said


def test_it_is_switched_off_and_removed(cast, admin, endpoint, delivery):
    admin.post(f"{LIST}{endpoint.pk}/disable/")
    assert fresh(cast, endpoint).state == State.DISABLED
    assert "switched off" in text(admin.get(f"{LIST}{endpoint.pk}/"))
    admin.post(f"{LIST}{endpoint.pk}/remove/")
    assert admin.get(f"{LIST}{endpoint.pk}/").status_code == 404
    assert "Nothing is told to anybody yet" in text(admin.get(LIST))


def test_a_delivery_is_found_under_its_own_endpoint_only(cast, admin, endpoint, delivery):
    with activate(cast.organization):
        other = managing.add(
            member=cast.admin, url="https://b.example.com/", description="", kinds=[EventKind.LINE_PROBLEM]
        )
    assert admin.get(f"{LIST}{other.pk}/deliveries/{delivery.pk}/").status_code == 404
    assert admin.post(f"{LIST}{other.pk}/deliveries/{delivery.pk}/replay/").status_code == 404


def whole(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def test_the_log_is_downloaded_as_csv_without_what_was_sent(cast, admin, endpoint, delivery):
    with activate(cast.organization):
        WebhookDelivery.objects.update(state="failed", attempts=2, last_failure="=timeout", last_milliseconds=10_004)
        managing.send_test(member=cast.admin, endpoint=endpoint)
    path = f"{LIST}{endpoint.pk}/log.csv"
    answer = admin.get(path)
    head, *rows = whole(answer).strip().splitlines()
    assert answer["Content-Disposition"].startswith('attachment; filename="webhook-log-')
    assert head.startswith("\ufeffdelivery,webhook-id,event")
    assert len(rows) == 2
    assert f"{delivery.pk},evt_" in rows[1]
    assert ",failed,2,,'=timeout,10004," in rows[1]
    assert "t0ken" not in "".join(rows)
    assert len(whole(admin.get(path, {"state": "failed"})).splitlines()) == 2
    with activate(cast.organization):
        events = AuditEvent.objects.filter(event="webhook_endpoint:log_exported")
        assert events.count() == 2


def test_a_download_is_for_who_manages_webhooks_and_just_proved_it(cast, endpoint, delivery):
    path = f"{LIST}{endpoint.pk}/log.csv"
    assert signed_in(Client(), cast.outsider).get(path).status_code == 404
    assert signed_in(Client(), cast.agent).get(path).status_code in {403, 404}
    assert signed_in(Client(), cast.admin, minutes_ago=30).get(path).status_code == 302


def test_a_download_ends_when_the_member_is_deactivated_meanwhile(cast, admin, endpoint, delivery):
    answer = admin.get(f"{LIST}{endpoint.pk}/log.csv")
    lines = iter(answer.streaming_content)
    next(lines)
    cast.admin.is_active = False
    cast.admin.save()
    assert list(lines) == []
