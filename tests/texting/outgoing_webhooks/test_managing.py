"""What an admin may do with endpoints, and what is written down of it."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import Role
from accounts.permissions import MissingPermission, Permission
from accounts.roles import give_role
from tenancy import egress
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.at_once import at_once, errors_of
from tests.cast import cast
from tests.texting.desk import make_desk
from texting import outgoing_webhooks
from texting.models import WebhookAttempt, WebhookDelivery, WebhookDue, WebhookEndpoint, WebhookEvent, WebhookLane
from texting.outgoing_webhooks import EventKind, managing, queue, reading, replaying, tidying
from texting.outgoing_webhooks.managing import NotPossible

__all__ = ["cast"]

URL = "https://Hooks.example.com/t0ken"
KINDS = [EventKind.LINE_PROBLEM, EventKind.MESSAGE_RECEIVED]
State = WebhookEndpoint.State


def add(cast, **more) -> WebhookEndpoint:
    with activate(cast.organization):
        wanted = {"member": cast.admin, "url": URL, "description": " Ledger ", "kinds": KINDS} | more
        return managing.add(**wanted)


def happen(cast, times: int = 1) -> None:
    with activate(cast.organization):
        for number in range(times):
            outgoing_webhooks.publish(EventKind.LINE_PROBLEM, {"line_id": None, "problem": f"p{number}"})


def audited(cast) -> list[tuple[str, str]]:
    with activate(cast.organization):
        found = AuditEvent.objects.filter(event__startswith="webhook_").order_by("sequence")
        return [(event.event, event.details or "") for event in found]


def test_an_endpoint_is_added_with_a_secret_and_without_content(cast):
    endpoint = add(cast)
    assert (endpoint.url, endpoint.description) == ("https://hooks.example.com/t0ken", "Ledger")
    assert endpoint.kinds == ["message.received", "line.problem"], "in the order of the list"
    assert endpoint.secret.startswith("whsec_")
    assert not endpoint.with_content
    assert endpoint.state == State.ENABLED
    ((event, details),) = audited(cast)
    assert event == "webhook_endpoint:added"
    assert "hooks.example.com" in details
    assert "t0ken" not in details, "a path may be a secret"


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "https://10.0.0.1/", "https://localhost/", "", "x" * 3000]
)
def test_an_address_that_may_not_be_called_is_refused(cast, url):
    with pytest.raises(egress.EgressRefused):
        add(cast, url=url)
    with activate(cast.organization):
        assert WebhookEndpoint.objects.count() == 0
    assert audited(cast) == []


def test_nobody_else_may_do_any_of_it(cast):
    endpoint = add(cast)
    happen(cast)
    before = audited(cast)
    for member in (cast.agent, cast.supervisor, cast.auditor):
        with activate(cast.organization):
            delivery = WebhookDelivery.objects.select_related("endpoint").get()
            here = {"member": member, "endpoint": endpoint}
            typed = {"url": URL, "description": "", "kinds": KINDS}
            for act, given in (
                (managing.add, {"member": member, **typed}),
                (managing.change, here | typed),
                (managing.set_content, here | {"allowed": True}),
                (managing.set_content, here | {"allowed": False}),
                *((act, here) for act in (managing.enable, managing.disable, managing.remove, managing.send_test)),
                *((act, here) for act in (managing.read_secrets, managing.change_secret, managing.end_old_secret)),
                (replaying.replay, {"member": member, "delivery": delivery}),
                (replaying.replay_failed, here | {"since": timezone.now()}),
                (reading.endpoints, {"member": member}),
                (reading.endpoint, {"member": member, "endpoint_id": endpoint.pk}),
                (reading.whole, {"member": member, "endpoint_id": endpoint.pk, "delivery_id": delivery.pk}),
            ):
                with pytest.raises(MissingPermission):
                    act(**given)
    assert audited(cast) == before
    with activate(cast.organization):
        assert WebhookEndpoint.objects.get().secret == endpoint.secret


def test_another_organization_finds_nothing(cast):
    endpoint = add(cast)
    with activate(cast.other_organization):
        assert reading.endpoints(cast.outsider) == []
        with pytest.raises(Http404):
            reading.endpoint(cast.outsider, endpoint.pk)


def test_there_is_a_most(cast):
    endpoints = [add(cast) for _ in range(managing.MOST_ENDPOINTS)]
    with pytest.raises(NotPossible, match="10 endpoints"):
        add(cast)
    with activate(cast.organization):
        managing.remove(member=cast.admin, endpoint=endpoints[0])
    add(cast)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_make_one_too_many(transactional_db):
    cast = make_desk().cast
    for _ in range(managing.MOST_ENDPOINTS - 1):
        add(cast)
    assert [type(one) for one in errors_of(at_once(*[lambda: add(cast)] * 3))] == [NotPossible] * 2


def test_content_needs_the_right_to_see_all_of_it(cast):
    endpoint = add(cast)
    with activate(cast.organization):
        role = Role.objects.create(name="Integrator", permissions=[Permission.WEBHOOKS_MANAGE.value])
        give_role(member=cast.agent, role=role)
        with pytest.raises(MissingPermission):
            managing.set_content(member=cast.agent, endpoint=endpoint, allowed=True)
        assert not WebhookEndpoint.objects.get().with_content
        managing.set_content(member=cast.admin, endpoint=endpoint, allowed=True)
        assert WebhookEndpoint.objects.get().with_content
        managing.set_content(member=cast.agent, endpoint=endpoint, allowed=False)
        assert not WebhookEndpoint.objects.get().with_content
    assert [event for event, _ in audited(cast)][1:] == ["webhook_endpoint:content_changed"] * 2


def test_another_host_gets_ids_only_until_content_is_allowed_anew(cast):
    endpoint = add(cast)
    with activate(cast.organization):
        managing.set_content(member=cast.admin, endpoint=endpoint, allowed=True)
        new = {"member": cast.admin, "endpoint": endpoint, "description": "", "kinds": KINDS}
        managing.change(**new, url="https://hooks.example.com/other")
        assert WebhookEndpoint.objects.get().with_content
        managing.change(**new, url="https://elsewhere.example.com/")
        assert not WebhookEndpoint.objects.get().with_content


@pytest.fixture
def keeper(cast):
    """A member who looks after webhooks and sees neither names nor numbers."""
    with activate(cast.organization):
        give_role(member=cast.agent, role=Role.objects.create(name="Hooks", permissions=["webhooks:manage"]))
    return cast.agent


@pytest.mark.parametrize("url", ["https://hooks.example.com/mine", "https://hooks.example.com:8443/t0ken"])
def test_whoever_may_not_let_content_out_cannot_lead_it_to_another_place_of_the_same_host(cast, keeper, url):
    endpoint = add(cast)
    with activate(cast.organization):
        managing.set_content(member=cast.admin, endpoint=endpoint, allowed=True)
        wanted = {"member": keeper, "endpoint": endpoint, "description": "Mine", "kinds": KINDS}
        managing.change(**wanted, url=endpoint.url)
        assert WebhookEndpoint.objects.get().with_content, "a new name for it leads nowhere else"
        managing.change(**wanted, url=url)
        assert not WebhookEndpoint.objects.get().with_content


def test_an_answer_that_repeats_what_was_sent_is_for_those_who_may_see_it(cast, keeper):
    endpoint = add(cast)
    happen(cast)
    with activate(cast.organization):
        delivery = WebhookDelivery.objects.get()
        said = "You sent: Marcus Bell, +12125550181"
        WebhookAttempt.objects.create(
            delivery=delivery, number=1, started_at=timezone.now(), milliseconds=5, status=400, answer=said
        )
        [seen] = reading.whole(cast.admin, endpoint.pk, delivery.pk).calls
        assert seen.answer == said
        [closed] = reading.whole(keeper, endpoint.pk, delivery.pk).calls
        assert (closed.answer, closed.is_hidden) == ("", True)


def test_a_change_of_secret_signs_with_both_until_it_is_finished(cast):
    endpoint = add(cast)
    first = endpoint.secret
    with activate(cast.organization):
        managing.change_secret(member=cast.admin, endpoint=endpoint)
        row = WebhookEndpoint.objects.get()
        assert row.secrets == [row.secret, first]
        assert row.secret != first
        with pytest.raises(NotPossible):
            managing.change_secret(member=cast.admin, endpoint=endpoint)
        managing.end_old_secret(member=cast.admin, endpoint=endpoint)
        managing.end_old_secret(member=cast.admin, endpoint=endpoint)
        after = WebhookEndpoint.objects.get()
        assert managing.read_secrets(member=cast.admin, endpoint=after) == [row.secret]
    events = [event for event, _ in audited(cast)]
    assert events.count("webhook_endpoint:secret_changed") == 2
    assert events.count("webhook_endpoint:secret_read") == 1
    assert "whsec_" not in str(audited(cast))


def test_switched_off_it_gets_and_keeps_nothing_and_on_again_what_comes_next(cast):
    endpoint = add(cast)
    happen(cast)
    with activate(cast.organization):
        managing.disable(member=cast.admin, endpoint=endpoint)
    happen(cast)
    assert (WebhookDue.objects.count(), WebhookLane.objects.count()) == (0, 0)
    with activate(cast.organization):
        assert [row.state for row in WebhookDelivery.objects.all()] == ["failed"]
        managing.enable(member=cast.admin, endpoint=endpoint)
    happen(cast)
    assert (WebhookDue.objects.count(), WebhookLane.objects.count()) == (1, 1)


def test_a_removed_one_leaves_no_secret_and_its_log_goes(cast):
    endpoint = add(cast)
    happen(cast)
    with activate(cast.organization):
        managing.remove(member=cast.admin, endpoint=endpoint)
        row = WebhookEndpoint.objects.get()
        assert (row.url, row.secret, row.description) == ("", "", "")
        assert reading.endpoints(cast.admin) == []
        with pytest.raises(Http404):
            reading.endpoint(cast.admin, endpoint.pk)
    assert WebhookDue.objects.count() == 0
    tidying.forget_old()
    with activate(cast.organization):
        assert (WebhookDelivery.objects.count(), WebhookEndpoint.objects.count()) == (0, 0)


def test_a_test_goes_to_one_endpoint_whatever_it_asked_for(cast):
    one, _other = add(cast, kinds=[EventKind.MESSAGE_RECEIVED]), add(cast)
    with activate(cast.organization):
        managing.send_test(member=cast.admin, endpoint=one)
        (row,) = WebhookDelivery.objects.select_related("event")
        assert (row.endpoint_id, row.event.kind) == (one.pk, "webhook.test")
        managing.disable(member=cast.admin, endpoint=one)
        with pytest.raises(NotPossible):
            managing.send_test(member=cast.admin, endpoint=one)
    assert WebhookDue.objects.count() == 0


def test_all_failed_since_a_day_are_replayed_and_older_ones_are_not(cast, monkeypatch):
    endpoint = add(cast)
    happen(cast, 4)
    now = timezone.now()
    with activate(cast.organization):
        rows = list(WebhookDelivery.objects.order_by("event__sequence"))
        for row in rows[:3]:
            WebhookDelivery.objects.filter(pk=row.pk).update(state="failed", attempts=12, finished_at=now)
        WebhookDelivery.objects.filter(pk=rows[0].pk).update(created_at=now - timedelta(days=9))
        WebhookDue.objects.filter(delivery_id__in=[row.pk for row in rows[:3]]).delete()
        replay = {"member": cast.admin, "endpoint": endpoint, "since": now - timedelta(days=1)}
        monkeypatch.setattr(replaying, "MOST_AT_ONCE", 1)
        assert replaying.replay_failed(**replay) == (1, 1)
        assert replaying.replay_failed(**replay) == (1, 0)
        assert replaying.replay_failed(**replay) == (0, 0)
        assert sorted(row.state for row in WebhookDelivery.objects.all()) == ["failed", "waiting", "waiting", "waiting"]
    claims = {claim.delivery_id: claim for claim in queue.claim(10)}
    assert claims.keys() == {row.pk for row in rows[1:]}
    assert (claims[rows[1].pk].attempt, claims[rows[1].pk].tried_before) == (13, 12), "three new days"
    with activate(cast.organization):
        assert WebhookEvent.objects.count() == 4, "the same events"


def test_one_is_replayed_whatever_became_of_it(cast):
    endpoint = add(cast)
    happen(cast)
    WebhookDue.objects.update(due_at=timezone.now() + timedelta(hours=5))
    with activate(cast.organization):
        delivery = WebhookDelivery.objects.select_related("endpoint").get()
        replaying.replay(member=cast.admin, delivery=delivery)
        assert WebhookDue.objects.get().due_at <= timezone.now(), "one that waited is tried at once"
        WebhookDue.objects.all().delete()
        WebhookDelivery.objects.update(state="delivered", attempts=1)
        replaying.replay(member=cast.admin, delivery=delivery)
        assert WebhookDelivery.objects.get().state == "waiting"
        assert WebhookDue.objects.count() == 1
        managing.disable(member=cast.admin, endpoint=endpoint)
        delivery.endpoint.refresh_from_db()
        with pytest.raises(NotPossible):
            replaying.replay(member=cast.admin, delivery=delivery)
    assert WebhookDue.objects.count() == 0


def test_what_was_written_for_an_endpoint_while_it_was_being_disabled_does_not_wait_for_ever(cast):
    endpoint = add(cast)
    happen(cast)
    with activate(cast.organization):
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(state=State.GONE)
        WebhookLane.objects.all().delete()
    assert queue.claim(5) == []
    tidying.forget_old()
    with activate(cast.organization):
        assert [(row.state, row.last_failure) for row in WebhookDelivery.objects.all()] == [("failed", "disabled")]
    assert WebhookDue.objects.count() == 0
