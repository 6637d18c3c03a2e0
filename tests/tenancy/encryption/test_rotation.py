"""Keys are replaced while everything stays readable, and a run that was stopped is finished by the next."""

import base64
import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import TotpDevice, User
from tenancy.encryption import blind_index, keyring, records, rotation
from tenancy.encryption.key_sources import INSTALLATION
from tenancy.encryption.rotation import rotate
from tenancy.isolation import activate
from tenancy.models import AuditEvent, DataKey, Organization, OrganizationKey
from texting.models import Contact, Line, Message

AT_ONCE = timedelta(0)


def stored_keys(owner) -> tuple[list[int], dict[str, bytes]]:
    """The versions of the organization's key, and the wrapped bytes of each data key by kind and generation."""
    with keyring.keys_of(owner):
        versions = list(OrganizationKey.objects.order_by("version").values_list("version", flat=True))
        wrapped = {f"{key.kind}{key.generation}": bytes(key.wrapped) for key in DataKey.objects.all()}
    return versions, wrapped


def assert_readable(business) -> None:
    keyring.forget_everything()
    with activate(business.organization):
        assert Line.objects.get().credentials == '{"secret": "one"}'
        assert Contact.objects.get().name == "Rosalind Achterberg"
        assert [message.body for message in Message.objects.all()] == ["See you at nine"]
        assert Contact.objects.get(number_index=blind_index("contact.number", "+12125550181"))


@pytest.fixture
def business(harbor):
    with activate(harbor.organization):
        harbor.add_message("See you at nine")
    return harbor


def test_everything_is_wrapped_again_and_stays_readable(business):
    owner = business.organization.pk
    versions, before = stored_keys(owner)
    assert versions == [1]
    done = rotate(owner, stay=AT_ONCE)
    versions, after = stored_keys(owner)
    assert versions == [2]
    assert set(after) == {"body1", "contact1", "index1", "config2", *([] if "audit1" not in after else ["audit1"])}
    assert all(after[name] != before[name] for name in ("body1", "contact1", "index1"))
    assert done.resealed == 1
    assert (done.unreadable, done.waiting, done.removed) == (0, 0, 1)
    assert_readable(business)
    with activate(business.organization):
        assert AuditEvent.objects.get(event="key:rotated").object_type == "tenancy.organizationkey"


def test_texts_are_not_touched_but_secrets_are_sealed_anew(business):
    def stored(model, column):
        with activate(business.organization):
            return bytes(model.objects.values_list(column, flat=True).get())

    body, credentials = stored(Message, "body"), stored(Line, "credentials")
    rotate(business.organization.pk, stay=AT_ONCE)
    assert stored(Message, "body") == body
    assert stored(Line, "credentials") != credentials
    assert records.key_ids(stored(Line, "credentials")) != records.key_ids(credentials)


def test_a_replaced_settings_key_stays_for_processes_that_still_hold_it(business):
    owner = business.organization.pk
    old = keyring.current(owner, "config", "")
    done = rotate(owner)
    assert (done.waiting, done.removed) == (1, 0)
    with activate(business.organization):  # such a process saves a line now
        keyring._cache.keep(owner, old, "config", "")
        line = Line.objects.get()
        line.credentials = '{"secret": "two"}'
        line.save()
    done = rotate(owner, stay=AT_ONCE)
    assert (done.resealed, done.removed, done.waiting) == (1, 1, 0)
    keyring.forget_everything()
    with activate(business.organization):
        assert Line.objects.get().credentials == '{"secret": "two"}'
    assert "config1" not in stored_keys(owner)[1]
    assert "config3" not in stored_keys(owner)[1], "the second run finished the first one"


@pytest.mark.parametrize("stop_at", ["_wrap_again", "_reseal", "_reseal_row"])
def test_a_run_that_was_stopped_is_finished_by_the_next(business, monkeypatch, stop_at):
    owner = business.organization.pk
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):

        def stop(*args: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(rotation, stop_at, stop)
        rotate(owner, stay=AT_ONCE)
    assert_readable(business)
    rotate(owner, stay=AT_ONCE)
    versions, wrapped = stored_keys(owner)
    assert len(versions) == 1
    assert "config1" not in wrapped
    assert_readable(business)


def test_batches_reach_every_row(business, monkeypatch):
    monkeypatch.setattr(rotation, "_BATCH", 2)
    with activate(business.organization):
        for number in range(5):
            business.line.pk, business.line.number = None, f"+1212555{number:04}"
            business.line._state.adding = True
            business.line.save()
    assert rotate(business.organization.pk, stay=AT_ONCE).resealed == 6
    with activate(business.organization):
        assert {line.credentials for line in Line.objects.all()} == {'{"secret": "one"}'}


def test_a_secret_that_cannot_be_opened_is_counted_and_keeps_its_key(business):
    with activate(business.organization), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE texting_line SET credentials = set_byte(credentials, 90, 255 - get_byte(credentials, 90))"
        )
    done = rotate(business.organization.pk, stay=AT_ONCE)
    assert (done.unreadable, done.resealed, done.removed, done.waiting) == (1, 0, 0, 1)


def test_organizations_do_not_touch_each_other_s_keys(business, northside):
    before = stored_keys(northside.organization.pk)
    rotate(business.organization.pk, stay=AT_ONCE)
    assert stored_keys(northside.organization.pk) == before


def test_an_organization_without_keys_is_left_alone(db):
    done = rotate(INSTALLATION)
    assert (done.rewrapped, done.resealed) == (0, 0)
    assert stored_keys(INSTALLATION) == ([], {})


def test_second_factors_are_sealed_anew_under_the_installation_s_key(db):
    user = User.objects.create(email="amelia@harbor.example", name="Amelia Okafor", password="!")
    device = TotpDevice.objects.create(user=user, secret="JBSWY3DPEHPK3PXP")
    done = rotate(INSTALLATION, stay=AT_ONCE)
    assert (done.resealed, done.removed) == (1, 1)
    keyring.forget_everything()
    assert TotpDevice.objects.get(pk=device.pk).secret == "JBSWY3DPEHPK3PXP"


# --- The command, and the root key ---


def rotate_keys(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out)
    return out.getvalue()


def key_file(folder, key: bytes) -> str:
    path = folder / f"{key.hex()[:8]}.key"
    path.write_text(base64.b64encode(key).decode() + "\n")
    return str(path)


def test_the_command_rotates_everybody_and_says_what_it_did(business, northside):
    said = rotate_keys("--stay-minutes", "0")
    assert "harbor: " in said
    assert "northside: " in said
    assert "(installation): " in said
    assert "1 texts sealed anew" in said
    assert_readable(business)
    assert "run this again after 60 minutes" in rotate_keys("--organization", "harbor")


def test_the_command_knows_who_exists(business):
    with pytest.raises(CommandError, match="no organization nobody"):
        rotate_keys("--organization", "nobody")


def test_the_root_key_is_changed_with_both_in_force_in_between(business, settings, tmp_path):
    old, new = settings.ROOT_KEY, os.urandom(32)
    rotate_keys("--new-root-key-file", key_file(tmp_path, new))
    assert_readable(business)  # processes that still run with the old one
    settings.ROOT_KEY = new
    assert_readable(business)
    settings.ROOT_KEY = old
    assert_readable(business)
    late = keyring.current(business.organization.pk, "body", "2026-04-01")
    newcomer = Organization.objects.create(name="New", slug="new")
    under_old_root_only = keyring.current(newcomer.pk, "config", "")

    settings.ROOT_KEY = new
    said = rotate_keys("--old-root-key-file", key_file(tmp_path, old))
    assert "no longer need the old root key" in said
    keyring.forget_everything()
    assert keyring.current(newcomer.pk, "config", "") == under_old_root_only
    assert keyring.current(business.organization.pk, "body", "2026-04-01") == late
    assert_readable(business)
    settings.ROOT_KEY = old
    with pytest.raises(Exception, match="not the key that wrapped"):
        assert_readable(business)


def test_changing_the_root_key_twice_does_nothing_more(business, settings, tmp_path):
    path = key_file(tmp_path, os.urandom(32))
    assert not rotate_keys("--new-root-key-file", path).startswith("0 ")
    assert rotate_keys("--new-root-key-file", path).startswith("0 ")


@pytest.mark.parametrize("content", ["", "short", base64.b64encode(b"x" * 31).decode(), "\u00e9" * 44])
def test_a_file_that_holds_no_key_is_refused(business, tmp_path, content):
    path = tmp_path / "root.key"
    path.write_text(content)
    with pytest.raises(CommandError, match="32 bytes in base64"):
        rotate_keys("--new-root-key-file", str(path))


def test_the_root_key_in_use_and_a_missing_file_are_refused(business, settings, tmp_path):
    with pytest.raises(CommandError, match="in use already"):
        rotate_keys("--new-root-key-file", key_file(tmp_path, settings.ROOT_KEY))
    with pytest.raises(CommandError, match="cannot be read"):
        rotate_keys("--new-root-key-file", str(tmp_path / "absent"))


def test_a_wrong_old_root_key_changes_nothing(business, tmp_path):
    said = rotate_keys("--old-root-key-file", key_file(tmp_path, os.urandom(32)))
    assert said.count("0 organization keys") == 2
    assert_readable(business)
