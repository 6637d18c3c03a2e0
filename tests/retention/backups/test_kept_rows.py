"""What a purge had to keep is readable in a backup from before it, for as long as it is kept; its neighbours are not.

A hold that our own backup undoes would be spoliation; a backup that opens what ended would be no purge.
"""

import json
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from config.embedded.postgres import OWNER
from retention.backups import kept_notes, restoring, tombstones
from retention.backups.kept import LOST
from retention.backups.kept_notes import Kept, Told
from retention.backups.targets import connected_to
from retention.holds import releasing
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import running
from tenancy.encryption import KeyDestroyed, keyring
from tenancy.encryption.day_shredding import shred_day
from tenancy.encryption.kept_forms import mark
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import KeptForm
from tests import emptying
from tests.retention.backups.conftest import empty_databases, url
from tests.retention.placed import place_hold
from tests.retention.purging.conftest import LONG_AGO, set_days, told, without_waiting
from tests.tenancy.conftest import NOON
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import FIRST, SECOND
from texting.models import Attachment, AttachmentChunk, Conversation

__all__ = ["told", "without_waiting"]

pytestmark = pytest.mark.django_db(transaction=True)

HELD, FREE = "Keep me for the court", "Zwetschgenkuchen for the trombone quartet"


@pytest.fixture
def desk(busy_desk):
    return busy_desk


@pytest.fixture(autouse=True)
def held_alone(settings, without_waiting):
    settings.RETENTION_KEEPERS = ["retention.holds.freezing.keeper"]
    settings.AUDIT_SIGNING_KEY = b"k" * 32


def purge(desk, settings):
    """A night's, told of beside the checkpoints."""
    with activate(desk.organization):
        Purge.objects.update(night=LONG_AGO.date())
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        assert set(PurgeStep.objects.values_list("state", flat=True)) <= {"verified", "stayed"}
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))


def read(row, name):
    """What a row's column says; None: its key is gone."""
    keyring.forget_everything()
    try:
        return getattr(type(row).objects.get(pk=row.pk), name)
    except KeyDestroyed:
        return None


class Scene:
    """A held customer and another one, each with a text and a file of the same day."""

    def __init__(self, desk, told):
        self.desk = desk
        self.held, self.free = told(HELD, number=FIRST), told(FREE, number=SECOND)
        with activate(desk.organization):
            for kind in (Kind.BODIES, Kind.ATTACHMENTS):
                set_days(kind, 30)
            files = [keep_file(text, png_with_place(), name="x-ray.png") for text in (self.held, self.free)]
            self.held_file, self.free_file = (Attachment.objects.get(pk=one.pk) for one in files)
            self.hold = place_hold(desk.cast.admin, about=FIRST)
            self.bytes = self._content(self.held_file)
        assert len(self.bytes) > 100

    def _content(self, file):
        """Its bytes and those of its small picture."""
        return b"".join(read(one, "content") or b"" for one in AttachmentChunk.objects.filter(attachment=file))

    def seen(self):
        """Of the active databases: words, preview, name and bytes of the held one; then of the other."""
        with activate(self.desk.organization):
            return [
                (
                    read(text, "body"),
                    read(Conversation.objects.get(pk=text.conversation_id), "preview"),
                    read(file, "name"),
                    self._content(file),
                )
                for text, file in ((self.held, self.held_file), (self.free, self.free_file))
            ]

    def release(self):
        with activate(self.desk.organization):
            releasing.ask(member=self.desk.cast.admin, hold=self.hold, reason="The case is settled")
            releasing.confirm(member=self.desk.cast.owner, hold=self.hold, reason="Read the settlement")

    @property
    def kept(self):
        return [(HELD, HELD, "x-ray.png", self.bytes), NOTHING]

    @property
    def whole(self):
        return [(HELD, HELD, "x-ray.png", self.bytes), (FREE, FREE, "x-ray.png", self.bytes)]


NOTHING = (None, None, None, b"")


@contextmanager
def restored(vault, **which):
    """What the command said, inside what came back."""
    with empty_databases() as fresh:
        said = fresh.restore(vault, **which)
        with connected_to(fresh.main, fresh.keys):
            yield said


def check(vault, fresh, **which):
    """What `restore_check` says of kept rows."""
    out, targets = StringIO(), {"to_url": fresh.main, "keys_to_url": fresh.keys}
    with suppress(CommandError):
        call_command("restore_check", source=vault.folder, json=True, stdout=out, **targets, **which)
    checks = json.loads(out.getvalue())["checks"]
    assert [each for each in checks if each["problems"]] == []
    return [each["seen"] for each in checks if each["name"] == "kept rows"]


def test_a_held_text_comes_back_from_before_its_purge_until_its_hold_is_released(desk, told, vault, settings):
    scene = Scene(desk, told)
    assert scene.seen() == scene.whole
    before = vault.backup()
    purge(desk, settings)
    assert scene.seen() == scene.kept
    after = vault.backup()
    for keys in (before, after):
        which = {"name": before, "keys_name": keys}
        with empty_databases() as fresh:
            said = fresh.restore(vault, **which)
            assert "rows that purges had kept were under such keys and were brought back" in said
            assert "note    kept rows" in said
            assert "cannot be read" not in said
            [words] = check(vault, fresh, **which)
            assert "were brought back" in words
            with connected_to(fresh.main, fresh.keys):
                assert scene.seen() == scene.kept, keys
    scene.release()
    purge(desk, settings)
    assert scene.seen() == [NOTHING, NOTHING]
    for keys in (before, after):
        with restored(vault, name=before, keys_name=keys) as said:
            assert scene.seen() == [NOTHING, NOTHING], keys
            assert "kept rows" not in said


def test_it_comes_back_as_often_as_it_is_needed_and_not_after_it_ended_where_it_came_back(desk, told, vault, settings):
    """Twice from one backup: what the first restore made for it is known to the second, and that it ended there."""
    scene = Scene(desk, told)
    before = vault.backup()
    purge(desk, settings)
    with restored(vault, name=before):
        assert scene.seen() == scene.kept
        purge(desk, settings)
        assert scene.seen() == scene.kept, "it is on hold here, too"
    with restored(vault, name=before):
        assert scene.seen() == scene.kept
        scene.release()
        purge(desk, settings)
        assert scene.seen() == [NOTHING, NOTHING]
    with restored(vault, name=before) as said:
        assert scene.seen() == [NOTHING, NOTHING]
        assert "brought back" not in said


def test_what_was_kept_twice_comes_back_whichever_keys_come_with_it(desk, told, vault, settings):
    scene = Scene(desk, told)
    with activate(desk.organization):
        other = place_hold(desk.cast.admin, about=SECOND)
    before = vault.backup()
    third = told("neither", number="+12125550183")
    purge(desk, settings)
    assert scene.seen() == scene.whole
    between = vault.backup()
    with activate(desk.organization):
        assert read(third, "body") is None
        releasing.ask(member=desk.cast.admin, hold=other, reason="The case is settled")
        releasing.confirm(member=desk.cast.owner, hold=other, reason="Read the settlement")
    purge(desk, settings)
    assert scene.seen() == scene.kept
    after = vault.backup()
    for name, keys in ((before, before), (before, between), (before, after), (between, between), (between, after)):
        with restored(vault, name=name, keys_name=keys):
            assert scene.seen() == scene.kept, (name, keys)


def test_who_was_erased_meanwhile_does_not_come_back(desk, told, vault, settings):
    scene = Scene(desk, told)
    before = vault.backup()
    purge(desk, settings)
    after = vault.backup()
    with activate(desk.organization):
        destroy_keys(CONTACT, str(scene.held.contact_id), reason="erasure")
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    for keys in (before, after):
        with restored(vault, name=before, keys_name=keys) as said:
            assert scene.seen() == [NOTHING, NOTHING], keys
            assert "were brought back" not in said


def test_where_the_main_database_alone_came_back_its_keys_know_and_tell(desk, told, vault, settings, tmp_path):
    """A snapshot of one server, and no note of what was destroyed: entries beside the keys say what stayed."""
    scene = Scene(desk, told)
    owner, day = desk.organization.pk, LONG_AGO.date().isoformat()
    [old_key] = keyring.stored_ids(owner, "body", day)
    vault.backup()
    found = restoring.choose(vault.main, vault.keys)
    purge(desk, settings)
    [now] = keyring.stored_ids(owner, "body", day)
    emptying.close()
    lost = tmp_path / "lost"
    lost.mkdir()
    with empty_databases() as fresh:
        restoring._fill(fresh.main, found.main, found.of_main)
        out, targets = StringIO(), {"to_url": fresh.main, "keys_to_url": url("keys", OWNER), "checkpoints": str(lost)}
        call_command("replay_tombstones", stdout=out, without_tombstones=True, **targets)
        assert "rows that purges had kept were under such keys and were brought back" in out.getvalue()
        with connected_to(fresh.main, targets["keys_to_url"]):
            assert scene.seen() == scene.kept
            tombstones.export(lost)
    dead = tombstones.read(lost)
    [said] = dead.kept[owner][old_key]
    assert (said.under, mark(old_key, "texting_message.body", scene.held.pk) in said.marks) == (now, True)
    assert mark(old_key, "texting_message.body", scene.free.pk) not in said.marks


def test_a_purge_of_before_rows_were_told_one_by_one_is_told_of(business, vault, fresh, settings):
    with activate(business.organization):
        kept = business.add_message(HELD)
    owner, day = business.organization.pk, NOON.date()
    key_ids = keyring.stored_ids(owner, "body", day.isoformat())
    before = vault.backup()
    assert shred_day(owner, "body", day, key_ids, lambda model: Q(pk=kept.pk), reason="purge", stay=timedelta()).gone
    with keyring.keys_of(owner):
        assert KeptForm.objects.all().delete()[0] == 1
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    said = fresh.restore(vault, name=before)
    assert "note    kept rows       up to 1 rows that a purge had kept cannot be read" in said
    assert "Restored, and open" in said
    assert check(vault, fresh) == [LOST.format(number=1)]
    with connected_to(fresh.main, fresh.keys), activate(owner):
        assert read(kept, "body") is None


def test_notes_say_which_rows_stayed_and_read_as_they_were_written():
    marks = frozenset({b"\x00" * 8, b"\xff" * 8, b"\xfb\xef\xbe" + b"?" * 5})
    one = frozenset({b"abcdefgh"})
    for kept in (None, Kept(3), Kept(3, b"12345678", marks, one), Kept(1, b"\xff" * 8, one)):
        for person in (b"", b"\xfb" * 16):
            told_of = Told(b"\xab" * 8, kept, person)
            said = kept_notes.written(told_of)
            assert kept_notes.read(said) == told_of
            assert not {" ", "\n"} & set(said)
