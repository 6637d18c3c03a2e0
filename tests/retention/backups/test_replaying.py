"""`manage.py replay_tombstones`: keys from an old copy open nothing that was destroyed since."""

from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from config.embedded.postgres import APP, OWNER, SUPERUSER
from retention.backups import restoring, tombstones
from retention.backups.errors import BackupError
from retention.backups.targets import connected_to
from retention.models import Closing
from tenancy import audit
from tenancy.encryption import KeyDestroyed, keyring
from tenancy.encryption.ending import end_escrow
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.keyring import keys_of
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey, DestroyedKey, Organization
from tenancy.tasks import sign_checkpoints
from tests import emptying
from tests.retention.backups.conftest import SECRET, url
from tests.retention.backups.test_restoring import shred
from tests.tenancy.conftest import add_contact, make_business
from texting.models import Contact, Message

pytestmark = pytest.mark.django_db(transaction=True)


def replay(main, keys, **options):
    out = StringIO()
    call_command("replay_tombstones", to_url=main, keys_to_url=keys, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def old_keys(vault, business, fresh, settings):
    """The keys' database of before a day ended and a person was erased; the main database is today's, and nobody is
    connected."""
    emptying.close()
    with activate(business.organization):
        erased = add_contact("Ann", "+12125550177")
    neighbour = make_business("Elm Street Vets", "elm")
    with activate(neighbour.organization):
        neighbour.add_message("We open at nine")
    vault.backup()
    shred(business)
    with activate(business.organization):
        destroy_keys(CONTACT, str(erased.pk), reason="erasure")
    tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    found = restoring.choose(vault.main, vault.keys)
    restoring._fill(fresh.keys, found.keys, found.of_keys)
    return url("default", OWNER), fresh.keys, business, neighbour, erased


def opened(main, keys, business, erased=None):
    """What these keys open: a text, and a person's name. None: its key is gone."""
    found = []
    with connected_to(main, keys), activate(business.organization):
        for read in (lambda: Message.objects.get().body, lambda: erased and Contact.objects.get(pk=erased.pk).name):
            try:
                found.append(read())
            except KeyDestroyed:
                found.append(None)
    return found


def test_what_an_old_copy_of_the_keys_opened_goes_again_and_nothing_of_others(old_keys, vault):
    """The log of the main database knows. What cannot be replayed is refused before, in words."""
    main, keys, business, neighbour, erased = old_keys
    for wrong, match in (
        ({"main": keys, "keys": main}, "is it the other one"),
        ({"main": main.replace(OWNER, APP), "keys": keys}, "does not own the tables"),
        ({"main": main, "keys": keys, "checkpoints": str(vault.folder)}, "There are no tombstones"),
        ({"main": "postgresql://nobody@/nowhere?host=/nowhere", "keys": keys}, "the main database"),
    ):
        with pytest.raises(CommandError, match=match):
            replay(**wrong)
    assert opened(main, keys, business, erased) == [SECRET, "Ann"], "or this proves nothing"
    options = {"without_tombstones": True}
    assert "2 keys are there that would go" in replay(main, keys, dry_run=True, **options)
    assert opened(main, keys, business, erased) == [SECRET, "Ann"]
    said = replay(main, keys, **options)
    assert "2 keys were there and are gone again" in said
    assert "No destroyed key is there." in said
    assert opened(main, keys, business, erased) == [None, None]
    assert opened(main, keys, neighbour)[0] == "We open at nine"
    with connected_to(main, keys), activate(business.organization):
        with keys_of(business.organization.pk):
            assert DestroyedKey.objects.get().scope == str(erased.pk), "nothing is sealed for who was erased"
        assert "replayed" in AuditEvent.objects.get(event="backup:restored").details
    assert "0 keys were there" in replay(main, keys, **options), "twice is once"


def test_where_the_log_is_as_old_as_the_keys_the_folder_alone_knows(old_keys):
    main, keys, business, _neighbour, erased = old_keys
    with psycopg.connect(main.replace(OWNER, SUPERUSER)) as database:  # as a snapshot of both would have it
        database.execute("SET session_replication_role = replica")
        database.execute("DELETE FROM tenancy_auditevent WHERE organization_id = %s", [business.organization.pk])
        database.execute("DELETE FROM tenancy_audithead WHERE organization_id = %s", [business.organization.pk])
    assert "0 keys are there that would go" in replay(main, keys, dry_run=True, without_tombstones=True)
    assert "2 keys were there and are gone again" in replay(main, keys)
    assert opened(main, keys, business, erased) == [None, None]


def test_who_was_erased_and_is_younger_than_the_copy_gets_no_new_key_either(old_keys, settings):
    """The copy never had their key: only a note beside the checkpoints says whose it was, to who has their row."""
    main, keys, business, _neighbour, erased = old_keys
    with activate(business.organization):
        late = add_contact("Cy", "+12125550179")
        destroy_keys(CONTACT, str(late.pk), reason="erasure")
    folder = Path(settings.AUDIT_CHECKPOINT_DIR)
    tombstones.export(folder)
    assert str(late.pk) not in tombstones.file_of(folder, business.organization.pk).read_text()
    replay(main, keys)
    with connected_to(main, keys), activate(business.organization):
        with keys_of(business.organization.pk):
            assert set(DestroyedKey.objects.values_list("scope", flat=True)) == {str(erased.pk), str(late.pk)}
        assert Contact.objects.get(pk=late.pk).number_masked == "", "and is erased again"
        with pytest.raises(KeyDestroyed, match="was erased"):
            keyring.current(business.organization.pk, CONTACT, str(late.pk))


def test_keys_whose_escrow_is_over_go_again_too(old_keys):
    """They have no tombstones: that they went is told by the end of their organization."""
    main, keys, _business, neighbour, _erased = old_keys
    owner = neighbour.organization.pk
    with connected_to(main, url("keys", OWNER)), activate(owner):
        now = timezone.now()
        Closing.objects.create(state="ended", asked_at=now, ended_at=now, escrow_until=now, escrow_ended_at=now)
        Organization.everyone.filter(pk=owner).update(ended_at=now)
        end_escrow(owner)
    assert "No destroyed key" in replay(main, keys)
    with connected_to(main, keys), keys_of(owner):
        assert not DataKey.objects.filter(organization_id=owner).exists()


def test_a_log_to_which_somebody_wrote_destroys_nothing(old_keys, settings):
    """One row beside the chain names a living key; another one says that the organization has ended (0352)."""
    main, keys, business, neighbour, erased = old_keys
    owner = neighbour.organization.pk
    with keys_of(owner):
        living = DataKey.objects.filter(organization_id=owner, kind="body").get()
    for told, match in ((living.audit_id, "was altered: event"), (ORGANIZATION_MARK.hex(), "its closing does not")):
        with activate(owner), connection.cursor() as cursor:
            cursor.execute(WRITTEN, [owner, AuditEvent.objects.count() + 1000, told])
        with pytest.raises(CommandError, match=match):
            replay(main, keys)
        assert opened(main, keys, business, erased) == [SECRET, "Ann"]
        assert opened(main, keys, neighbour)[0] == "We open at nine"
    with pytest.raises(BackupError, match="its closing does not"):
        tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    assert tombstones.read(Path(settings.AUDIT_CHECKPOINT_DIR)).ended() == []


WRITTEN = (
    "INSERT INTO tenancy_auditevent (id, organization_id, sequence, at, event, object_type, object_id, address,"
    " previous_hash, hash) VALUES (gen_random_uuid(), %s, %s, now(), 'key:destroyed', '', %s, '',"
    " decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'))"
)


def test_while_anybody_is_connected_nothing_is_replayed(old_keys):
    main, keys, business, _neighbour, erased = old_keys
    for address in (main, keys):
        with psycopg.connect(address.replace(OWNER, APP)), pytest.raises(CommandError, match="others are connected"):
            replay(main, keys)
    assert opened(main, keys, business, erased) == [SECRET, "Ann"]


def test_what_is_destroyed_after_both_came_back_is_told_too(old_keys, vault, fresh, settings):
    """The log that came back is shorter than what was told of it: its next events have numbers that were told."""
    folder = Path(settings.AUDIT_CHECKPOINT_DIR)
    _main, keys, business, _neighbour, _erased = old_keys
    owner = business.organization.pk
    with activate(business.organization):
        for _ in range(9):
            audit.record(event=audit.AuditKind.AUDIT_READ)
        keyring.current(owner, "body", "2026-03-01")
        destroy_keys("body", "2026-03-01", reason="retention")
        later = add_contact("Ben", "+12125550178")
    sign_checkpoints()
    tombstones.export(folder)
    found = restoring.choose(vault.main, vault.keys)
    restoring._fill(fresh.main, found.main, found.of_main)
    assert "No destroyed key is there." in replay(fresh.main, keys)
    with connected_to(fresh.main, keys):
        with activate(business.organization):
            key = keyring.current(owner, CONTACT, str(later.pk)).key_id
            destroy_keys(CONTACT, str(later.pk), reason="erasure")
        assert tombstones.export(folder) >= 1
        assert key in tombstones.read(folder).keys[owner]
        sign_checkpoints()
        call_command("verify_audit", stdout=StringIO())
