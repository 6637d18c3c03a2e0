"""Each event reaches each endpoint at least once, whatever dies; endpoints and organizations do not hold each other up.

Receivers are real TLS servers on loopback.
"""

import json
import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connections
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from tenancy.encryption import shredding
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.conftest import make_scene
from tests.texting.outgoing_webhooks.conftest import Log, endpoint_of
from tests.tls import OK, Server, serving
from texting import outgoing_webhooks
from texting.models import WebhookAttempt, WebhookDelivery, WebhookDue, WebhookEndpoint, WebhookLane
from texting.outgoing_webhooks import EventKind, delivering, queue, recording, tidying
from texting.outgoing_webhooks.kinds import OFFERED

RECEIVED = [EventKind.MESSAGE_RECEIVED]
State = WebhookEndpoint.State


@pytest.fixture
def context(authority):
    return authority.server_context("localhost", "127.0.0.1")


def at(server: Server) -> str:
    return f"https://127.0.0.1:{server.port}/hook"


def answer(status: int, body: bytes = b"", *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def hear(scene, body="Hello", **more):
    with activate(scene.organization):
        return scene.hear(body, **more)


def happen(organization, times: int = 1):
    with activate(organization):
        for number in range(times):
            outgoing_webhooks.publish(EventKind.LINE_PROBLEM, {"line_id": None, "problem": f"p{number}"})


def make_due():
    WebhookDue.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def heard(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


def attempts(organization) -> list[WebhookAttempt]:
    with activate(organization):
        return list(WebhookAttempt.objects.order_by("started_at"))


def test_a_signed_event_arrives_and_the_log_says_so(scene, log, context):
    with serving(context, answer(200, b"thanks")) as server:
        endpoint = endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        message = hear(scene, "My knee hurts")
        assert delivering.send_due() == 1
    headers, body = heard(server.heard[0])
    with activate(scene.organization):
        secret = endpoint.secret
    told = Webhook(secret).verify(body, headers)
    (event,) = log.events()
    assert headers["webhook-id"] == f"evt_{event.pk.hex}"
    assert headers["content-type"] == "application/json"
    assert (told["type"], told["sequence"]) == ("message.received", event.sequence)
    assert told["data"]["message_id"] == str(message.pk)
    assert told["data"]["organization_id"] == str(scene.organization.pk)
    assert told["timestamp"].endswith("Z")
    assert b"knee" not in body
    assert scene.number.encode() not in body
    (row,) = log.deliveries()
    assert (row.state, row.attempts, row.last_status, row.last_failure) == ("delivered", 1, 200, "")
    assert row.finished_at
    assert log.due() == []
    (made,) = attempts(scene.organization)
    with activate(scene.organization):
        assert (made.number, made.status, made.answer) == (1, 200, "thanks")


def test_content_goes_only_where_it_was_allowed_and_not_after_it_was_erased(scene, log, context):
    with serving(context, answer(503)) as server:
        endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED, with_content=True)
        message = hear(scene, "My knee hurts")
        delivering.send_due()
        with activate(scene.organization):
            shredding.destroy_keys("contact", str(message.contact_id), reason="erased")
        make_due()
        delivering.send_due()
    first, second = (json.loads(heard(request)[1])["data"]["content"] for request in server.heard)
    assert first == {"text": "My knee hurts", "contact_name": "", "contact_number": scene.number}
    assert second == {"text": None, "contact_name": None, "contact_number": None}


def test_a_failure_is_tried_again_with_the_same_id_and_a_fresh_timestamp(scene, log, context):
    script = [answer(500, b"boom"), answer(503), OK]

    def speak(secure, _request):
        secure.sendall(script.pop(0))

    with serving(context, speak) as server:
        endpoint = endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        delivering.send_due()
        (due,) = log.due()
        assert due.due_at > timezone.now()
        (row,) = log.deliveries()
        assert (row.state, row.last_status) == ("waiting", 500)
        with activate(scene.organization):
            endpoint.refresh_from_db()
        assert endpoint.failing_since
        assert WebhookLane.objects.get(endpoint_id=endpoint.pk).width == 1
        for _ in range(2):
            make_due()
            delivering.send_due()
    ids = {heard(request)[0]["webhook-id"] for request in server.heard}
    assert (len(server.heard), len(ids)) == (3, 1)
    (row,) = log.deliveries()
    assert (row.state, row.attempts, row.last_status) == ("delivered", 3, 200)
    with activate(scene.organization):
        endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert WebhookLane.objects.get(endpoint_id=endpoint.pk).width == 4
    assert [(made.number, made.status) for made in attempts(scene.organization)] == [(1, 500), (2, 503), (3, 200)]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_every_other_status_is_a_failure_and_no_redirect_is_followed(scene, log, context, status):
    said = answer(status, b"", b"Location: https://169.254.169.254/", b"Retry-After: 600")
    with serving(context, said) as server:
        endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        delivering.send_due()
        assert server.connections == 1
    (row,) = log.deliveries()
    assert (row.state, row.last_status) == ("waiting", status)
    assert log.due()[0].due_at > timezone.now() + timedelta(seconds=500), "as long as it asked for"


def test_waits_grow_from_seconds_to_a_day_and_end_after_three_days():
    def claim(attempt: int, before: int = 0) -> queue.Claim:
        return queue.Claim(None, None, None, attempt, before)  # type: ignore[arg-type]

    waits = [queue.wait_after(claim(number)) for number in range(1, 13)]
    assert waits[-1] is None
    assert all(wait is not None for wait in waits[:-1])
    assert 4 < waits[0] <= 5
    assert 20 * 3600 < waits[-2] <= 24 * 3600
    assert waits[:-2] == sorted(waits[:-2])
    assert 2.5 < sum(waits[:-1]) / 86_400 <= 3
    assert queue.wait_after(claim(13, before=12)) <= 5, "a replay begins anew"
    assert queue.wait_after(claim(1), asked_for=10**9) == 86_400
    assert len({queue.wait_after(claim(5)) for _ in range(20)}) > 1, "jitter"


def test_an_endpoint_that_is_gone_is_disabled_and_said_so(scene, log, context):
    with serving(context, answer(410)) as server:
        endpoint = endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        for _ in range(9):
            hear(scene)
        delivering.send_due()
        assert server.connections <= 4, "what was under way, and no more"
    with activate(scene.organization):
        endpoint.refresh_from_db()
        events = AuditEvent.objects.filter(event="webhook_endpoint:disabled")
        assert [(event.object_id, event.actor_id) for event in events] == [(str(endpoint.pk), None)]
    assert endpoint.state == State.GONE
    assert log.due() == []
    assert {row.state for row in log.deliveries()} == {"failed"}


def test_after_three_days_without_success_it_is_given_up_and_disabled(scene, log, context):
    with serving(context, answer(500)) as server:
        endpoint = endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        for _ in range(len(queue.WAITS) + 1):
            make_due()
            delivering.send_due()
    with activate(scene.organization):
        endpoint.refresh_from_db()
    assert len(server.heard) == len(queue.WAITS) + 1
    assert endpoint.state == State.FAILING
    (row,) = log.deliveries()
    assert (row.state, row.attempts) == ("failed", len(queue.WAITS) + 1)
    assert log.due() == []


def test_one_event_that_is_never_taken_disables_nothing_while_others_go_through(scene, log, context):
    def picky(secure, request):
        secure.sendall(answer(500) if b'"sequence":1,' in request else OK)

    with serving(context, picky) as server:
        endpoint = endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        for number in range(len(queue.WAITS) + 1):
            if number == 5:
                hear(scene, "Again")
            make_due()
            delivering.send_due()
    with activate(scene.organization):
        endpoint.refresh_from_db()
    assert endpoint.state == State.ENABLED
    assert sorted(row.state for row in log.deliveries()) == ["delivered", "failed"]


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("https://10.0.0.1/", "not_public"),
        ("https://169.254.169.254/latest/meta-data", "not_public"),
        ("https://127.0.0.1:1/", "not_connected"),
    ],
)
def test_an_address_that_may_not_or_cannot_be_called_is_a_failure(scene, log, authority, url, failure):
    endpoint_of(scene.organization, scene.agent, url=url, kinds=RECEIVED)
    hear(scene)
    delivering.send_due()
    (row,) = log.deliveries()
    assert (row.state, row.last_status, row.last_failure) == ("waiting", None, failure)


def test_a_huge_or_binary_answer_is_kept_as_500_characters(scene, context):
    with serving(context, answer(500, b"\x00\xff" + "é".encode() * 300_000)) as server:
        endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        delivering.send_due()
    (made,) = attempts(scene.organization)
    with activate(scene.organization):
        assert len(made.answer) == 500
        assert made.answer.startswith("\ufffd\ufffdéé")


def test_a_sender_that_died_is_followed_by_another(scene, log, context):
    with serving(context) as server:
        endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        (lost,) = queue.claim(10)
        assert queue.claim(10) == [], "leased"
        assert delivering.send_due() == 0
        WebhookDue.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert delivering.send_due() == 1
        assert not queue.finish(lost), "the late one changes nothing"
        assert not queue.try_again(lost, 0)
    assert log.deliveries()[0].state == "delivered"


def test_redis_may_lose_everything(scene, log, context, redis_client):
    with serving(context) as server:
        endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        redis_client.flushdb()
        assert delivering.sweep() == 1
        assert delivering.send_due() == 1
        assert delivering.sweep() == 0


def test_more_senders_than_slots_leave_at_once(scene, context, redis_client):
    with serving(context) as server:
        endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        for number in range(2):
            cache.set(f"webhooks:sender:{number}", 1, timeout=15)
        assert delivering.send_due() == 0
        cache.clear()
        assert delivering.send_due() == 1
    assert cache.get("webhooks:sender:0") is None, "the slot is free again"


def test_a_claim_takes_few_of_one_endpoint_and_organizations_in_turn(scene, authority):
    others = [make_scene(f"Other {number}", f"other-{number}") for number in range(2)]
    kinds = [EventKind.LINE_PROBLEM]
    for _ in range(10):
        endpoint_of(scene.organization, scene.agent, kinds=kinds)
    for other in others:
        endpoint_of(other.organization, other.agent, kinds=kinds)
    happen(scene.organization, 50)  # 500 deliveries, all older
    for other in others:
        happen(other.organization, 3)
    claimed = queue.claim(12)
    by_organization = [claim.organization_id for claim in claimed]
    for other in others:
        assert by_organization.count(other.organization.pk) == 3, "a crowd in front does not hold them up"
    assert len(claimed) == 12
    again = queue.claim(50)
    assert {claim.organization_id for claim in again} == {scene.organization.pk}
    assert len(again) == queue.MOST_OF_ONE_ORGANIZATION - 6
    assert queue.claim(50) == [], "an organization has so many calls under way and no more"


def test_a_claim_takes_four_of_one_endpoint_and_one_of_a_failing_one(scene):
    kinds = [EventKind.LINE_PROBLEM]
    good, bad = (endpoint_of(scene.organization, scene.agent, kinds=kinds) for _ in range(2))
    WebhookLane.objects.filter(endpoint_id=bad.pk).update(width=1)
    happen(scene.organization, 9)
    claimed = [claim.endpoint_id for claim in queue.claim(50)]
    assert (claimed.count(good.pk), claimed.count(bad.pk)) == (4, 1)


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_share_a_delivery(far_end):
    scene = make_scene("Harbor Dental", "harbor")
    for _ in range(3):
        endpoint_of(scene.organization, scene.agent, kinds=[EventKind.LINE_PROBLEM])
    happen(scene.organization, 10)
    taken: list[queue.Claim] = []
    gate = threading.Barrier(4)

    def work():
        gate.wait(10)
        for _ in range(20):
            taken.extend(queue.claim(3))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    ids = [claim.delivery_id for claim in taken]
    assert len(ids) == len(set(ids)) == queue.MOST_OF_ONE_ORGANIZATION


def test_a_slow_endpoint_does_not_hold_up_the_others(scene, log, context):
    free = threading.Event()
    order: list[str] = []

    def slow(secure, _request):
        free.wait(30)
        order.append("slow")
        secure.sendall(OK)

    def fast(secure, _request):
        secure.sendall(OK)
        order.append("fast")
        if order.count("fast") == 12:
            free.set()

    kinds = [EventKind.LINE_PROBLEM]
    with serving(context, slow) as one, serving(context, fast) as other:
        endpoint_of(scene.organization, scene.agent, url=at(one), kinds=kinds)
        endpoint_of(scene.organization, scene.agent, url=at(other), kinds=kinds)
        happen(scene.organization, 12)
        delivering.send_due()
    assert order[:12] == ["fast"] * 12, "more than one claim's worth, while the slow calls were under way"
    assert {row.state for row in log.deliveries()} == {"delivered"}


def test_no_transaction_is_open_during_a_call(scene, context, django_assert_num_queries, monkeypatch):
    seen: list[bool] = []
    real = delivering._call

    async def watched(item):
        seen.append(bool(connections["default"].in_atomic_block))
        return await real(item)

    monkeypatch.setattr(delivering, "_call", watched)
    with serving(context) as server:
        endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        delivering.send_due()
    assert seen == [False], "the loop's thread has no connection of its own at all"


def test_an_endpoint_that_was_switched_off_meanwhile_is_not_called(scene, log, context):
    with serving(context) as server:
        endpoint = endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        hear(scene)
        with activate(scene.organization):
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(state=State.DISABLED)
        assert delivering.send_due() == 0
        assert server.connections == 0
    assert log.due() == []


def test_a_secret_that_cannot_be_opened_holds_up_nobody(scene, log, context, caplog):
    other = make_scene("Northside Plumbing", "northside")
    with serving(context) as server:
        broken = endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        good = endpoint_of(scene.organization, scene.agent, url=at(server), kinds=RECEIVED)
        endpoint_of(other.organization, other.agent, url=at(server), kinds=RECEIVED)
        with connections["default"].cursor() as cursor, activate(scene.organization):
            cursor.execute("UPDATE texting_webhookendpoint SET secret = url WHERE id = %s", [broken.pk])
        hear(scene)
        hear(other)
        delivering.send_due()
    states = {row.endpoint_id: row.state for row in log.deliveries()}
    assert states == {broken.pk: "waiting", good.pk: "delivered"}
    assert [row.state for row in Log(other.organization).deliveries()] == ["delivered"]
    assert log.due()[0].due_at > timezone.now()
    assert "prepare_broke" in caplog.text


def test_a_round_that_cannot_be_recorded_is_made_again_and_the_others_stand(scene, log, context, monkeypatch):
    other = make_scene("Northside Plumbing", "northside")
    real = recording._record

    def breaks(item, result):
        if item.claim.organization_id == scene.organization.pk:
            raise ZeroDivisionError
        real(item, result)

    with serving(context) as server:
        for each in (scene, other):
            endpoint_of(each.organization, each.agent, url=at(server), kinds=RECEIVED)
            hear(each)
        with monkeypatch.context() as patch:
            patch.setattr(recording, "_record", breaks)
            delivering.send_due()
        assert [row.state for row in Log(other.organization).deliveries()] == ["delivered"]
        assert [row.state for row in log.deliveries()] == ["waiting"]
        WebhookDue.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        delivering.send_due()
    assert [row.state for row in log.deliveries()] == ["delivered"]
    ids = [heard(request)[0]["webhook-id"] for request in server.heard]
    assert (len(ids), len(set(ids))) == (3, 2), "told twice, with one id"


def test_what_is_secret_is_not_in_a_repr(scene, context):
    with serving(context) as server:
        endpoint_of(scene.organization, scene.agent, url=at(server) + "?token=secret", kinds=RECEIVED)
        hear(scene)
        from texting.outgoing_webhooks.preparing import prepare

        (item,) = prepare(queue.claim(1))
        assert "secret" not in repr(item)


def test_the_log_ends_after_its_days_and_what_waits_stays(scene, settings, authority):
    settings.WEBHOOK_LOG_DAYS = 30
    log = Log(scene.organization)
    endpoint_of(scene.organization, scene.agent, kinds=OFFERED)
    happen(scene.organization, 3)
    old = timezone.now() - timedelta(days=31)
    with activate(scene.organization):
        rows = list(WebhookDelivery.objects.order_by("event__sequence"))
        done = [row.pk for row in rows[:2]]
        WebhookDelivery.objects.filter(pk__in=done).update(state="delivered")
        WebhookDelivery.objects.filter(pk__in=[rows[0].pk, rows[2].pk]).update(created_at=old)
        type(rows[0].event).objects.update(occurred_at=old)
        WebhookAttempt.objects.create(delivery=rows[0], number=1, started_at=old, milliseconds=1, answer="x")
    counts = tidying.forget_old()
    assert (counts.organizations, counts.failed) == (1, 0)
    assert [row.pk for row in log.deliveries()] == [row.pk for row in rows[1:]]
    assert [event.sequence for event in log.events()] == [2, 3]
    assert attempts(scene.organization) == []
