"""What destroyed keys leave on disk is written over: no file of the server holds a form that the root key opens."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
import time_machine
from django.conf import settings as configured
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import F
from django.test import Client
from django.utils import timezone

from tenancy import tasks
from tenancy.checks import keys_are_tidied
from tenancy.encryption import keyring, tidying
from tenancy.encryption.rotation import rotate
from tenancy.encryption.shredding import destroy_keys
from tenancy.encryption.tidying import NotTidied, tidy
from tenancy.encryption.tidying_obstacles import wait_for_archiving
from tenancy.isolation import activate
from tenancy.models import DataKey, KeptForm, KeyTidying, OrganizationKey
from tenancy.tasks import tidy_keys
from tests.tenancy.conftest import add_contact, make_business, superuser
from tests.tenancy.test_data_files import found_on_disk

__all__ = ["superuser"]


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """What is waited for, in tenths of seconds."""
    monkeypatch.setattr(tidying, "LOCK_SECONDS", 0.3)
    monkeypatch.setattr(tidying, "_BETWEEN", 0.1)
    monkeypatch.setattr(tidying, "_WRITERS_SECONDS", 0.3)
    cache.delete(tasks._TRIED)


@pytest.fixture
def business(transactional_db):
    return make_business("Aubergine Holdings", "aubergine")


def wrapped(business, scope: object = None) -> set[bytes]:
    """Wrapped keys as they are stored: of one contact, or all that the organization has."""
    with keyring.keys_of(business.organization.pk):
        keys = DataKey.objects.filter(organization_id=business.organization.pk)
        if scope is not None:
            return {bytes(key.wrapped) for key in keys.filter(kind="contact", scope=str(scope))}
        owners = OrganizationKey.objects.filter(organization_id=business.organization.pk)
        return {bytes(key.wrapped) for rows in (keys, owners) for key in rows}


def destroyed(business, number: str = "+12125559753") -> set[bytes]:
    """A contact's key that is destroyed, as it was stored."""
    with activate(business.organization):
        contact = add_contact("Wilhelmina", number)
        keyring.current(business.organization.pk, "contact", str(contact.pk))
    found = wrapped(business, contact.pk)
    assert len(found) == 1
    with activate(business.organization):
        assert destroy_keys("contact", str(contact.pk), reason="erasure")
    return found


@contextmanager
def transaction_of(server: psycopg.Connection, *statements: str):
    """It is open meanwhile."""
    server.autocommit = False
    for statement in statements:
        server.execute(statement)
    try:
        yield
    finally:
        server.rollback()
        server.autocommit = True


def test_no_file_of_the_server_holds_the_wrapped_form_of_a_destroyed_key(business, superuser):
    server = superuser("keys")
    with activate(business.organization):
        contact = add_contact("Wilhelmina", "+12125559753")
    gone = wrapped(business, contact.pk)
    server.execute("ANALYZE")
    with activate(business.organization):
        destroy_keys("contact", str(contact.pk), reason="erasure")
    stay = wrapped(business)
    assert found_on_disk(server, gone | stay) == gone | stay, "without it they are there"
    before = timezone.now()
    done = tidy()
    assert found_on_disk(server, gone | stay) == stay
    assert before <= done.begun_at < done.ended_at <= timezone.now()
    keyring.forget_everything()
    with activate(business.organization):
        business.contact.refresh_from_db()
        assert business.contact.name == "Rosalind Achterberg"


def test_a_replaced_organization_s_key_and_what_it_had_wrapped_are_gone_as_well(business, superuser):
    old = wrapped(business)
    rotate(business.organization.pk, stay=timedelta(0))
    new = wrapped(business)
    assert not old & new
    assert found_on_disk(superuser("keys"), old | new) == old | new
    tidy()
    assert found_on_disk(superuser("keys"), old | new) == new


def test_what_opens_an_older_form_of_a_text_is_gone_with_its_entry(business, superuser):
    sealed = os.urandom(120)
    day = {"kind": "body", "scope": "2026-07-01", "place": "texting_message.body", "row_id": business.contact.pk}
    whose = {"organization_id": business.organization.pk}
    with keyring.keys_of(business.organization.pk):
        KeptForm.objects.create(**whose, **day, old_key=b"8" * 8, salt=b"1" * 16, sealed=sealed)
    superuser("keys").execute("ANALYZE")
    with keyring.keys_of(business.organization.pk):
        KeptForm.objects.filter(**whose).delete()
    assert found_on_disk(superuser("keys"), {sealed}) == {sealed}
    tidy()
    assert found_on_disk(superuser("keys"), {sealed}) == set()


def test_twice_is_once_and_a_key_that_was_destroyed_in_between_goes_the_second_time(business, superuser):
    first = destroyed(business)
    tidy()
    second = destroyed(business, "+12125559754")
    assert found_on_disk(superuser("keys"), first | second) == second
    for _time in range(2):
        tidy()
        assert found_on_disk(superuser("keys"), first | second) == set()
    assert KeyTidying.objects.count() == 3


def test_who_was_killed_half_way_has_done_nothing_and_the_next_one_does_all(business, superuser):
    gone = destroyed(business)
    server = superuser("keys")
    died = command(CRASH_AT="after_keys_rewritten")
    assert died.returncode == -signal.SIGKILL
    assert not KeyTidying.objects.exists()
    done = command()
    assert (done.returncode, "is written over" in done.stdout) == (0, True), done.stderr
    assert found_on_disk(server, gone) == set()


def command(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "tidy_keys"],
        env={**os.environ, **environment},
        cwd=configured.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_while_a_purge_destroys_keys_it_waits_or_says_so_and_leaves_nothing_half_done(business, superuser):
    """Whoever destroys keys has a transaction open in both databases."""
    gone = destroyed(business)
    server = superuser()
    with transaction_of(server, "CREATE TABLE being_written (id int)"):
        with pytest.raises(NotTidied, match="a transaction that writes has been open for too long"):
            tidy()
        assert not KeyTidying.objects.exists()
    with keyring.keys_of(business.organization.pk):
        DataKey.objects.filter(organization_id=business.organization.pk).first().delete()
        with pytest.raises(NotTidied):
            tidy()
    assert not KeyTidying.objects.exists()
    tidy()
    assert found_on_disk(superuser("keys"), gone) == set()


def test_rows_that_an_old_snapshot_may_see_are_not_taken_for_gone(business, superuser):
    server = superuser("keys")
    with transaction_of(server, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1"):
        gone = destroyed(business)
        with pytest.raises(NotTidied, match="tenancy_datakey has 1 deleted rows that an open transaction may see"):
            tidy()
        assert not KeyTidying.objects.exists()
    assert found_on_disk(server, gone) == gone
    tidy()
    assert found_on_disk(server, gone) == set()


def test_a_table_in_use_is_waited_for_briefly_and_whoever_needs_a_key_meanwhile_gets_it(business, superuser):
    destroyed(business)
    waited = []

    def read():
        begun = time.monotonic()
        with psycopg.connect(**parameters(), autocommit=True) as reader:
            reader.execute("SELECT set_config('app.organization_id', %s, false)", [str(business.organization.pk)])
            time.sleep(0.1)  # it comes after the one that wants the table for itself
            assert reader.execute("SELECT count(*) FROM tenancy_datakey").fetchone()[0]
        waited.append(time.monotonic() - begun)
        connections.close_all()

    with transaction_of(superuser("keys"), "LOCK TABLE tenancy_datakey IN ACCESS SHARE MODE"):
        reader = threading.Thread(target=read)
        reader.start()
        with pytest.raises(NotTidied, match="tenancy_datakey is in use"):
            tidy()
        reader.join()
    assert waited
    assert waited[0] < 3
    assert not KeyTidying.objects.exists()
    tidy()


def parameters() -> dict[str, object]:
    entry = connections["keys"].settings_dict
    return {"host": entry["HOST"], "dbname": entry["NAME"], "user": entry["USER"]}


def test_a_table_that_takes_too_long_is_left_as_it_was(business, superuser, monkeypatch):
    destroyed(business)
    monkeypatch.setattr(tidying, "LOCK_SECONDS", 0.0005)
    with pytest.raises(NotTidied, match=r"tenancy_datakey could not be written anew within 0.0005 seconds"):
        tidy(rewrite_seconds=0.0005)
    assert not KeyTidying.objects.exists()
    assert wrapped(business)


@contextmanager
def slot(server: psycopg.Connection):
    """A standby that is away keeps the log meanwhile."""
    server.execute("SELECT pg_create_physical_replication_slot('standby', true)")
    try:
        yield
    finally:
        server.execute("SELECT pg_drop_replication_slot('standby')")


def position(server: psycopg.Connection) -> int:
    """How many bytes of log there were ever."""
    return int(server.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')").fetchone()[0])


def test_a_log_that_is_kept_for_somebody_who_is_away_is_not_filled_for_nothing(business, superuser):
    server = superuser("keys")
    with slot(server):
        gone = destroyed(business)
        before = position(server)
        with pytest.raises(NotTidied, match="1 replication slots that nobody reads keep the write-ahead log"):
            tidy()
        assert position(server) - before < 1 << 20
        assert found_on_disk(server, gone) == gone
    assert not KeyTidying.objects.exists()
    tidy()
    assert found_on_disk(server, gone) == set()


def test_a_log_that_somebody_begins_to_keep_meanwhile_is_not_taken_for_gone(business, superuser):
    kept = pytest.raises(NotTidied, match="of the write-ahead log are kept: by a slot")
    with slot(superuser("keys")), tidying._connected() as connection, kept:
        tidying._end_log(connection)


def test_a_log_that_is_kept_by_its_size_is_refused(business, superuser):
    server = superuser("keys")
    server.execute("ALTER SYSTEM SET wal_keep_size = '64MB'")
    try:
        reloaded(server, "wal_keep_size", "64MB")
        with pytest.raises(NotTidied, match="wal_keep_size keeps the write-ahead log"):
            tidy()
    finally:
        server.execute("ALTER SYSTEM RESET wal_keep_size")
        reloaded(server, "wal_keep_size", "0")


def reloaded(server: psycopg.Connection, name: str, wanted: str) -> None:
    server.execute("SELECT pg_reload_conf()")
    for _time in range(50):
        if server.execute("SELECT current_setting(%s)", [name]).fetchone()[0] == wanted:
            break
        time.sleep(0.1)
    time.sleep(0.2)  # others


def test_a_file_of_a_former_timeline_is_one_of_the_log(business, superuser):
    server = superuser("keys")
    name = "000000010000000000000000.partial"
    [folder] = server.execute("SELECT current_setting('data_directory')").fetchone()
    server.execute(f"COPY (SELECT 'what it held') TO '{folder}/pg_wal/{name}'")
    with tidying._connected() as connection:
        assert name in tidying._log_files(connection)
        tidy()
        assert name not in tidying._log_files(connection)


def test_a_file_that_should_have_been_archived_by_now_is_counted(superuser, transactional_db):
    """As PostgreSQL marks them; the tests' server archives nothing, so it never looks there."""
    [folder] = superuser("keys").execute("SELECT current_setting('data_directory')").fetchone()
    names = ("01.ready", "02.ready", "03.done", "04.done")
    paths = [Path(folder) / "pg_wal" / "archive_status" / f"0000000100000000000000{name}" for name in names]
    with tidying._connected() as connection:
        try:
            for path in paths:
                superuser("keys").execute(f"COPY (SELECT '') TO '{path}'")
            assert wait_for_archiving(connection) == 0
            for path in (paths[0], *paths[2:]):
                os.utime(path, times=(time.time() - 700,) * 2)
            assert wait_for_archiving(connection) == 1
        finally:
            for path in paths:
                path.unlink(missing_ok=True)


@pytest.mark.parametrize("seconds", [-3, 3])
def test_clocks_that_differ_are_refused(business, seconds):
    """Of a key that was destroyed later than it seems, nothing may have been written over."""
    refused = pytest.raises(NotTidied, match="the clocks here and of the keys' server differ by more than 2 seconds")
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=True), refused:
        tidy()
    assert not KeyTidying.objects.exists()


LACKS = {
    "MAINTAIN on the tables of keys": (
        "REVOKE MAINTAIN ON tenancy_organizationkey FROM parley_app",
        "GRANT MAINTAIN ON tenancy_organizationkey TO parley_app",
    ),
    "membership in pg_checkpoint": ("REVOKE pg_checkpoint FROM parley_app", "GRANT pg_checkpoint TO parley_app"),
    "may not list the write-ahead log": ("REVOKE pg_monitor FROM parley_app", "GRANT pg_monitor TO parley_app"),
}


@pytest.mark.parametrize("what", LACKS)
def test_without_a_right_it_does_nothing_and_says_which_one_lacks(business, superuser, settings, what):
    settings.LOCAL = False
    tidy()
    taken, given = LACKS[what]
    server = superuser("keys")
    assert keys_are_tidied(None, ["keys"]) == []
    server.execute(taken)
    try:
        with pytest.raises(NotTidied, match=what):
            tidy()
        [warning] = keys_are_tidied(None, ["keys"])
        assert (warning.id, what in warning.msg) == ("tenancy.W001", True)
    finally:
        server.execute(given)
    assert KeyTidying.objects.count() == 1


def test_a_server_that_renames_old_files_of_its_log_is_refused(business, superuser):
    server = superuser("keys")
    name = connections["keys"].settings_dict["NAME"]
    server.execute(f"ALTER DATABASE {name} SET wal_recycle = on")
    try:
        with pytest.raises(NotTidied, match="wal_recycle is on"):
            tidy()
    finally:
        server.execute(f"ALTER DATABASE {name} RESET wal_recycle")
    tidy()


@pytest.mark.parametrize(
    "whose", ["DATABASE {name}", "ROLE parley_app", "ROLE parley_app IN DATABASE {name}", "ROLE ALL"]
)
def test_a_setting_that_hides_the_server_s_own_is_refused(business, superuser, whose):
    """The checkpointer has the server's, whatever sessions see."""
    server = superuser("keys")
    whose = whose.format(name=connections["keys"].settings_dict["NAME"])
    server.execute(f"ALTER {whose} SET wal_recycle = off")
    try:
        with pytest.raises(NotTidied, match=r"wal_recycle is set for this .* and hides what the server does"):
            tidy()
    finally:
        server.execute(f"ALTER {whose} RESET wal_recycle")
    assert not KeyTidying.objects.exists()


def test_large_tables_are_written_anew_once_a_night_and_for_as_long_as_they_need(business, monkeypatch):
    given = []
    real = tidying._rewrite
    monkeypatch.setattr(tidying, "_rewrite", lambda *args: (given.append(args[2]), real(*args)))
    tidy()
    assert given == [tidying.REWRITE_SECONDS] * 3
    monkeypatch.setattr(tidying, "LARGE", 1)
    monkeypatch.setattr(tidying, "SLOWEST", 100)
    tidy()
    assert given[3] > tidying.REWRITE_SECONDS, "its indexes alone have pages of 8 kB"
    destroyed(business)
    now = timezone.now().astimezone(ZoneInfo(business.organization.time_zone)).hour
    night, day = range(now, now + 2), range(now - 9, now - 7)
    for hours, quiet, due in ((5, night, False), (18, day, False), (0, night, True), (2, day, True)):
        ago(hours=hours)
        monkeypatch.setattr(tidying, "QUIET", quiet)
        assert tidying.due() is due, (hours, quiet)


def test_it_is_due_an_hour_after_the_last_when_a_key_was_destroyed_and_each_day_in_any_case(business):
    assert tidying.due(), "there was none"
    destroyed(business)
    tidy()
    flush()
    assert not tidying.due()
    ago(hours=1, minutes=1)
    KeyTidying.objects.update(mark=mark())
    assert not tidying.due(), "nothing was deleted since"
    destroyed(business, "+12125559754")
    flush()
    assert tidying.due()
    tidy()
    flush()
    KeyTidying.objects.update(mark=mark())
    ago(hours=20, minutes=1)
    assert tidying.due()


def ago(**moments: int) -> None:
    KeyTidying.objects.update(begun_at=F("begun_at") - timedelta(**moments))


def flush() -> None:
    """What this connection counted is told to others."""
    for _connection in range(2):
        with connections["keys"].cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT 1")
    connections["keys"].close()
    connections["keys"].close_pool()
    time.sleep(0.2)


def mark() -> str:
    with connections["keys"].cursor() as cursor:
        return tidying._mark(cursor)


def test_the_clock_does_it_and_does_not_do_it_again_at_once(business, superuser, caplog):
    gone = destroyed(business)
    assert tidy_keys()
    assert found_on_disk(superuser("keys"), gone) == set()
    assert not tidy_keys()
    KeyTidying.objects.all().delete()
    with transaction_of(superuser("keys"), "LOCK TABLE tenancy_datakey IN ACCESS SHARE MODE"):
        assert not tidy_keys()
    assert "keys_not_tidied: tenancy_datakey is in use" in caplog.text


def test_after_a_failure_the_clock_waits_an_hour_and_after_an_obstacle_it_looks_again(business, superuser):
    destroyed(business)
    server = superuser("keys")
    with slot(server):
        assert not tidy_keys()
    with transaction_of(server, "LOCK TABLE tenancy_datakey IN ACCESS SHARE MODE"):
        assert not tidy_keys()
    before = position(server)
    assert not tidy_keys(), "an hour has not passed"
    assert position(server) - before < 1 << 20
    cache.delete(tasks._TRIED)
    assert tidy_keys()
    assert cache.get(tasks._TRIED) is None


def test_only_one_that_began_afterwards_has_written_a_key_over(business):
    now = timezone.now()
    assert tidying.written_over_at(now) is None
    done = tidy()
    assert tidying.written_over_at(timezone.now()) is None
    assert tidying.written_over_at(done.begun_at) is None, "clocks of two servers differ by some seconds"
    assert tidying.written_over_at(done.begun_at - timedelta(seconds=6)) == done.ended_at
    tidy()
    assert tidying.written_over_at(done.begun_at - timedelta(days=9)) == done.ended_at, "the first that did"


def test_who_runs_the_system_sees_that_it_was_not_done_for_a_day(business, settings):
    settings.LOCAL, settings.METRICS_TOKEN = False, "token"
    assert [one.id for one in keys_are_tidied(None, ["keys"])] == ["tenancy.W002"]
    assert "parley_keys_tidied_seconds" not in metrics()
    assert note() == "what they left was never written over; run manage.py tidy_keys"
    tidy()
    assert keys_are_tidied(None, ["default", "keys"]) == []
    assert note() == "written over 0 hours ago"
    assert "parley_keys_tidied_seconds" in metrics()
    ago(hours=24, minutes=1)
    assert note() == "written over 24 hours ago; run manage.py tidy_keys"
    assert [one.id for one in keys_are_tidied(None, ["keys"])] == ["tenancy.W002"]
    assert keys_are_tidied(None, ["default"]) == []
    settings.LOCAL = True
    assert keys_are_tidied(None, ["keys"]) == []


def metrics() -> str:
    return Client().get("/metrics", secure=True, headers={"Authorization": "Bearer token"}).content.decode()


def note() -> str:
    return Client().get("/health/ready", secure=True).json()["notes"]["destroyed keys"]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "3601", "soon", ""])
def test_a_time_that_is_none_is_refused(business, seconds):
    with pytest.raises(CommandError):
        call_command("tidy_keys", f"--at-most={seconds}")
    assert not KeyTidying.objects.exists()
