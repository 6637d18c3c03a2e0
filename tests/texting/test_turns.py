"""One organization's flood does not make the others wait: bells, turns, and the order in which work is found.

`Worker` is a model of one worker: it takes bells from the real queues as Celery is told to, and runs the real tasks.
"""

import base64
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.conftest import Scene, make_scene
from texting import delivery, doorbells, outbox, sending, tasks, turns
from texting.models import Line, LineKey, OutboxEntry, SendingLimits, SendingTurn
from texting.models.outbox import OutboxEntry as Entry
from texting.providers import base
from texting.turns import turn

QUEUES = ("answers", "celery", "later")
REPLY, BULK = 1, 9


class Worker:
    """Takes one bell at a time, the queues in the order of their names."""

    def __init__(self, redis_client) -> None:
        self.redis = redis_client
        self.turns = 0

    def bells(self, queue: str) -> int:
        return self.redis.llen(queue)

    def work(self) -> bool:
        """Answer the next bell. False when none is there."""
        for queue in QUEUES:
            if (raw := self.redis.rpop(queue)) is not None:
                message = json.loads(raw)
                (line_id,), _, _ = json.loads(base64.b64decode(message["body"]))
                getattr(tasks, message["headers"]["task"].rpartition(".")[2])(line_id)
                self.turns += 1
                return True
        return False


@pytest.fixture
def worker(redis_client) -> Worker:
    return Worker(redis_client)


@pytest.fixture
def harbor(transactional_db, far_end) -> Scene:
    return ready(make_scene("Harbor Dental", "harbor"))


@pytest.fixture
def northside(harbor) -> Scene:
    return ready(make_scene("Northside Plumbing", "northside"))


def ready(scene: Scene) -> Scene:
    """No ceiling is in the way, and the pace neither."""
    with activate(scene.organization):
        SendingLimits.objects.create(daily_segments=10_000, organization_hour=100_000, member_hour=2_000)
    LineKey.objects.filter(line_id=scene.line.pk).update(texts_per_second=500)
    return scene


def more_lines(scene: Scene, count: int) -> list[Line]:
    with activate(scene.organization):
        lines = [
            Line.objects.create(
                name=f"Line {number}",
                number=f"+1212555{2000 + number}",
                team=scene.line.team,
                provider="scripted",
                credentials=base.Credentials(account="a", secret="s3cret").to_json(),
                texts_per_second=500,
            )
            for number in range(count)
        ]
    for line in lines:
        LineKey.objects.create(line_id=line.pk, organization=scene.organization, texts_per_second=500)
    return lines


def answer(scene: Scene, line: Line, number: str, body: str) -> None:
    """A customer wrote; the agent answers, in a transaction of its own."""
    scene.line, usual = line, scene.line
    with activate(scene.organization):
        scene.hear("Hello", number=number)
        conversation = scene.conversation()
    with activate(scene.organization):
        sending.send_text(conversation=conversation, body=body, author=scene.agent)
    scene.line = usual


def entries(line: Line, count: int, priority: int) -> None:
    """Texts that wait; nothing behind them, since only claims look at them."""
    now = timezone.now()
    OutboxEntry.objects.bulk_create(
        OutboxEntry(
            message_id=new_id(),
            organization_id=line.organization_id,
            line_id=line.pk,
            contact_id=new_id(),
            priority=priority,
            due_at=now,
            expires_at=now + timedelta(hours=4),
        )
        for _ in range(count)
    )


def test_a_flood_of_texts_is_one_bell_a_line_and_the_other_organization_waits_for_a_turn_of_each(
    harbor, northside, worker, far_end, monkeypatch
):
    monkeypatch.setattr(delivery, "TURN_SECONDS", 0)  # one batch a turn
    monkeypatch.setattr(outbox, "BATCH", 5)
    lines = more_lines(harbor, 2)
    for number in range(12):
        for line in lines:
            answer(harbor, line, f"+1646555{1000 + number * 7}", f"Flood {number}")
    assert worker.bells("answers") == 2
    answer(northside, northside.line, "+12125550181", "The one reply")
    assert worker.bells("answers") == 3
    while not any("The one reply" in sent.body for sent in far_end.ledger):
        assert worker.work()
    assert worker.turns <= 3
    assert len(far_end.ledger) <= 2 * 5 + 1


def test_a_text_that_is_queued_while_a_worker_looks_rings_again(harbor, worker):
    doorbells.ring(harbor.line.pk)
    doorbells.ring(harbor.line.pk)
    assert worker.bells("answers") == 1
    doorbells.answered(harbor.line.pk, urgent=True)
    doorbells.ring(harbor.line.pk)
    assert worker.bells("answers") == 2


def test_a_campaign_waits_at_its_own_bell_behind_everybodys_replies(harbor, northside, worker, far_end):
    entries(harbor.line, 40, BULK)
    doorbells.ring(harbor.line.pk)
    assert worker.work()
    assert (worker.bells("answers"), worker.bells("later")) == (0, 1)
    assert not OutboxEntry.objects.exclude(state="ready").exists()
    answer(northside, northside.line, "+12125550181", "The one reply")
    assert worker.work()
    assert [sent.body for sent in far_end.ledger if "The one reply" in sent.body]


def test_a_reply_leaves_first_under_a_full_bulk_queue_and_within_a_second_of_pace(harbor):
    LineKey.objects.update(texts_per_second=10)
    entries(harbor.line, 5_000, BULK)
    assert len(outbox.claim(harbor.line.pk)) == 10
    assert outbox.claim(harbor.line.pk) == []
    entries(harbor.line, 1, REPLY)
    reply = Entry.objects.get(priority=REPLY).message_id
    wait = outbox.wait_for(harbor.line.pk)
    assert wait is not None
    assert wait <= 1
    with connection.cursor() as cursor:  # the wait has passed
        cursor.execute("UPDATE texting_linekey SET free_at = free_at - make_interval(secs => %s)", [wait])
    assert outbox.claim(harbor.line.pk)[0].message_id == reply


def test_an_urgent_turn_leaves_campaigns_where_they_are(harbor):
    entries(harbor.line, 3, BULK)
    entries(harbor.line, 2, REPLY)
    assert outbox.urgent_waits(harbor.line.pk)
    assert len(outbox.claim(harbor.line.pk, least=2)) == 2
    assert not outbox.urgent_waits(harbor.line.pk)
    assert len(outbox.claim(harbor.line.pk)) == 3


def test_one_campaign_at_a_time_leaves_a_worker_for_replies(harbor, northside, settings):
    settings.SENDING_BULK_TURNS = 1
    with turn(harbor.line.pk, urgent=False) as first, turn(northside.line.pk, urgent=False) as second:
        assert (first, second) == (True, False)
        with turn(northside.line.pk, urgent=True) as reply:
            assert reply
    with turn(northside.line.pk, urgent=False) as mine:
        assert mine


def test_an_organization_has_so_many_turns_and_no_more_whatever_lines_it_has(harbor, northside, settings):
    settings.SENDING_BULK_TURNS = 3
    first, second = more_lines(harbor, 2)
    with turn(harbor.line.pk, urgent=False) as one, turn(first.pk, urgent=False) as other:
        assert (one, other) == (True, False)
        with turn(northside.line.pk, urgent=False) as theirs:
            assert theirs
    with turn(harbor.line.pk, urgent=True) as a, turn(first.pk, urgent=True) as b, turn(second.pk, urgent=True) as c:
        assert (a, b, c) == (True, True, False)
        with turn(northside.line.pk, urgent=True) as theirs:
            assert theirs


def test_a_turn_is_given_back_by_an_error_and_by_a_worker_that_died(harbor):
    with pytest.raises(RuntimeError), turn(harbor.line.pk, urgent=False):
        raise RuntimeError
    assert not SendingTurn.objects.exists()
    with turn(harbor.line.pk, urgent=False) as mine:
        assert mine
        SendingTurn.objects.update(until=timezone.now() - timedelta(seconds=1))
        with turn(harbor.line.pk, urgent=False) as next_one:
            assert next_one


def test_who_has_no_turn_rings_again(harbor, northside, worker, settings):
    settings.SENDING_BULK_TURNS = 1
    entries(northside.line, 1, BULK)
    with turn(harbor.line.pk, urgent=False):
        assert delivery.take_turn(northside.line.pk, urgent=False) == 0
    assert worker.bells("later") == 1
    assert OutboxEntry.objects.filter(state="ready").count() == 1


def test_a_line_that_does_not_exist_has_no_turn(db):
    with turn(new_id(), urgent=True) as mine:
        assert not mine
    assert turns.BULK_TURNS < 4


def test_the_sweep_goes_round_the_organizations(harbor, northside):
    for line in [harbor.line, *more_lines(harbor, 3), northside.line]:
        entries(line, 2, BULK)
    found = outbox.lines_with_work()
    assert len(found) == 5
    assert northside.line.pk in found[:2]
