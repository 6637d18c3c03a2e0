"""`manage.py backup`: both databases, sealed and signed, whole or not at all."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from accounts.models import Team
from config.embedded.postgres import APP, OWNER
from config.env import PROJECT
from retention.backups import making, programs, shelf
from retention.backups.errors import BackupError, Damaged
from retention.models import RetentionPolicy
from tenancy.encryption import keyring, wrapping
from tenancy.isolation import activate
from tenancy.models import DataKey
from tests.retention.backups.conftest import SECRET, url

pytestmark = pytest.mark.django_db(transaction=True)


def names(folder):
    return sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []


def test_a_backup_holds_both_databases_and_says_of_which_moment(vault, business):
    name = vault.backup()
    main, keys = vault.main.read(name), vault.keys.read(name)
    assert main.census["texting_message"] == 1
    assert keys.census["tenancy_datakey"] >= 3, "the index, the contact, the day"
    assert main.taken_at <= keys.taken_at <= datetime.now(UTC), "no row without its key: the main database first"
    assert keys.root_ids == [wrapping.root_id(wrapping.root_key()).hex()]
    assert APP in main.roles
    assert b"".join(vault.main.unseal(main, making.backup_key())).startswith(b"PGDMP")


def test_neither_texts_nor_names_nor_keys_are_in_its_files(vault, business):
    name = vault.backup()
    with keyring.keys_of(business.organization.pk):
        wrapped = [bytes(key.wrapped) for key in DataKey.objects.all()]
    forbidden = [SECRET.encode(), b"Harbor", b"harbor", b"2125550110", b"PGDMP", b"CREATE TABLE", *wrapped]
    forbidden += [each.hex().encode() for each in (*wrapped, making.backup_key(), wrapping.root_key())]
    for part in (vault.main, vault.keys):
        content = b"".join(file.read_bytes() for file in sorted((part.folder / name).iterdir()))
        assert [each for each in forbidden if each in content] == []
        assert {file.stat().st_mode & 0o077 for file in (part.folder, *part.folder.rglob("*"))} == {0}
    clear = b"".join(vault.keys.unseal(vault.keys.read(name), making.backup_key()))
    assert b"tenancy_datakey" in clear, "the same look finds what is there"


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut(file):
    os.truncate(file, file.stat().st_size - 1)


def test_what_was_altered_or_cut_is_refused(vault, business):
    name = vault.backup()
    for file in (shelf.DATA, shelf.MANIFEST, shelf.SIGNATURE):
        whole = vault.main.folder / name / file
        content = whole.read_bytes()
        for harm in (flip, cut):
            harm(whole)
            with pytest.raises(Damaged):
                vault.main.read(name)
            whole.write_bytes(content)
    assert vault.main.read(name)


def test_files_of_another_backup_or_of_the_other_part_are_refused(vault, business):
    first, second = vault.backup(), vault.backup()
    whole = vault.main.folder / second
    kept = {file.name: file.read_bytes() for file in whole.iterdir()}
    for source in (vault.main.folder / first, vault.keys.folder / second):
        for exchanged in ([shelf.DATA], [shelf.MANIFEST], [shelf.MANIFEST, shelf.SIGNATURE], list(kept)):
            for file in exchanged:
                shutil.copy(source / file, whole / file)
            with pytest.raises(Damaged):
                vault.main.read(second)
            for file, content in kept.items():
                (whole / file).write_bytes(content)
    assert vault.main.read(second)
    (whole / shelf.DATA).unlink()
    with pytest.raises(Damaged, match="data is missing"):
        vault.main.read(second)


def test_a_manifest_signed_by_somebody_else_is_refused(vault, business, settings):
    name = vault.backup()
    settings.AUDIT_SIGNING_KEY = os.urandom(32)
    with pytest.raises(Damaged, match="not signed by a key that is trusted"):
        vault.main.read(name)


def test_killed_half_way_leaves_nothing_that_looks_like_a_backup(vault, business, settings):
    died = subprocess.run(
        [sys.executable, "manage.py", "backup", "--to", vault.folder],
        cwd=PROJECT,
        env=os.environ
        | {
            "CRASH_AT": "before_backup_named",
            "BACKUP_KEY": "A" * 43 + "=",
            "BACKUP_DATABASE_URL": settings.BACKUP_DATABASE_URL,
            "BACKUP_KEYS_DATABASE_URL": settings.BACKUP_KEYS_DATABASE_URL,
        },
        capture_output=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert (vault.main.names(), vault.keys.names()) == ([], [])
    assert names(vault.main.folder), "it had begun"
    name = vault.backup()
    assert (names(vault.main.folder), names(vault.keys.folder)) == ([name], [name]), "what was left is gone"


def test_another_run_at_the_same_time_is_left_alone(vault, business):
    vault.main.prepare()
    with vault.main.making("20261126T182734Z-00000000") as folder:
        name = vault.backup()
        assert folder.exists()
    assert vault.main.names() == ["20261126T182734Z-00000000", name]


def test_a_backup_is_never_written_over_another(vault, business, monkeypatch):
    name = vault.backup()
    monkeypatch.setattr(shelf, "new_name", lambda at: name)
    before = (vault.main.folder / name / shelf.DATA).read_bytes()
    with pytest.raises(CommandError, match="nothing was overwritten"):
        vault.backup()
    assert (vault.main.folder / name / shelf.DATA).read_bytes() == before
    assert names(vault.main.folder) == [name]


def test_a_full_disk_is_said_and_leaves_nothing(vault, business, monkeypatch):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(making.sealing, "seal", full)
    with pytest.raises(CommandError, match=r"The disk of .* is full"):
        vault.backup()
    assert (names(vault.main.folder), names(vault.keys.folder)) == ([], [])


def test_old_ones_go_and_those_of_the_keys_sooner(vault, business):
    made = []
    now = datetime.now(UTC)
    for ago in (36, 8, 0):
        with time_machine.travel(now - timedelta(days=ago), tick=False):
            made.append(vault.backup())
    assert vault.main.names() == made[1:]
    assert vault.keys.names() == made[2:]


def test_the_newest_is_never_taken_away(vault, business):
    """Nobody made a backup for two months: what there is, is better than nothing."""
    name = vault.backup()
    gone = vault.main.remove_older(timedelta(days=35), now=datetime.now(UTC) + timedelta(days=60))
    assert (gone, vault.main.names()) == ([], [name])


def test_a_role_that_does_not_see_all_rows_is_refused(vault, business, settings):
    for role in (APP, OWNER):
        settings.BACKUP_KEYS_DATABASE_URL = url("keys", role)
        with pytest.raises(CommandError, match=f"The role {role} does not see all rows"):
            vault.backup()
    assert names(vault.main.folder) == []


def test_what_is_missing_is_named(vault, business, settings, tmp_path):
    settings.POSTGRES_PROGRAMS = str(tmp_path)
    with pytest.raises(CommandError, match="no pg_dump for PostgreSQL 18"):
        vault.backup()
    settings.BACKUP_KEY = b""
    with pytest.raises(CommandError, match="BACKUP_KEY is not set"):
        vault.backup()
    settings.BACKUP_DATABASE_URL = ""
    with pytest.raises(CommandError, match="BACKUP_DATABASE_URL is not set"):
        vault.backup()


def test_a_database_that_does_not_answer_is_said_without_its_password(vault, business, settings):
    settings.BACKUP_DATABASE_URL = "postgresql://somebody:hunter2@/parley?host=%2Fnowhere"
    with pytest.raises(CommandError, match="no connection to the main database") as refused:
        vault.backup()
    assert "hunter2" not in str(refused.value)


def test_passwords_are_not_on_the_command_line():
    where, environment = programs.connection_of("postgresql://somebody:hunter2@db.example.com/parley?sslmode=require")
    assert "hunter2" not in where
    assert (environment["PGPASSWORD"], "sslmode=require" in where) == ("hunter2", True)
    with pytest.raises(BackupError, match="cannot be read"):
        programs.connection_of("postgresql://somebody:hunter2@[/")


@pytest.mark.parametrize("days", ["0", "-1", "3651", "many"])
def test_days_that_cannot_be_meant_are_refused(days):
    with pytest.raises(CommandError, match="--keep-days"):
        call_command("backup", "--to=/nowhere", f"--keep-days={days}")


def test_the_connection_is_still_ours(business):
    """The commands open connections of their own."""
    assert connections["default"].settings_dict["USER"] == APP


def test_it_warns_when_copies_of_keys_stay_longer_than_a_period_in_force(vault, business):
    assert "WARNING" not in vault.say(keys_keep_days=7), "as it comes"
    assert "the shortest: 7 days for exports" in vault.say(keys_keep_days=8)
    with activate(business.organization):
        team = Team.objects.first() or Team.objects.create(name="Desk")
        RetentionPolicy.objects.create(kind="exports", days=20, set_at=timezone.now())
        RetentionPolicy.objects.create(kind="attachments", days=8, team=team, set_at=timezone.now())
    assert "the shortest: 8 days for attachments" in vault.say(keys_keep_days=9), "a team's own"
    with activate(business.organization):
        RetentionPolicy.objects.create(kind="webhooks", days=4, set_at=timezone.now())
    assert "WARNING: copies of keys stay 7 days" in (said := vault.say(keys_keep_days=7))
    assert "the shortest: 4 days for webhooks" in said
    assert "WARNING" not in vault.say(keys_keep_days=4)
