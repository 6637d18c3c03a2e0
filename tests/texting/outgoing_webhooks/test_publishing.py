"""What happens is written down with the change itself, for those who asked, and costs nothing where nobody did."""

from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.ledger import consent
from compliance.models import ConsentEvent
from tenancy import audit
from tenancy.isolation import NoOrganization, activate
from tests.at_once import at_once, errors_of
from tests.texting.conftest import make_scene
from tests.texting.outgoing_webhooks.conftest import Log, endpoint_of
from texting import circuit, conversations, delivery, outgoing_webhooks, sending
from texting.models import WebhookDelivery, WebhookEndpoint
from texting.outgoing_webhooks import EventKind, publishing
from texting.outgoing_webhooks.kinds import SHAPES
from texting.providers import base
from texting.status_reports import take_status
from texting.statuses import ErrorKind, MessageStatus

State = WebhookEndpoint.State


def line_problem(line_id: UUID | None = None, problem: str = "auth") -> None:
    outgoing_webhooks.publish(EventKind.LINE_PROBLEM, {"line_id": line_id or uuid4(), "problem": problem})


def test_a_text_makes_an_event_a_delivery_and_a_queue_row_with_it(scene, log):
    endpoint = endpoint_of(scene.organization, scene.agent)
    with activate(scene.organization):
        message = scene.hear("Are you open?")
    opened, opted_in, received = log.events()
    assert (opened.kind, opted_in.kind, received.kind) == (
        "conversation.opened",
        "contact.opted_in",
        "message.received",
    )
    assert received.data == {
        "message_id": str(message.pk),
        "conversation_id": str(message.conversation_id),
        "contact_id": str(message.contact_id),
        "line_id": str(scene.line.pk),
        "media_count": 0,
    }
    assert [event.sequence for event in log.events()] == [1, 2, 3]
    assert {row.endpoint_id for row in log.due()} == {endpoint.pk}
    assert {row.delivery_id for row in log.due()} == {row.pk for row in log.deliveries()}
    assert all(row.state == "waiting" for row in log.deliveries())


def test_a_text_that_is_rolled_back_leaves_nothing(scene, log):
    endpoint_of(scene.organization, scene.agent)
    with pytest.raises(ZeroDivisionError), activate(scene.organization):
        scene.hear("Hello")
        raise ZeroDivisionError
    assert (log.events(), log.deliveries(), log.due()) == ([], [], [])


def test_what_a_rolled_back_savepoint_said_is_not_told(scene, log):
    endpoint_of(scene.organization, scene.agent)
    with activate(scene.organization):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            line_problem(problem="never")
            raise ZeroDivisionError
        line_problem(problem="auth")
    assert [event.data["problem"] for event in log.events()] == ["auth"]


def test_what_is_said_twice_in_a_transaction_is_told_once(scene, log):
    endpoint_of(scene.organization, scene.agent)
    with activate(scene.organization):
        for problem in ("auth", "auth", "account"):
            line_problem(scene.line.pk, problem)
    assert [event.data["problem"] for event in log.events()] == ["auth", "account"]


def test_an_endpoint_gets_only_the_kinds_it_asked_for(scene, log):
    one = endpoint_of(scene.organization, scene.agent, kinds=[EventKind.MESSAGE_RECEIVED])
    two = endpoint_of(scene.organization, scene.agent, kinds=[EventKind.MESSAGE_RECEIVED, EventKind.CONTACT_OPTED_OUT])
    endpoint_of(scene.organization, scene.agent, kinds=[])
    with activate(scene.organization):
        scene.hear("Hello")
        scene.hear("STOP")
    assert log.kinds() == ["message.received", "contact.opted_out", "message.received"], "nobody asked for the rest"
    got = sorted((str(row.endpoint_id), row.event.kind) for row in log.deliveries())
    expected = [(one.pk, "message.received")] * 2 + [(two.pk, "message.received")] * 2
    assert got == sorted((str(pk), kind) for pk, kind in [*expected, (two.pk, "contact.opted_out")])


def test_nothing_crosses_to_another_organization(scene, log):
    other = make_scene("Northside Plumbing", "northside")
    endpoint_of(other.organization, other.agent)
    endpoint_of(scene.organization, scene.agent)
    with activate(scene.organization):
        scene.hear("Hello")
    assert log.events()
    assert Log(other.organization).events() == []
    assert Log(other.organization).due() == []


def test_an_endpoint_that_we_disabled_keeps_what_it_missed_and_others_do_not(scene, log):
    missed = endpoint_of(scene.organization, scene.agent, state=State.GONE, kinds=[EventKind.LINE_PROBLEM])
    for state in (State.DISABLED, State.REMOVED):
        endpoint_of(scene.organization, scene.agent, state=state, kinds=[EventKind.LINE_PROBLEM])
    with activate(scene.organization):
        line_problem()
    (row,) = log.deliveries()
    assert (row.endpoint_id, row.state, row.last_failure) == (missed.pk, "failed", "disabled")
    assert log.due() == []


def test_a_shape_that_is_not_the_kind_s_is_refused(scene):
    with activate(scene.organization), pytest.raises(ValueError, match="line_id"):
        outgoing_webhooks.publish(EventKind.LINE_PROBLEM, {"line_id": scene.line.pk})
    with pytest.raises(NoOrganization):
        line_problem()


def test_every_kind_has_a_shape():
    assert SHAPES.keys() == set(EventKind)


# --- What it costs ---


def statements(work) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        work()
    return [query["sql"] for query in queries.captured_queries]


def hear(scene, body="Hello"):
    with activate(scene.organization):
        scene.hear(body)


def test_without_an_endpoint_a_text_costs_no_statement(scene):
    hear(scene)
    publishing.look_again(scene.organization.pk)
    looked = [sql for sql in statements(lambda: hear(scene)) if "webhook" in sql]
    assert len(looked) == 1, "once in five seconds somebody looks"
    assert "texting_webhookendpoint" in looked[0]
    assert [sql for sql in statements(lambda: hear(scene)) if "webhook" in sql] == []


def test_with_an_endpoint_many_events_cost_the_statements_of_one(scene):
    endpoint_of(scene.organization, scene.agent)

    def happen(times: int):
        with activate(scene.organization):
            for _ in range(times):
                line_problem()

    happen(1)
    one, many = statements(lambda: happen(1)), statements(lambda: happen(40))
    assert len(one) == len(many)
    assert sum("webhook" in sql for sql in one) == 5


def test_an_endpoint_is_seen_after_the_look_is_forgotten(scene, log, monkeypatch):
    hear(scene)
    row = endpoint_of(scene.organization, scene.agent)
    publishing._without_endpoints[scene.organization.pk] = 10**12
    hear(scene)
    assert log.events() == [], "another process does not know yet"
    monkeypatch.setitem(publishing._without_endpoints, scene.organization.pk, 0.0)
    hear(scene)
    assert {one.endpoint_id for one in log.deliveries()} == {row.pk}


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_and_follow_the_commits_of_many_at_once(far_end):
    scene = make_scene("Harbor Dental", "harbor")
    endpoint_of(scene.organization, scene.agent)

    def work():
        for _ in range(5):
            with activate(scene.organization):
                line_problem()
                audit.record(event=audit.AuditKind.LINE_CHANGED, object=scene.line)

    assert errors_of(at_once(*[work] * 4)) == []
    assert [event.sequence for event in Log(scene.organization).events()] == list(range(1, 21))


# --- What is told ---


def told(log, before: int) -> list[tuple[str, dict]]:
    return [(event.kind, event.data) for event in log.events()[before:]]


@pytest.fixture
def asked(scene):
    return endpoint_of(scene.organization, scene.agent)


def test_the_life_of_a_conversation_is_told(scene, log, asked):
    hear(scene)
    before = len(log.events())
    from accounts.roles import create_built_in_roles, give_role

    with activate(scene.organization):
        give_role(member=scene.agent, role=create_built_in_roles()["admin"])
        conversation = scene.conversation()
        conversations.claim(member=scene.agent, conversation=conversation)
        conversations.transfer(member=scene.agent, conversation=conversation, to=None, was=scene.agent.pk)
        conversations.mark_read(member=scene.agent, conversation=conversation)
        conversations.resolve(member=scene.agent, conversation=conversation)
        conversations.reopen(member=scene.agent, conversation=conversation)
    ids = {
        "conversation_id": str(conversation.pk),
        "contact_id": str(conversation.contact_id),
        "line_id": str(scene.line.pk),
    }
    assert told(log, before) == [
        ("conversation.assigned", {**ids, "assignee_id": str(scene.agent.pk)}),
        ("conversation.assigned", {**ids, "assignee_id": None}),
        ("conversation.resolved", ids),
        ("conversation.reopened", ids),
    ]


def test_the_way_of_a_text_is_told_without_our_own_steps(scene, log, asked, far_end):
    hear(scene)
    with activate(scene.organization):
        message = sending.send_text(conversation=scene.conversation(), body="Yes, until six", author=scene.agent)
    before = len(log.events())
    delivery.deliver_line(scene.line.pk)
    sent = far_end.ledger[0]
    token = sent.status_url.rsplit("/", 1)[1]
    with activate(scene.organization):
        event = base.StatusEvent(
            f"far-{sent.client_ref}", MessageStatus.UNDELIVERED, "1", ErrorKind.INVALID_RECIPIENT, "30003"
        )
        assert take_status(scene.line, token, event)
        assert take_status(scene.line, token, event), "a repeat"
    assert [(kind, data["status"], data["error"]) for kind, data in told(log, before)] == [
        ("message.status", "sent", None),
        ("message.status", "undelivered", "invalid_recipient"),
    ]
    assert log.events()[-1].data["message_id"] == str(message.pk)


def test_texts_that_a_stop_ends_are_told_as_canceled(scene, log, asked):
    hear(scene)
    with activate(scene.organization):
        sending.send_text(conversation=scene.conversation(), body="One more thing", author=scene.agent)
    before = len(log.events())
    hear(scene, "STOP")
    kinds = dict(told(log, before))
    assert kinds["message.status"]["status"] == "canceled"
    assert kinds["message.status"]["error"] == "opted_out"
    assert kinds["contact.opted_out"]["source"] == "keyword"


def test_consent_from_above_is_told(scene, log, asked, contact):
    before = len(log.events())
    with activate(scene.organization):
        consent.give(
            contact,
            kind=ConsentEvent.Kind.EXPRESS,
            evidence=consent.Evidence(source=ConsentEvent.Source.AGENT, actor=scene.agent, at=timezone.now()),
        )
    assert told(log, before) == [("contact.opted_in", {"contact_id": str(contact.pk), "source": "agent"})]


def test_a_line_that_stops_and_goes_on_is_told_once_each(scene, log, asked):
    refused = [base.NotAccepted(ErrorKind.AUTH, retry=False)] * circuit.LIMIT
    for _ in range(3):
        circuit.hear(scene.line.pk, refused, refused_before=False)
    circuit.resume(scene.line.pk)
    line = str(scene.line.pk)
    assert told(log, 0) == [
        ("line.problem", {"line_id": line, "problem": "auth"}),
        ("line.problem", {"line_id": line, "problem": None}),
    ]


def test_no_word_of_a_customer_stands_in_the_rows(scene, log, asked):
    hear(scene, "My knee hurts")
    written = " ".join(str(event.data) for event in log.events())
    assert "knee" not in written
    assert scene.number not in written
    with activate(scene.organization):
        assert WebhookDelivery.objects.count() == len(log.events())
