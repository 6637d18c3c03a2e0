"""What was destroyed leaves the building: no note can be taken away, altered or added unseen."""

import os

import pytest

from retention.backups import tombstones
from retention.backups.errors import Damaged
from tenancy.encryption import keyring
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tests.tenancy.conftest import make_business

pytestmark = pytest.mark.django_db


@pytest.fixture
def business():
    return make_business("Harbor Dental", "harbor")


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def shred(business, *days):
    for day in days:
        with activate(business.organization):
            keyring.current(business.organization.pk, "body", day)
            destroy_keys("body", day, reason="retention")


def test_each_round_adds_what_is_new(business, folder):
    assert tombstones.read(folder).until is None
    assert tombstones.export(folder) == 0
    assert tombstones.read(folder).until is not None
    shred(business, "2026-03-01", "2026-03-02")
    assert tombstones.export(folder) == 2
    assert tombstones.export(folder) == 0
    shred(business, "2026-03-03")
    assert tombstones.export(folder) == 1
    assert len(tombstones.read(folder).keys[business.organization.pk]) == 3


def test_a_note_torn_by_a_crash_is_written_again(business, folder):
    shred(business, "2026-03-01")
    tombstones.export(folder)
    file = tombstones.file_of(folder, business.organization.pk)
    whole = file.read_bytes()
    shred(business, "2026-03-02")
    state = (folder / "tombstones.state").read_bytes()
    tombstones.export(folder)
    added = file.read_bytes()[len(whole) :]
    for length in (1, 40, len(added) - 10, len(added)):  # killed while it wrote, before the state was replaced
        file.write_bytes(whole + added[:length])
        (folder / "tombstones.state").write_bytes(state)
        tombstones.export(folder)
        assert len(tombstones.read(folder)) == 2


def test_notes_that_are_gone_altered_or_forged_are_seen(business, folder, settings):
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        shred(business, day)
        tombstones.export(folder)
    file = tombstones.file_of(folder, business.organization.pk)
    whole = file.read_bytes()
    first, second, third = (part for part in whole.split(b"\n\n") if part)
    for wrong in (first + b"\n\n" + third, first + b"\n\n" + second, b"", whole.replace(second[-30:-20], b"A" * 10)):
        file.write_bytes(wrong)
        with pytest.raises(Damaged, match="lost notes"):
            tombstones.read(folder)
    file.unlink()
    with pytest.raises(Damaged, match="lost notes"):
        tombstones.read(folder)
    file.write_bytes(whole + b"\n\n" + forged(business, settings))
    assert len(tombstones.read(folder)) == 3, "a stranger's note destroys nothing"
    (folder / "tombstones.state").write_text('{"at": "2026-01-01T00:00:00+00:00", "reached": {}}\nAAAA\n')
    with pytest.raises(Damaged, match="is not one of ours"):
        tombstones.read(folder)


def forged(business, settings):
    own, settings.AUDIT_SIGNING_KEY = settings.AUDIT_SIGNING_KEY, os.urandom(32)
    text = f"{business.organization.pk}\n0 99\n{'ab' * 8}\n"
    signature = tombstones.base64.b64encode(tombstones.sign(tombstones._PURPOSE + text.encode())).decode()
    settings.AUDIT_SIGNING_KEY = own
    return f"{text}{signature}\n".encode()


def test_a_log_that_came_back_shorter_counts_anew(business, folder):
    shred(business, "2026-03-01", "2026-03-02")
    tombstones.export(folder)
    tombstones.rewind(folder, {str(business.organization.pk): 1})
    assert tombstones.export(folder) == 1
    assert len(tombstones.read(folder)) == 2
