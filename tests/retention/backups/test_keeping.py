"""A backup each hour and a drill each week, whatever fails meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.utils import timezone

from retention.backups import shelf
from retention.backups.keeping import go_on
from retention.models import RestoreDrill

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def rounds(number, *, fails=(), drills=lambda at: None):
    """The commands of so many rounds and how long was waited after each."""
    done, waited = [], []

    def run(command, **options):
        known = {action.dest for action in load_command_class("retention", command).create_parser("", command)._actions}
        assert set(options) <= known, "an option that the command does not have"
        assert command != "backup" or (options["keep_days"], options["keys_keep_days"]) == (20, 3)
        done.append(command)
        if command == "restore_drill":
            drills(timezone.now())
        if command in fails:
            raise CommandError("The disk is full.")

    def wait(seconds):
        waited.append(seconds)
        return len(waited) == number

    folder = Path("/backups")
    keep = {"keep_days": 20, "keys_keep_days": 3}
    go_on(to=folder, keys_to=folder, every=HOUR, drill_every=timedelta(days=7), run=run, wait=wait, **keep)
    return done, waited


def passed(at, ago=0, ok=True):
    row = RestoreDrill.objects.create(passed=ok, backup="x", seconds=1)
    RestoreDrill.objects.filter(pk=row.pk).update(at=at - timedelta(days=ago))


def test_the_first_round_tries_a_restore_and_the_next_ones_make_backups():
    done, waited = rounds(3, drills=passed)
    assert done == ["backup", "restore_drill", "backup", "backup"]
    assert all(3500 < seconds <= 3600 for seconds in waited)


def test_what_fails_is_tried_again_at_its_next_time(caplog):
    done, _waited = rounds(3, fails={"backup", "restore_drill"}, drills=lambda at: passed(at, ok=False))
    assert done == ["backup", "restore_drill", "backup", "backup"], "a failed drill is tried again a day later"
    assert {record.__dict__["problem"] for record in caplog.records} == {"The disk is full."}


@pytest.mark.parametrize(("ago", "ok", "due"), [(6, True, False), (8, True, True), (2, False, True)])
def test_a_drill_is_due_a_week_after_one_that_passed_and_a_day_after_one_that_did_not(ago, ok, due):
    passed(timezone.now(), ago, ok)
    assert ("restore_drill" in rounds(1)[0]) == due


def test_old_copies_go_though_no_new_one_can_be_made(tmp_path, settings):
    settings.BACKUP_KEY = bytes(32)
    settings.BACKUP_DATABASE_URL = settings.BACKUP_KEYS_DATABASE_URL = "postgresql://nobody@/nowhere?host=/nowhere"
    names = [shelf.new_name(timezone.now() - timedelta(days=days)) for days in (40, 20, 12, 9)]
    for part in ("main", "keys"):
        for name in names:
            (tmp_path / part / name).mkdir(parents=True)
    with pytest.raises(CommandError, match="There is no connection"):
        call_command("backup", to=tmp_path)
    left = {part: sorted(each.name for each in (tmp_path / part).iterdir()) for part in ("main", "keys")}
    assert left == {"main": names[1:], "keys": names[3:]}, "the newest stays, however old"
