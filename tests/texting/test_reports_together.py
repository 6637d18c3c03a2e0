"""Reports that come together mean what they would mean one by one, and cost as many statements as one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenancy.isolation import activate
from tests.texting.conftest import make_scene
from texting import delivery, sending, status_reports
from texting.models import Message, OutboxEntry, StatusEvent
from texting.providers import base
from texting.providers.base import OutcomeUnknown
from texting.statuses import ErrorKind, MessageStatus

pytestmark = pytest.mark.django_db(transaction=True)


def sent(scene, far_end, count):
    """So many texts that the provider has; the token and the provider's id of each."""
    with activate(scene.organization):
        for number in range(count):
            scene.hear("Hello", number=f"+1212555{number + 100:04d}")
            sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    return [(out.status_url.rsplit("/", 1)[1], f"far-{out.client_ref}") for out in far_end.asked]


def report(provider_id, status, **fields):
    return base.StatusEvent(provider_id, status, event_id=str(status), **fields)


def statuses(scene):
    with activate(scene.organization):
        return sorted(Message.objects.filter(direction="out").values_list("status", flat=True))


def test_each_text_gets_its_own_report_and_a_repeat_changes_nothing(scene, far_end):
    (first, one), (second, two) = sent(scene, far_end, 2)
    reports = [
        (first, report(one, MessageStatus.DELIVERED)),
        (second, report(two, MessageStatus.UNDELIVERED, error=ErrorKind.UNREACHABLE, provider_code="30003")),
        (first, report(one, MessageStatus.SENT)),
        ("no-such-token", report("far-x", MessageStatus.DELIVERED)),
        (first, report(one, MessageStatus.DELIVERED)),
    ]
    with activate(scene.organization):
        assert status_reports.take_statuses(scene.line.pk, reports) == [True, True, True, False, True]
        assert StatusEvent.objects.count() == 3
    assert statuses(scene) == ["delivered", "undelivered"]


def test_a_lost_answer_is_made_up_for_among_others(scene, far_end):
    far_end.script = [OutcomeUnknown()]
    [(token, _)] = sent(scene, far_end, 1)
    assert OutboxEntry.objects.count() == 1
    with activate(scene.organization):
        status_reports.take_statuses(
            scene.line.pk,
            [(token, report("far-9", status)) for status in (MessageStatus.SENT, MessageStatus.DELIVERED)],
        )
        assert Message.objects.get(direction="out").provider_message_id == "far-9"
    assert not OutboxEntry.objects.exists()
    assert statuses(scene) == ["delivered"]


def test_another_lines_and_another_organizations_tokens_are_unknown(scene, far_end):
    [(token, provider_id)] = sent(scene, far_end, 1)
    other = make_scene("Northside Plumbing", "northside")
    with activate(other.organization):
        assert status_reports.take_statuses(other.line.pk, [(token, report(provider_id, MessageStatus.DELIVERED))]) == [
            False
        ]
    assert statuses(scene) == ["sent"]


def test_twenty_reports_take_as_many_statements_as_two(scene, far_end):
    tokens = sent(scene, far_end, 22)
    counts = []
    with activate(scene.organization):
        for some in (tokens[:2], tokens[2:]):
            reports = [(token, report(provider_id, MessageStatus.DELIVERED)) for token, provider_id in some]
            with CaptureQueriesContext(connection) as queries:
                assert all(status_reports.take_statuses(scene.line.pk, reports))
            counts.append(len(queries))
    assert counts[0] >= counts[1]
    assert counts[1] <= 3
