"""How tasks are carried: what was decided after measuring, and that a stalled Redis stalls nobody."""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import kombu.exceptions
import pytest
from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

from config.broker import AnswersFirst
from config.celery import VISIBILITY_SECONDS, app
from config.embedded.valkey import Valkey
from config.env import celery_broker_url
from config.tasks import heartbeat


def test_a_killed_worker_loses_no_task():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_always_eager is False


def test_no_task_is_longer_than_its_visibility():
    in_three_places = (
        app.conf.broker_transport_options["visibility_timeout"],
        app.conf.result_backend_transport_options["visibility_timeout"],
        app.conf.visibility_timeout,
    )
    assert set(in_three_places) == {VISIBILITY_SECONDS}
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit < VISIBILITY_SECONDS


def test_a_worker_never_gives_up_its_broker():
    assert app.conf.broker_connection_max_retries is None


def test_a_worker_ends_softly_and_is_renewed_now_and_then():
    assert app.conf.worker_soft_shutdown_timeout == 30
    assert app.conf.worker_max_tasks_per_child


def test_tasks_are_json_without_results_and_a_ring_is_published_once_within_half_a_second():
    assert (app.conf.task_serializer, app.conf.accept_content, app.conf.task_ignore_result) == ("json", ["json"], True)
    assert app.conf.task_publish_retry is False, "publishing is only a bell: the sweep finds what was not announced"
    times = app.conf.broker_transport_options
    assert max(times["socket_timeout"], times["socket_connect_timeout"]) <= 0.5


def test_no_task_waits_in_redis_for_a_time_that_is_more_than_a_minute_away():
    """Due times are columns: what waits in Redis is lost with it."""
    from texting import doorbells

    assert doorbells.LONGEST_RING <= 60


def test_every_periodic_task_exists():
    assert app.conf.beat_schedule
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert callable(import_string(entry["task"]))


def test_everything_that_only_the_clock_begins_is_on_its_schedule():
    """Sweeps that find what a lost bell did not ring for, and what is due by date: nothing else starts them."""
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert tasks == {
        *(f"accounts.leaving.tasks.{name}" for name in ("carry_out_leavings", "sweep_leavings")),
        *(f"accounts.tasks.{name}" for name in ("forget_what_ended", "look_after_sso", "remind_of_reviews")),
        *(f"retention.backups.tasks.{name}" for name in ("export_tombstones", "forget_kept_forms")),
        "accounts.mail.tasks.sweep_mails",
        *(f"compliance.tasks.{name}" for name in ("measure_actions", "remind_of_actions")),
        *(f"compliance.carrier.tasks.{name}" for name in ("compare", "forget")),
        *(f"compliance.tasks.{name}" for name in ("ask_for_permission", "forget_imports", "lapse_opt_ins")),
        *(f"compliance.tasks.{name}" for name in ("act_on_escalations", "keep_confirmations", "remind_of_measures")),
        *(f"compliance.tasks.{name}" for name in ("expire_held_texts", "follow_letters", "settle_calls")),
        *(f"compliance.tasks.{name}" for name in ("check_conversations", "fetch_answers", "sweep_check_runs")),
        *(
            f"compliance.tasks.{name}"
            for name in (
                *("count_days", "mail_approvers_of_templates", "mail_reports", "mail_second_persons"),
                *("remind_of_questions", "sweep_imports"),
            )
        ),
        "config.tasks.heartbeat",
        *(f"portal.tasks.{name}" for name in ("end_secure_messages", "forget_private_links")),
        *(f"portal.payments.tasks.{name}" for name in ("round_of_dues", "tidy")),
        "retention.purging.tasks.purge_by_night",
        "retention.tasks.look_after_holds",
        "retention.tasks.look_after_requests",
        "retention.erasing.tasks.go_on_with_erasures",
        "retention.exporting.tasks.round_of_exports",
        "retention.closing.tasks.end_organizations",
        *(f"tenancy.tasks.{name}" for name in ("sign_checkpoints", "tidy_keys")),
        *(f"texting.attachments.tasks.{name}" for name in ("fetch_attachments", "forget_attachments")),
        *(f"texting.outgoing_webhooks.tasks.{name}" for name in ("forget_old_deliveries", "sweep_webhooks")),
        *(f"compliance.automations.tasks.{name}" for name in ("forget_automation_runs", "sweep_automations")),
        "texting.announcements.tasks.sweep_announcements",
        "compliance.polls.tasks.remind_of_polls",
        "compliance.satisfaction.tasks.ask_satisfaction",
        *(
            f"texting.notifications.tasks.{name}"
            for name in ("forget_devices", "forget_notifications", "mail_unread", "send_pushes")
        ),
        "texting.scheduled.tasks.keep_up_scheduled",
        "texting.scheduled.tasks.send_scheduled",
        "texting.simulator.tasks.run_network",
        *(
            f"texting.tasks.{name}"
            for name in (
                *("ask_for_receipts", "end_overdue", "fetch_missed", "forget_quarantine", "reconcile"),
                *("forget_carrier_copies", "sweep_outbox", "watch_sending", "fill_search", "tidy_search"),
            )
        ),
    }


def test_a_worker_knows_whatever_the_clock_rings():
    """Here other tests have imported every module; a worker imports those that the settings name."""
    rung = {entry["task"].rpartition(".")[0] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert rung - set(settings.CELERY_IMPORTS) - {f"{one.name}.tasks" for one in apps.get_app_configs()} == set()


def test_a_task_goes_into_the_queue(redis_client):
    heartbeat.delay()
    assert redis_client.llen("celery") == 1


def test_texts_that_somebody_waits_for_have_a_queue_that_is_asked_first(redis_client):
    from texting import doorbells

    line = "00000000-0000-7000-8000-000000000000"
    doorbells.ring(line)
    doorbells.ring(line, urgent=False)
    assert [redis_client.llen(name) for name in ("answers", "celery", "later")] == [1, 0, 1]
    with app.connection() as connection:
        order = connection.default_channel._queue_cycle
    assert isinstance(order, AnswersFirst)


def test_campaigns_have_their_turn_however_much_else_waits():
    order = AnswersFirst()
    order.update(["later", "celery", "answers"])
    waiting, given = {"celery": 9, "later": 2, "answers": 0}, []
    for step in range(8):
        if step == 2:
            waiting["answers"] = 2
        given.append(next(name for name in order.consume(3) if waiting[name]))
        waiting[given[-1]] -= 1
        order.rotate(given[-1])
    assert sorted(given[:2]) == ["celery", "later"]
    assert given[2:4] == ["answers", "answers"]
    assert sorted(given[4:6]) == ["celery", "later"]
    assert given[6:] == ["celery", "celery"]


@pytest.fixture
def own_valkey():
    """A server that a test may stall."""
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        valkey = Valkey(Path(folder) / "valkey", Path(folder), durable=False)
        valkey.start(subprocess.DEVNULL)
        yield valkey
        os.kill(valkey.child.pid, signal.SIGCONT)
        valkey.stop()


def test_publishing_to_a_stalled_redis_fails_within_a_second(own_valkey):
    with app.connection_for_write(celery_broker_url(own_valkey.url)) as connection:
        heartbeat.apply_async(connection=connection)
        assert own_valkey.ask("LLEN celery") == ":1"
        os.kill(own_valkey.child.pid, signal.SIGSTOP)
        start = time.monotonic()
        with pytest.raises((kombu.exceptions.OperationalError, OSError)):
            heartbeat.apply_async(connection=connection)
        assert time.monotonic() - start < 1.0


def test_a_worker_goes_on_when_redis_could_not_be_told_that_a_task_is_done(own_valkey):
    with app.connection_for_read(celery_broker_url(own_valkey.url)) as connection:
        for _ in range(2):
            heartbeat.apply_async(connection=connection)
        channel = connection.default_channel
        channel.basic_qos(0, 1, False)
        done = channel.basic_get("celery")
        channel.qos.append(done, done.delivery_tag)
        assert not channel.qos.can_consume()
        os.kill(own_valkey.child.pid, signal.SIGSTOP)
        with pytest.raises(connection.connection_errors):
            done.ack()
        os.kill(own_valkey.child.pid, signal.SIGCONT)
        assert channel.qos.can_consume()


def test_a_full_redis_ends_no_worker(own_valkey):
    with app.connection_for_read(celery_broker_url(own_valkey.url)) as connection:
        heartbeat.apply_async(connection=connection)
        channel = connection.default_channel
        channel.basic_qos(0, 1, False)
        begun = channel.basic_get("celery")
        own_valkey.ask("CONFIG SET maxmemory-policy noeviction")
        own_valkey.ask("CONFIG SET maxmemory 1")
        channel.qos.append(begun, begun.delivery_tag)
        assert not channel.qos.can_consume()
        begun.ack()
        assert channel.qos.can_consume()


def test_a_broken_connection_is_closed_whatever_is_under_way(own_valkey):
    connection = app.connection_for_read(celery_broker_url(own_valkey.url))
    heartbeat.apply_async(connection=connection)
    channel = connection.default_channel
    done = channel.basic_get("celery")
    channel.qos.append(done, done.delivery_tag)
    channel.connection.client = None  # as kombu leaves it when Redis resets the connection under a worker
    channel._pool = None
    channel.close()
    assert own_valkey.ask("HLEN unacked") == ":1", "it is handed out once more"


def test_the_queue_is_the_redis_of_the_settings():
    assert app.conf.broker_url == celery_broker_url(settings.REDIS_URL)
