"""What ended stays ended, however notes are repeated, taken away or lost, and whatever lies beside what comes back."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db.models import Q

from config.embedded.postgres import OWNER
from retention.backups import kept_notes, replaying, restoring, tombstones
from retention.backups.errors import Damaged
from retention.backups.kept import LOST
from retention.backups.kept_notes import Kept, Told
from retention.backups.targets import connected_to
from tenancy.encryption import day_shredding, keyring
from tenancy.encryption.day_shredding import shred_day
from tenancy.encryption.kept_forms import mark
from tenancy.isolation import activate
from tests import emptying
from tests.retention.backups.conftest import empty_databases, url
from tests.retention.backups.test_kept_rows import NOTHING, Scene, desk, held_alone, purge, read, restored
from tests.retention.purging.conftest import told, without_waiting
from tests.tenancy.conftest import NOON, superuser
from texting.models import Message

__all__ = ["desk", "held_alone", "superuser", "told", "without_waiting"]

pytestmark = pytest.mark.django_db(transaction=True)

OWNER_ID, ROW, PLACE = uuid4(), uuid4(), "texting_message.body"
FIRST_KEY, SECOND_KEY, RESTORED_KEY = b"1" * 8, b"2" * 8, b"b" * 8
KEPT = kept_notes.written(Told(FIRST_KEY, Kept(1, SECOND_KEY, frozenset({mark(FIRST_KEY, PLACE, ROW)}))))


def add(folder, after, last, keys):
    tombstones._append(folder, OWNER_ID, after, last, keys)
    state = tombstones._state(folder) or {"at": "2026-11-28T00:00:00+00:00"}
    tombstones._replace(folder / "tombstones.state", {**state, "reached": {str(OWNER_ID): last}})


def stays(folder):
    found = tombstones.read(folder)
    kept = found.kept[OWNER_ID]
    return kept_notes.way(FIRST_KEY, PLACE, ROW, dead=found.keys[OWNER_ID], kept=kept) is not None


@pytest.mark.parametrize("ended", [SECOND_KEY, RESTORED_KEY])
def test_one_successor_by_which_a_row_ended_ends_it_in_whatever_order_they_are_told(tmp_path, ended):
    add(tmp_path, 0, 5, [KEPT])
    assert stays(tmp_path)
    tombstones.tell_anew(tmp_path, OWNER_ID, {FIRST_KEY: RESTORED_KEY}, tombstones.read(tmp_path))
    assert stays(tmp_path)
    add(tmp_path, 5, 9, [ended.hex()])
    assert not stays(tmp_path)
    file = tombstones.file_of(tmp_path, OWNER_ID)
    blocks = file.read_text().split("\n\n")
    file.write_text("\n\n".join([*blocks, *blocks[:2]]))
    assert not stays(tmp_path), "an older note once more"
    file.write_text("\n\n".join(one for one in blocks if "\n0 0\n" not in one))
    with pytest.raises(Damaged, match="that restores wrote"):
        tombstones.read(tmp_path)


def test_damaged_rows_do_not_keep_their_neighbours_away(business, vault, superuser, settings):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    with activate(business.organization):
        kept, damaged = business.add_message("stays"), business.add_message("ended words")
    superuser().execute("UPDATE texting_message SET body = substring(body FROM 1 FOR 60) WHERE id = %s", [damaged.pk])
    owner, day = business.organization.pk, NOON.date()
    keys = keyring.stored_ids(owner, "body", day.isoformat())
    copy = vault.backup()
    assert shred_day(owner, "body", day, keys, lambda model: _only(model, kept), reason="purge", stay=timedelta()).gone
    emptying.close()
    with empty_databases() as fresh:
        found = restoring.choose(vault.main, vault.keys, name=copy)
        restoring._fill(fresh.main, found.main, found.of_main)
        of_keys = url("keys", OWNER)
        call_command(
            "replay_tombstones", stdout=StringIO(), to_url=fresh.main, keys_to_url=of_keys, without_tombstones=True
        )
        with connected_to(fresh.main, of_keys), activate(business.organization):
            assert read(kept, "body") == "stays"


def test_of_a_kept_row_no_other_wording_comes_back_and_its_neighbours_do_not_refuse_the_restore(
    business, vault, fresh, settings
):
    """One was masked after the backup, another of the same customer's had its words removed; keys as old as it."""
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    with activate(business.organization):
        kept, masked, removed = (business.add_message(words) for words in ("stays", "my card is 4111", "removed words"))
    owner, day = business.organization.pk, NOON.date()
    keys = keyring.stored_ids(owner, "body", day.isoformat())
    copy = vault.backup()
    with activate(business.organization):
        masked.body = "my card is ****"
        masked.save(update_fields=["body"])
        Message.objects.filter(pk=removed.pk).update(body=None, ended_at=NOON, ended_as="redacted")
    stays = lambda model: _only(model, kept, masked)  # noqa: E731
    assert shred_day(owner, "body", day, keys, stays, reason="purge", stay=timedelta()).gone
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    said = fresh.restore(vault, name=copy)
    assert "1 rows that purges had kept were under such keys and were brought back" in said
    assert LOST.format(number=1) in said
    with connected_to(fresh.main, fresh.keys), activate(business.organization):
        assert [read(one, "body") for one in (kept, masked, removed)] == ["stays", None, None]


def _only(model, *rows):
    return Q(pk__in=[row.pk for row in rows]) if model is Message else None


@pytest.mark.parametrize("notes", [False, True])
def test_what_ended_by_the_log_of_this_very_database_is_not_brought_back(business, vault, settings, monkeypatch, notes):
    """Keys of the middle of a purge: they have an entry of a row that need not stay any more when it is done again."""
    with activate(business.organization):
        kept, ended = business.add_message("stays"), business.add_message("ended words")
    owner, day = business.organization.pk, NOON.date()
    keys = keyring.stored_ids(owner, "body", day.isoformat())

    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(day_shredding, "update_rows", die)
        shred_day(owner, "body", day, keys, lambda model: _only(model, kept, ended), reason="purge")
    middle = vault.backup()
    assert shred_day(owner, "body", day, keys, lambda model: _only(model, kept), reason="purge", stay=timedelta()).gone
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    after = vault.backup()
    emptying.close()
    with empty_databases() as fresh:
        of_main, of_keys = (restoring.choose(vault.main, vault.keys, name=name) for name in (after, middle))
        restoring._fill(fresh.keys, of_keys.keys, of_keys.of_keys)
        restoring._fill(fresh.main, of_main.main, of_main.of_main)
        targets = {"to_url": fresh.main, "keys_to_url": fresh.keys, "without_tombstones": not notes}
        call_command("replay_tombstones", stdout=StringIO(), **targets)
        with connected_to(fresh.main, fresh.keys), activate(business.organization):
            assert (read(kept, "body"), read(ended, "body")) == ("stays", None)


def test_a_replay_that_was_stopped_has_told_of_its_keys(desk, told, vault, settings, monkeypatch):
    scene = Scene(desk, told)
    before = vault.backup()
    purge(desk, settings)
    emptying.close()
    with empty_databases() as fresh:
        found = restoring.choose(vault.main, vault.keys, name=before)
        restoring._fill(fresh.keys, found.keys, found.of_keys)
        restoring._fill(fresh.main, found.main, found.of_main)
        targets = {"to_url": fresh.main, "keys_to_url": fresh.keys}

        def die(*_args):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(replaying, "_say_so_in_the_logs", die)
            call_command("replay_tombstones", stdout=StringIO(), **targets)
        emptying.close()
        call_command("replay_tombstones", stdout=StringIO(), **targets)
        with connected_to(fresh.main, fresh.keys):
            assert scene.seen() == scene.kept
            scene.release()
            purge(desk, settings)
            assert scene.seen() == [NOTHING, NOTHING]
    with restored(vault, name=before):
        assert scene.seen() == [NOTHING, NOTHING]
