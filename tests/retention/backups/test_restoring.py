"""`manage.py restore`: what comes back is what there was, apart from what was shredded since."""

import json
import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q
from django.utils import timezone

from compliance.models import Suppression
from config.embedded.postgres import APP, OWNER, SUPERUSER
from retention.backups import restoring, tombstones
from retention.backups.shelf import Shelf
from retention.backups.targets import connected_to
from retention.erasing import again as erased
from retention.models import Closing
from tenancy import audit
from tenancy.encryption import KeyDestroyed, keyring
from tenancy.encryption.day_shredding import shred_day
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.keyring import keys_of
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey, DestroyedKey, OrganizationKey
from tenancy.tasks import sign_checkpoints
from tests.retention.backups.conftest import SECRET, Fresh, url
from tests.tenancy.conftest import NOON, add_contact, make_business
from texting.models import Contact, Conversation, Message, OutboxEntry, TextWord
from texting.restoring import Counts
from texting.searching.keeping import keep_words

pytestmark = pytest.mark.django_db(transaction=True)


def shred(business, day=NOON):
    with activate(business.organization):
        destroy_keys("body", day.date().isoformat(), reason="retention")


@contextmanager
def inside(fresh, business):
    with connected_to(fresh.main, fresh.keys), activate(business.organization):
        yield


def app_can_connect(address):
    try:
        psycopg.connect(address.replace(OWNER, APP)).close()
    except psycopg.OperationalError as error:
        if "permission denied for database" not in str(error):
            raise
        return False
    return True


def queue(business):
    """A text that waits; what it says does not matter here."""
    OutboxEntry.objects.create(
        organization=business.organization,
        line_id=business.line.pk,
        contact_id=business.contact.pk,
        priority=1,
        due_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
    )


def test_a_backup_comes_back_without_what_was_shredded_since(vault, business, fresh, settings):
    folder = Path(settings.AUDIT_CHECKPOINT_DIR)
    with activate(business.organization):
        kept = business.add_message("We open at nine", at=NOON + timedelta(days=1))
        audit.record(event=audit.AuditKind.AUDIT_READ)
        erased = add_contact("Ann", "+12125550177")
        keep_words([Message.objects.get(created_at=NOON)])
        assert TextWord.objects.exists()
    queue(business)
    sign_checkpoints()
    name = vault.backup()
    with activate(business.organization):
        for _ in range(5):  # so that the numbers of what is destroyed after the restore were given before
            audit.record(event=audit.AuditKind.AUDIT_READ)
    shred(business)
    with activate(business.organization):
        destroy_keys(CONTACT, str(erased.pk), reason="erasure")
    sign_checkpoints()
    tombstones.export(folder)
    said = fresh.restore(vault)
    for words in (
        f"{name} is whole",
        "2 destroyed keys are known, 2 of them were in the backup and are gone again",
        "1 texts of 1 organizations will be looked up",
        "2 checkpoints; 7 events since the backup are lost",
        "1 texts opened",
        "2 rows that came back had ended by their periods and are ended again",
        "2 keys are gone, 0 texts under them do not open",
    ):
        assert words in said
    with inside(fresh, business):
        shredded, other = Message.objects.order_by("created_at")
        assert (other.pk, other.body) == (kept.pk, "We open at nine")
        assert (shredded.body, shredded.ended_as) == (None, "retention")
        assert not TextWord.objects.exists(), "a search would still find it by its words"
        with pytest.raises(KeyDestroyed):
            Contact.objects.get(pk=erased.pk).name  # noqa: B018
        with keys_of(business.organization.pk):
            assert DestroyedKey.objects.get().scope == str(erased.pk), "nothing is sealed for who was erased"
        assert name in AuditEvent.objects.get(event="backup:restored").details
        assert OutboxEntry.objects.get().state == "unconfirmed"
    assert app_can_connect(fresh.main)
    assert app_can_connect(fresh.keys)
    with connected_to(fresh.main, fresh.keys):  # and life goes on
        sign_checkpoints()
        call_command("verify_audit", stdout=StringIO())
        shred(business, NOON + timedelta(days=1))
        tombstones.export(folder)
    assert len(tombstones.read(folder)) == 3
    assert [path.name.partition(".before-restore")[1] for path in folder.glob("*.checkpoints.*")] == [".before-restore"]


def test_a_backup_from_after_the_purge_says_nothing_of_what_was_kept(vault, business, fresh, settings):
    with activate(business.organization):
        kept = business.add_message("Keep me for the court")
    owner, day = business.organization.pk, NOON.date()
    key_ids = keyring.stored_ids(owner, "body", day.isoformat())
    with activate(business.organization):
        Message.objects.exclude(pk=kept.pk).update(body=None, ended_at=timezone.now(), ended_as="retention")
        Conversation.objects.update(preview=None)

    def stays(model):
        return Q(pk=kept.pk) if model is Message else None

    assert shred_day(owner, "body", day, key_ids, stays, reason="purge", stay=timedelta()).gone
    vault.backup()
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    assert "kept rows" not in fresh.restore(vault)
    with inside(fresh, business):
        assert Message.objects.get(pk=kept.pk).body == "Keep me for the court"


def test_who_was_erased_since_is_erased_again_and_their_number_is_free(vault, business, fresh, settings):
    with activate(business.organization):
        person, stays = add_contact("Ann", "+12125550177"), add_contact("Ben", "+12125550178")
        index = bytes(person.number_index)
    vault.backup()
    with activate(business.organization):
        destroy_keys(CONTACT, str(person.pk), reason="erasure")
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))

    assert "1 contacts that came back had been erased and are erased again" in fresh.restore(vault)

    with inside(fresh, business):
        row, other = Contact.objects.get(pk=person.pk), Contact.objects.get(pk=stays.pk)
        assert (row.number_masked, bytes(row.number_index) == index) == ("", False)
        assert other.number_masked != ""
        assert other.name == "Ben"
        assert Suppression.objects.get().number_index == index, "nobody texts the number by mistake"
        again = add_contact("Ann", "+12125550177")
        assert bytes(again.number_index) == index
        assert Contact.objects.get(pk=again.pk).name == "Ann", "who comes back is somebody new"
        assert (erased.end_again(), erased.problems()) == (0, [])
        Contact.objects.filter(pk=person.pk).update(number_masked="(212) ...")
    with connected_to(fresh.main, fresh.keys):
        assert len(erased.problems()) == 1


def test_without_tombstones_it_would_open_again_and_what_is_not_right_stays_closed(vault, business, fresh, monkeypatch):
    """What the test above would miss if nothing were applied; nobody gets there without saying so."""
    queue(business)
    vault.backup()
    shred(business)
    with pytest.raises(CommandError, match=r"There are no tombstones in .* --without-tombstones"):
        fresh.restore(vault, checkpoints=str(vault.folder))
    monkeypatch.setattr(restoring, "after_restore", lambda at: Counts())
    with pytest.raises(CommandError, match="stay closed"):
        fresh.restore(vault, without_tombstones=True)
    assert (app_can_connect(fresh.main), app_can_connect(fresh.keys)) == (False, False)
    with inside(fresh, business):
        assert Message.objects.get().body == SECRET
    with pytest.raises(CommandError, match="is not empty"):
        fresh.restore(vault, without_tombstones=True)


HARM = (
    "UPDATE texting_message SET body = overlay(body PLACING '\\x00' FROM 60 FOR 1)"
    " WHERE created_at = (SELECT max(created_at) FROM texting_message)",
    "DELETE FROM texting_contact WHERE number_masked <> ''",
    "UPDATE texting_contact SET number_masked = 'somebody''s'",  # of who was erased
    "UPDATE tenancy_auditevent SET event = 'line:created' WHERE sequence = 1",
    "ALTER TABLE texting_line NO FORCE ROW LEVEL SECURITY",
    "UPDATE texting_outboxentry SET state = 'ready'",
    "UPDATE tenancy_organization SET ended_at = NULL",
    "SELECT setval('django_migrations_id_seq', 1)",
)


def test_the_check_sees_each_thing_that_can_be_wrong(vault, business, fresh, settings):
    with activate(business.organization):
        audit.record(event=audit.AuditKind.AUDIT_READ)
        business.add_message("We open at nine", at=NOON + timedelta(days=1))
        person = add_contact("Ann", "+12125550177")
    queue(business)
    elm = make_business("Elm Street Vets", "elm").organization  # which has ended, as its log and its closing say
    with connected_to(url("default", OWNER), url("keys", OWNER)), activate(elm):
        now = timezone.now()
        Closing.objects.create(state="ended", asked_at=now, ends_at=now, ended_at=now)
        mark = DataKey(kind="organization", key_id=ORGANIZATION_MARK)
        audit.record(event=audit.AuditKind.KEY_DESTROYED, object=mark)
    with keys_of(business.organization.pk):
        key = DataKey.objects.get(kind="body", scope=NOON.date().isoformat())
    vault.backup()
    shred(business)
    with activate(business.organization):
        destroy_keys(CONTACT, str(person.pk), reason="erasure")
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    fresh.restore(vault)
    assert [each for each in check(vault, fresh)["checks"] if each["problems"]] == []
    with psycopg.connect(fresh.main.replace(OWNER, SUPERUSER)) as database:
        database.execute("SET session_replication_role = replica")
        for statement in HARM:
            database.execute(statement.encode())
    with connected_to(fresh.main, fresh.keys), keys_of(business.organization.pk):
        key.wrapped_by = OrganizationKey.objects.get()
        key.save(force_insert=True)
    found = {each["name"]: each["problems"] for each in check(vault, fresh)["checks"]}
    assert [name for name, problems in found.items() if not problems] == []
    assert set(found) == {
        *("counts", "audit log", "row security", "ended organizations", "erased people", "live texts"),
        *("shredded texts", "outbox", "foreign keys", "sequences"),
    }


def check(vault, fresh):
    out = StringIO()
    try:
        targets = {"to_url": fresh.main, "keys_to_url": fresh.keys}
        call_command("restore_check", source=vault.folder, json=True, stdout=out, **targets)
    except CommandError:
        if not out.getvalue():
            raise
    return json.loads(out.getvalue())


def test_what_cannot_be_restored_is_refused_before_anything_is_touched(vault, business, fresh, settings, monkeypatch):
    first, second = sorted(vault.backup() for _ in range(2))  # of one second, maybe: then the names say which is newer
    anyway = {"without_tombstones": True}
    with monkeypatch.context() as patched:
        patched.setattr(Shelf, "read", a_slow_clock(Shelf.read))
        assert restoring.choose(vault.main, vault.keys).of_keys.name == second, "one backup, and clocks of two servers"
    with pytest.raises(CommandError, match="is older than the main database's"):
        fresh.restore(vault, name=second, keys_name=first, **anyway)
    with pytest.raises(CommandError, match="name the same database"):
        Fresh(fresh.main, fresh.main).restore(vault, **anyway)
    with pytest.raises(CommandError, match=f"The role {APP} does not own the database"):
        Fresh(fresh.main.replace(OWNER, APP), fresh.keys.replace(OWNER, APP)).restore(vault, **anyway)
    with psycopg.connect(fresh.main), pytest.raises(CommandError, match="1 others are connected"):
        fresh.restore(vault, **anyway)
    with pytest.raises(CommandError, match="is not empty"):
        Fresh(url("default", OWNER), fresh.keys).restore(vault, **anyway)
    root, settings.ROOT_KEY = settings.ROOT_KEY, os.urandom(32)
    with pytest.raises(CommandError, match="Another ROOT_KEY"):
        fresh.restore(vault, **anyway)
    settings.ROOT_KEY, settings.BACKUP_KEY = root, os.urandom(32)
    with pytest.raises(CommandError, match="another BACKUP_KEY"):
        fresh.restore(vault, **anyway)
    with pytest.raises(CommandError, match="--to-url and --keys-to-url"):
        call_command("restore", source=vault.folder)
    with pytest.raises(CommandError, match="There is no backup in /nowhere"):
        call_command("restore", source=Path("/nowhere"), to_url=fresh.main, keys_to_url=fresh.keys)
    with psycopg.connect(fresh.main) as database:
        assert database.execute("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace").rowcount == 0
    assert app_can_connect(fresh.main)


def a_slow_clock(read):
    """The keys' server's, a minute behind."""

    def told(shelf, name):
        found = read(shelf, name)
        return replace(found, taken_at=found.taken_at - timedelta(minutes=1)) if shelf.part == "keys" else found

    return told
