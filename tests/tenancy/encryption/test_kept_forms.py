"""An entry opens the one record that it was written for, for as long as its row stays, and nothing else."""

import random
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenancy.encryption import Undecryptable, day_scope, day_shredding, kept_forms, keyring, records
from tenancy.encryption.day_shredding import columns_of, shred_day
from tenancy.encryption.ending import destroy_organization
from tenancy.encryption.kept_forms import KeptForm, OldForm
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from texting.models import Message

from ..conftest import NOON, add_contact

DAY = NOON.date()
BODY = Message._meta.get_field("body")
PLACE = kept_forms.place_of(BODY)
(COLUMN,) = (column for column in columns_of("body") if column.field is BODY)


class Killed(Exception):
    pass


def shred(owner, kept, key_ids=None):
    """A purge in which just these texts must stay."""
    key_ids = key_ids or keyring.stored_ids(owner, "body", day_scope(DAY))
    pks = [row.pk for row in kept]
    return shred_day(
        owner,
        "body",
        DAY,
        key_ids,
        lambda model: Q(pk__in=pks) if model is Message and pks else None,
        reason="purge",
        stay=timedelta(),
    )


def copy(rows):
    """The column as a backup holds it."""
    return {
        pk: bytes(one) for pk, one in Message.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "body")
    }


def opened(owner, records_by_row):
    """What entries open of a copy."""
    keyring.forget_everything()
    found = {}
    for pk, entry in kept_forms.openers(owner, PLACE, records_by_row).items():
        if entry.opener:
            found[pk] = BODY.opened_by(Message(pk=pk, organization_id=owner), records_by_row[pk], entry.opener)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_of_every_older_copy_entries_open_what_stayed_to_the_last_and_nothing_else(harbor, seed):
    chance = random.Random(seed)  # noqa: S311 - a sample
    owner = harbor.organization.pk
    with activate(owner):
        people = [add_contact(f"Person {number}", f"+1212555010{number}") for number in range(4)]
        rows = [harbor.add_message(f"text {number}", contact=chance.choice(people)) for number in range(14)]
        words = {row.pk: row.body for row in rows}
        staying, copies = list(rows), []
        for _ in range(3):
            copies.append(copy(staying))
            staying = chance.sample(staying, k=chance.randint(1, len(staying)))
            assert shred(owner, staying).gone
            for old in copies:
                assert opened(owner, old) == {row.pk: words[row.pk] for row in staying if row.pk in old}
        erased = chance.choice(staying).contact_id
        destroy_keys("contact", str(erased), reason="erasure")
        left = {row.pk: words[row.pk] for row in staying if row.contact_id != erased}
        assert all(opened(owner, old) == left for old in copies)
        assert shred(owner, []).gone
        assert all(opened(owner, old) == {} for old in copies)


@pytest.fixture
def kept(harbor, northside):
    """A text that a purge kept, with its record of before; and there is another organization."""
    with activate(harbor.organization):
        row, _doomed = harbor.add_message("to keep"), harbor.add_message("to end")
        before = copy([row])
        assert shred(harbor.organization.pk, [row]).gone
        yield harbor.organization.pk, row, before[row.pk]


def test_an_entry_is_for_its_record_its_row_and_its_organization(kept, northside):
    owner, row, record = kept
    other = Message(pk=row.conversation_id, organization_id=owner)
    assert opened(owner, {row.pk: record}) == {row.pk: "to keep"}
    assert kept_forms.openers(owner, PLACE, {other.pk: record}) == {}, "another row's"
    assert kept_forms.openers(owner, PLACE, {row.pk: copy([row])[row.pk]}) == {}, "as it is now"
    assert kept_forms.openers(northside.organization.pk, PLACE, {row.pk: record}) == {}
    with keyring.keys_of(northside.organization.pk):
        assert not KeptForm.objects.exists(), "row security"
    opener = kept_forms.openers(owner, PLACE, {row.pk: record})[row.pk].opener
    assert records.unseal_by(record, opener, BODY._binding(row)) == b"to keep"
    with pytest.raises(Undecryptable):
        records.unseal_by(copy([row])[row.pk], opener, BODY._binding(row))
    for change in ({"row_id": other.pk}, {"place": "texting_note.body"}, {"old_key": b"12345678"}):
        with keyring.keys_of(owner):
            KeptForm.objects.update(**change)
        assert opened(owner, {row.pk: record}) == {}, change
        with keyring.keys_of(owner):
            KeptForm.objects.update(row_id=row.pk, place=PLACE, old_key=records.key_ids(record)[0])
    assert opened(owner, {row.pk: record}) == {row.pk: "to keep"}


def test_entries_tell_nothing_without_their_keys_and_go_when_no_backup_is_so_old(kept):
    owner, row, record = kept
    with keyring.keys_of(owner):
        entry = KeptForm.objects.get()
    opener = kept_forms.openers(owner, PLACE, {row.pk: record})[row.pk].opener
    assert opener not in bytes(entry.sealed)
    assert set(records.key_ids(bytes(entry.sealed))) == set(records.key_ids(copy([row])[row.pk]))
    marks = kept_forms.marks(owner, [bytes(entry.old_key)])[bytes(entry.old_key)]
    assert marks.rows == {kept_forms.mark(bytes(entry.old_key), PLACE, row.pk)}
    assert marks.records == {kept_forms.record_mark(bytes(entry.old_key), records.salt_of(record))}
    now = timezone.now()
    assert kept_forms.tidy(owner, now - timedelta(hours=1)) == 0
    assert kept_forms.tidy(owner, now + timedelta(hours=1)) == 1
    assert opened(owner, {row.pk: record}) == {}


def test_of_several_wordings_under_one_key_the_last_has_an_entry(harbor, monkeypatch):
    """A run dies after it wrote entries, and a card is masked before the next."""
    owner = harbor.organization.pk
    with activate(owner):
        row = harbor.add_message("my card is 4111")
        before = copy([row])
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(day_shredding, "update_rows", _die)
            shred(owner, [row])
        keyring.forget_everything()
        key_ids = list(records.key_ids(before[row.pk])[:1])
        row = Message.objects.get(pk=row.pk)
        with monkeypatch.context() as patched:  # by a process that holds the old key still
            patched.setattr(keyring, "current", _held(owner, before[row.pk]))
            row.body = "my card is ****"
            row.save(update_fields=["body"])
        masked = copy([row])
        assert shred(owner, [row], key_ids).gone
        assert (opened(owner, before), opened(owner, masked)) == ({}, {row.pk: "my card is ****"})


def _die(*_args):
    raise Killed


def _held(owner, record):
    day, contact = records.key_ids(record)
    keys = keyring.by_ids(owner, [day, contact])
    return lambda organization, kind, scope: keys[contact if kind == "contact" else day]


def test_with_an_organization_all_of_its_entries_end(kept):
    owner, row, record = kept
    destroy_organization(owner)
    assert opened(owner, {row.pk: record}) == {}
    with keyring.keys_of(owner):
        assert not KeptForm.objects.exists()


@pytest.mark.parametrize("point", ["after_forms_kept", "after_resealed"])
def test_what_a_run_that_died_had_written_opens_nothing_that_needs_not_stay_any_more(harbor, monkeypatch, point):
    owner = harbor.organization.pk

    def die(name):
        if name == point:
            raise Killed

    with activate(owner):
        rows = [harbor.add_message(body) for body in ("held", "released meanwhile", "to end")]
        key_ids, before = keyring.stored_ids(owner, "body", day_scope(DAY)), copy(rows)
        with monkeypatch.context() as patched:
            patched.setattr(day_shredding, "crash_here", die)
            with pytest.raises(Killed):
                shred(owner, rows[:2])
        with keyring.keys_of(owner):
            assert KeptForm.objects.count() == 2
        assert shred(owner, rows[:1], key_ids).gone
        # What was under the newer key already stays with it, until that goes.
        stays = rows[:1] if point == "after_forms_kept" else rows[:2]
        assert opened(owner, before) == {row.pk: row.body for row in stays}


def test_a_record_that_was_written_anew_on_the_way_keeps_both_of_its_forms(kept):
    """Somebody's process holds the old key for a minute more: what the backup has is the earlier form."""
    owner, row, record = kept
    keys = [keyring.current(owner, key.kind, key.scope(row)) for key in BODY.keys]
    late = records.seal(b"to keep, mended", keys, BODY._binding(row))
    kept_forms.keep(owner, BODY, COLUMN.day, [OldForm(row, late, records.opener_of(late, keys))])
    assert opened(owner, {row.pk: record}) == {row.pk: "to keep"}
    assert opened(owner, {row.pk: late}) == {row.pk: "to keep, mended"}


def test_a_thousand_rows_are_written_down_in_a_statement_for_each_batch(harbor):
    owner, counts = harbor.organization.pk, []
    with activate(owner):
        for number in (3, 60):
            rows = [harbor.add_message(f"text {number}") for _ in range(number)]
            harbor.add_message("to end")
            with CaptureQueriesContext(connections["keys"]) as asked, CaptureQueriesContext(connection) as main:
                assert shred(owner, rows).resealed >= number
            counts.append((len(asked), len(main)))
            kept_forms.tidy(owner, timezone.now() + timedelta(days=1))
            shred(owner, [])
    assert counts[0] == counts[1]
